/*
 * Hosts that are listed, in pairs one byte apart: alone, and first and last of short and
 * of long lists.
 */
#include "allowlist.h"

#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "numbered.h"

/* A list with the memory that it needs; `entries` may be changed before it is made. */
typedef struct {
    u101_allowed *entries;
    u101_allowed *sorted;
    size_t count;
} room;

static const u101_slice no_scheme = {"", 0};

static u101_allowed entry_of(u101_slice text)
{
    u101_authority authority;
    if (!u101_authority_read(text, &authority)) {
        check_abort("no entry: %.*s", (int)text.size, text.at);
    }
    return u101_allowlist_entry(no_scheme, u101_allowlist_name(authority.host),
                                authority.colon ? authority.number : U101_ANY_PORT);
}

static room room_of(const name_list *texts)
{
    room made = {calloc(texts->count, sizeof(*made.entries)),
                 calloc(texts->count, sizeof(*made.sorted)), texts->count};
    if (made.entries == NULL || made.sorted == NULL) {
        check_abort("out of memory");
    }
    for (size_t i = 0; i < texts->count; i++) {
        made.entries[i] = entry_of(texts->at[i]);
    }
    return made;
}

static void room_free(room *made)
{
    free(made->entries);
    free(made->sorted);
}

/* Good until the next list in the room. */
static u101_allowlist list_in(const room *made)
{
    for (size_t i = 0; i < made->count; i++) {
        made->sorted[i] = made->entries[i];
    }
    return u101_allowlist_of(made->sorted, made->count);
}

/* As a Host that is asked for. */
static bool has_host(const u101_allowlist *list, u101_slice host, int port)
{
    return u101_allowlist_has(list, no_scheme, u101_allowlist_name(host), port);
}

typedef struct {
    const char *entry;
    const char *asked;
    int port; /* that is asked for */
    bool allowed;
    const char *why;
} allow_row;

static const allow_row host_rows[] = {
    {"example.org", "example.org", 80, true, "the same"},
    {"example.org", "EXAMPLE.org", 81, true, "letter case aside"},
    {"example.org", "example.orga", 80, false, "longer"},
    {"example.org", "xexample.org", 80, false, "longer in front"},
    {"example.org", "xxample.org", 80, false, "another first byte"},
    {"example.org", "example.orh", 80, false, "another last byte"},
    {"example.org", "a.example.org", 80, false, "a label more"},
    {"example.org", "example.org.", 80, true, "a final dot"},
    {"example.org.", "example.org", 80, true, "a final dot of the entry"},
    {"example.org.", "example.org.", 80, true, "a final dot of both"},
    {"example.org", "example.org..", 80, false, "two final dots"},
    {"example.org.:80", "example.org", 80, true, "a final dot before a port"},
    {"*.example.org", "a.example.org.", 80, true, "a label and a final dot"},
    {"*.example.org.", "a.example.org", 80, true, "a label, and a final dot of the entry"},
    {"example.org:80", "example.org", 80, true, "the port"},
    {"example.org:80", "example.org", 81, false, "another port"},
    {"*.example.org", "a.example.org", 80, true, "one label"},
    {"*.Example.org", "A.eXample.org", 80, true, "one label, letter case aside"},
    {"*.example.org", "a.b.example.org", 80, true, "two labels"},
    {"*.example.org:80", "a.b.example.org", 80, true, "two labels and the port"},
    {"*.example.org:80", "a.b.example.org", 443, false, "two labels and another port"},
    {"*.example.org", "example.org", 80, false, "no label"},
    {"*.example.org", ".example.org", 80, false, "an empty label"},
    {"*.example.org", "a..example.org", 80, false, "an empty label at the end"},
    {"*.example.org", ".a.example.org", 80, false, "an empty label at the start"},
    {"*.example.org", "a.xexample.org", 80, false, "a label that only ends so"},
    {"*.example.org", "a.example.orh", 80, false, "a label and another last byte"},
    {"*.example.org", "aexample.org", 80, false, "no dot"},
    {"*.example.org", "[::1].example.org", 80, false, "an address is no label"},
    {"*.", "a.", 80, true, "any labels, with a final dot"},
    {"*.", "a", 80, true, "any labels, without one"},
    {"*", "a.b", 80, true, "any labels"},
    {"*", "a..b", 80, false, "any labels, and an empty one is none"},
    {"*", "[::1]", 80, false, "any labels, and an address is none"},
    {".a", ".a", 80, true, "an empty first label"},
    {"[::1]", "[::1]", 80, true, "an address"},
    {"[::1]", "[::2]", 80, false, "another address"},
    {"[v1.a]", "[v1.a]", 80, true, "an IPvFuture"},
    {"[v1.a.]", "[v1.a]", 80, false, "an IPvFuture has no final dot to ignore"},
    {"*", "[v1.a]", 80, false, "any labels, and an IPvFuture has none"},
    {"[::A]", "[::a]", 80, true, "an address, letter case aside"},
    {"[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", 80, true, "an address with dots"},
};

/* The rows, each with its entry first and last of `count`. */
static void check_rows(size_t count)
{
    name_list texts = numbered_new("f", count, ".test");
    room made = room_of(&texts);
    for (size_t i = 0; i < 2 * COUNT(host_rows); i++) {
        const allow_row *row = &host_rows[i / 2];
        u101_allowed *place = &made.entries[i % 2 == 0 ? 0 : count - 1];
        const u101_allowed other = *place;
        *place = entry_of(guard_text(row->entry));
        const u101_allowlist list = list_in(&made);
        check_case("%s: %s and %s among %zu", row->why, row->entry, row->asked, count);
        CHECK_INT(has_host(&list, guard_text(row->asked), row->port), row->allowed);
        *place = other;
    }
    room_free(&made);
    numbered_free(&texts);
}

static void test_allowlist_has_what_is_listed_wherever_the_entry_is(void)
{
    static const size_t counts[] = {1, 2, 8, 9, 33, 10000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        check_rows(counts[i]);
    }
}

static void test_allowlist_name_loses_one_final_dot(void)
{
    CHECK_TEXT(u101_allowlist_name(guard_text("a.org.")), "a.org");
    CHECK_TEXT(u101_allowlist_name(guard_text("a.org")), "a.org");
    CHECK_TEXT(u101_allowlist_name(guard_text("a..")), "a.");
    CHECK_TEXT(u101_allowlist_name(guard_text(".")), "."); /* no name is left of it */
    CHECK_TEXT(u101_allowlist_name(guard_text("")), "");
}

static void test_allowlist_of_nothing_has_nothing(void)
{
    const u101_allowlist list = u101_allowlist_of(NULL, 0);
    CHECK(!has_host(&list, BYTES("a"), 80));
    CHECK(!has_host(&list, BYTES("a.b"), 80));
    CHECK(!has_host(&list, BYTES(""), 80));
}

static void test_allowlist_has_each_of_many_and_none_a_byte_apart(void)
{
    enum { MANY = 10000 };
    name_list texts = numbered_new("*.f", MANY, ".Example");
    for (size_t i = 0; i < MANY; i += 2) { /* every second one is no wildcard */
        texts.at[i].at += 2;
        texts.at[i].size -= 2;
    }
    name_list asked = numbered_new("a.f", MANY, ".example");
    name_list absent = numbered_new("a.g", MANY, ".example");
    room made = room_of(&texts);
    const u101_allowlist list = list_in(&made);
    for (size_t i = 0; i < MANY; i++) {
        const u101_slice host = asked.at[i];
        const u101_slice domain = {host.at + 2, host.size - 2};
        check_case("host %zu", i);
        CHECK_INT(has_host(&list, host, 80), i % 2 == 1);
        CHECK_INT(has_host(&list, domain, 80), i % 2 == 0);
        CHECK(!has_host(&list, absent.at[i], 80));
        CHECK(!has_host(&list, (u101_slice){domain.at, domain.size - 1}, 80));
    }
    room_free(&made);
    numbered_free(&absent);
    numbered_free(&asked);
    numbered_free(&texts);
}

static void test_allowlist_port_of_many_on_one_host_is_told_apart(void)
{
    enum { MANY = 2000 };
    name_list texts = numbered_new("localhost:", MANY, "");
    room made = room_of(&texts);
    const u101_allowlist list = list_in(&made);
    for (int port = 0; port < MANY; port++) {
        CHECK(has_host(&list, BYTES("LocalHost"), port));
    }
    CHECK(!has_host(&list, BYTES("localhost"), MANY));
    CHECK(!has_host(&list, BYTES("localhosu"), 1));
    room_free(&made);
    numbered_free(&texts);
}

/* A wildcard and a host whose texts are sorted beside each other, schemes and ports. */
static void test_allowlist_entries_of_one_host_are_told_apart(void)
{
    u101_allowed entries[] = {
        u101_allowlist_entry(BYTES("http"), BYTES("a.org"), 80),
        u101_allowlist_entry(BYTES("https"), BYTES("A.org"), 443),
        u101_allowlist_entry(BYTES("https"), BYTES("*.a.org"), 443),
        u101_allowlist_entry(BYTES("ws"), BYTES(".a.org"), U101_ANY_PORT),
        u101_allowlist_entry(BYTES("app"), BYTES("a.org"), U101_NO_PORT),
    };
    const u101_allowlist list = u101_allowlist_of(entries, COUNT(entries));
    CHECK(u101_allowlist_has(&list, BYTES("http"), BYTES("a.org"), 80));
    CHECK(u101_allowlist_has(&list, BYTES("HTTPS"), BYTES("a.ORG"), 443));
    CHECK(!u101_allowlist_has(&list, BYTES("https"), BYTES("a.org"), 80));
    CHECK(!u101_allowlist_has(&list, BYTES("http"), BYTES("a.org"), 443));
    CHECK(u101_allowlist_has(&list, BYTES("https"), BYTES("b.a.org"), 443));
    CHECK(!u101_allowlist_has(&list, BYTES("http"), BYTES("b.a.org"), 80));
    CHECK(!u101_allowlist_has(&list, BYTES("https"), BYTES(".a.org"), 443));
    CHECK(u101_allowlist_has(&list, BYTES("ws"), BYTES(".a.org"), 1));
    CHECK(!u101_allowlist_has(&list, BYTES("ws"), BYTES("b.a.org"), 1));
    CHECK(u101_allowlist_has(&list, BYTES("app"), BYTES("a.org"), U101_NO_PORT));
    CHECK(!u101_allowlist_has(&list, BYTES("app"), BYTES("a.org"), 99));
}

/* Writes number `i` of all texts of 1-5 of the bytes. */
static u101_slice spell(size_t i, char text[5])
{
    static const char bytes[] = {'a', 'B', '.', '*'};
    size_t size = 0;
    for (i++; i > 0; i = (i - 1) / COUNT(bytes)) {
        text[size++] = bytes[(i - 1) % COUNT(bytes)];
    }
    return (u101_slice){text, size};
}

/* The plain way: each entry for itself, and each label as the contract words it. */
static bool stands_for(const u101_allowed *entry, u101_slice host, int port)
{
    u101_slice rest = host;
    if (entry->port != U101_ANY_PORT && entry->port != port) {
        return false;
    }
    if (entry->wildcard) {
        if (host.size <= entry->host.size) {
            return false;
        }
        const size_t size = host.size - entry->host.size;
        for (size_t i = 0; i < size; i++) { /* an empty label begins or ends at a dot */
            if (host.at[i] == '.' && (i == 0 || i + 1 == size || host.at[i - 1] == '.')) {
                return false;
            }
        }
        rest = (u101_slice){host.at + size, entry->host.size};
    }
    if (rest.size != entry->host.size) {
        return false;
    }
    for (size_t i = 0; i < rest.size; i++) {
        if ((rest.at[i] | 0x20) != (entry->host.at[i] | 0x20)) {
            return false;
        }
    }
    return true;
}

static void test_allowlist_sorted_has_what_its_entries_stand_for(void)
{
    enum { SHORT = 4 + 16 + 64, ALL = SHORT + 256 + 1024, LISTED = 24 };
    char texts[LISTED][5];
    u101_allowed entries[LISTED];
    uint32_t state = 101;
    size_t allowed = 0;
    size_t refused = 0;
    for (size_t round = 0; round < 50; round++) {
        for (size_t i = 0; i < LISTED; i++) {
            state = state * 1664525U + 1013904223U; /* Knuth's, so that they are always the same */
            entries[i] = u101_allowlist_entry(
                no_scheme, u101_allowlist_name(spell((state >> 8) % SHORT, texts[i])),
                (state >> 30) == 0 ? U101_ANY_PORT : (int)(state >> 30));
            if (entries[i].wildcard && entries[i].host.size > 0 && entries[i].host.at[0] != '.') {
                entries[i].wildcard = false; /* no such entry is taken */
            }
        }
        const u101_allowlist list = u101_allowlist_of(entries, LISTED);
        for (size_t i = 0; i < ALL; i++) {
            char text[5];
            const u101_slice host = spell(i, text);
            bool expected = false;
            for (size_t j = 0; j < LISTED; j++) {
                expected = expected || stands_for(&entries[j], host, 1 + (int)(i % 3));
            }
            check_case("round %zu, host %.*s", round, (int)host.size, host.at);
            CHECK_INT(u101_allowlist_has(&list, no_scheme, host, 1 + (int)(i % 3)), expected);
            allowed += expected ? 1 : 0;
            refused += expected ? 0 : 1;
        }
    }
    CHECK(allowed > ALL && refused > ALL);
}

int main(void)
{
    CHECK_RUN(test_allowlist_has_what_is_listed_wherever_the_entry_is);
    CHECK_RUN(test_allowlist_name_loses_one_final_dot);
    CHECK_RUN(test_allowlist_of_nothing_has_nothing);
    CHECK_RUN(test_allowlist_has_each_of_many_and_none_a_byte_apart);
    CHECK_RUN(test_allowlist_port_of_many_on_one_host_is_told_apart);
    CHECK_RUN(test_allowlist_entries_of_one_host_are_told_apart);
    CHECK_RUN(test_allowlist_sorted_has_what_its_entries_stand_for);
    return check_finish();
}
