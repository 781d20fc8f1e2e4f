/*
 * Hosts and origins that are listed, in pairs one byte apart: alone, and first and
 * last of lists that are walked and that have an index.
 */
#include "allowlist.h"

#include <stdio.h>
#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "names.h"

/* A list with the memory that it needs; `entries` may be changed before it is made. */
typedef struct {
    u101_allowed *entries;
    uint32_t *slots;
    size_t count;
    bool hosts;
} room;

static u101_allowed entry_of(u101_slice text, bool host)
{
    u101_origin origin = {.null = false};
    u101_authority authority;
    if (host && u101_authority_read(text, &authority)) {
        origin = u101_origin_of_host(&authority, authority.number);
    } else if (host || !u101_origin_read(text, &origin)) {
        check_abort("no entry: %.*s", (int)text.size, text.at);
    }
    return u101_allowed_of(&origin);
}

/* Of hosts, or of origins. */
static room room_of(const name_list *texts, bool hosts)
{
    room made = {calloc(texts->count, sizeof(*made.entries)), NULL, texts->count, hosts};
    made.slots = calloc(u101_index_size(texts->count) + 1, sizeof(*made.slots));
    if (made.entries == NULL || made.slots == NULL) {
        check_abort("out of memory");
    }
    for (size_t i = 0; i < texts->count; i++) {
        made.entries[i] = entry_of(texts->at[i], hosts);
    }
    return made;
}

static void room_free(room *made)
{
    free(made->entries);
    free(made->slots);
}

static u101_allowlist list_in(const room *made)
{
    return u101_allowlist_of(made->entries, made->count, made->hosts, made->slots);
}

static bool allows_host(const u101_allowlist *list, u101_slice host, int number)
{
    const u101_authority authority = {.host = host, .number = number};
    const u101_origin origin = u101_origin_of_host(&authority, number);
    return u101_allowlist_allows(list, &origin);
}

static bool allows_origin(const u101_allowlist *list, u101_slice value)
{
    u101_origin origin;
    return CHECK(u101_origin_read(value, &origin)) && u101_allowlist_allows(list, &origin);
}

typedef struct {
    const char *entry;
    const char *asked;
    int number; /* that is asked for; of no meaning to an origin */
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
    {"example.org", "example.org.", 80, false, "a final dot is another name"},
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
    {"*.", "a.", 80, true, "a label and a final dot"},
    {"*.", "a", 80, false, "a label without one"},
    {"*", "a.b", 80, true, "any labels"},
    {"*", "a..b", 80, false, "any labels, and an empty one is none"},
    {"*", "[::1]", 80, false, "any labels, and an address is none"},
    {"*a.org", "ba.org", 80, false, "a star that is no label stands for itself"},
    {"*a.org", "*a.org", 80, true, "a star that is no label"},
    {"a.*", "a.b", 80, false, "a star that is not the first label"},
    {".a", ".a", 80, true, "an empty first label"},
    {"[::1]", "[::1]", 80, true, "an address"},
    {"[::1]", "[::2]", 80, false, "another address"},
    {"[::A]", "[::a]", 80, true, "an address, letter case aside"},
    {"[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", 80, true, "an address with dots"},
};

static const allow_row origin_rows[] = {
    {"http://a", "http://a", 0, true, "the same"},
    {"http://a", "HTTP://A", 0, true, "letter case aside"},
    {"http://a", "https://a", 0, false, "another scheme"},
    {"http://a", "http://b", 0, false, "another host"},
    {"http://a", "http://a:80", 0, true, "the default port dropped"},
    {"http://a:80", "http://a", 0, true, "the default port configured"},
    {"http://a:443", "https://a", 0, false, "another scheme, the same port"},
    {"https://a", "https://a:443", 0, true, "the other scheme's default port"},
    {"https://a", "https://a:80", 0, false, "the default port of http"},
    {"http://a", "http://a:81", 0, false, "another port"},
    {"x://a", "x://a", 0, true, "a scheme without a default port"},
    {"x://a", "x://a:80", 0, false, "a scheme without a default port, and a port"},
    {"null", "null", 0, true, "the opaque origin is listed"},
    {"http://a", "null", 0, false, "the opaque origin is not"},
    {"http://*", "null", 0, false, "any labels, and the opaque origin has none"},
    {"null", "http://a", 0, false, "only the opaque origin is"},
    {"null", "x://null", 0, false, "a host of that name"},
    {"x://null", "null", 0, false, "a host of that name is listed"},
    {"https://*", "https://a.b", 0, true, "any labels"},
    {"https://*.a.org", "https://b.a.org", 0, true, "a label"},
    {"https://*.a.org", "https://c.b.a.org", 0, true, "two labels"},
    {"https://*.a.org", "https://a.org", 0, false, "no label"},
    {"https://*.a.org", "https://ba.org", 0, false, "no dot"},
    {"https://*.a.org", "http://b.a.org", 0, false, "a label, another scheme"},
    {"https://*.a.org", "https://b.a.org:444", 0, false, "a label, another port"},
    {"https://*.a.org:444", "https://b.a.org:444", 0, true, "a label and the port"},
};

/* The rows, each with its entry first and last of `count`. */
static void check_rows(const allow_row *rows, size_t row_count, size_t count, bool hosts)
{
    name_list texts = names_new(hosts ? "f" : "https://f", count, ".test");
    room made = room_of(&texts, hosts);
    for (size_t i = 0; i < 2 * row_count; i++) {
        const allow_row *row = &rows[i / 2];
        u101_allowed *place = &made.entries[i % 2 == 0 ? 0 : count - 1];
        const u101_allowed other = *place;
        *place = entry_of(guard_text(row->entry), hosts);
        const u101_allowlist list = list_in(&made);
        check_case("%s: %s and %s among %zu", row->why, row->entry, row->asked, count);
        CHECK((list.index.slots != NULL) == (count > U101_SHORT_LIST));
        CHECK_INT(hosts ? allows_host(&list, guard_text(row->asked), row->number)
                        : allows_origin(&list, guard_text(row->asked)),
                  row->allowed);
        *place = other;
    }
    room_free(&made);
    names_free(&texts);
}

static void test_allowlist_allows_as_said_wherever_the_entry_is(void)
{
    static const size_t counts[] = {1, 2, 8, 9, 33, 10000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        check_rows(host_rows, COUNT(host_rows), counts[i], true);
        check_rows(origin_rows, COUNT(origin_rows), counts[i], false);
    }
}

static void test_allowlist_of_nothing_allows_nothing(void)
{
    const u101_allowlist list = u101_allowlist_of(NULL, 0, false, NULL);
    CHECK(!allows_origin(&list, BYTES("http://a")));
    CHECK(!allows_origin(&list, BYTES("null")));
}

static void test_allowlist_allows_each_of_many_and_none_a_byte_apart(void)
{
    enum { MANY = 10000 };
    name_list texts = names_new("*.f", MANY, ".Example");
    for (size_t i = 0; i < MANY; i += 2) { /* every second one is no wildcard */
        texts.at[i].at += 2;
        texts.at[i].size -= 2;
    }
    name_list asked = names_new("a.f", MANY, ".example");
    name_list absent = names_new("a.g", MANY, ".example");
    room made = room_of(&texts, true);
    const u101_allowlist list = list_in(&made);
    for (size_t i = 0; i < MANY; i++) {
        const u101_slice host = asked.at[i];
        const u101_slice domain = {host.at + 2, host.size - 2};
        check_case("host %zu", i);
        CHECK_INT(allows_host(&list, host, 80), i % 2 == 1);
        CHECK_INT(allows_host(&list, domain, 80), i % 2 == 0);
        CHECK(!allows_host(&list, absent.at[i], 80));
        CHECK(!allows_host(&list, (u101_slice){domain.at, domain.size - 1}, 80));
    }
    room_free(&made);
    names_free(&absent);
    names_free(&asked);
    names_free(&texts);
}

static void test_allowlist_port_of_many_on_one_host_is_allowed(void)
{
    enum { MANY = 10000 };
    name_list texts = names_new("http://localhost:", MANY, "");
    texts.at[0] = BYTES("http://b"); /* 0 is no port of an origin */
    room made = room_of(&texts, false);
    const u101_allowlist list = list_in(&made);
    for (size_t i = 0; i < MANY; i++) {
        CHECK(allows_origin(&list, texts.at[i]));
    }
    CHECK(!allows_origin(&list, BYTES("http://localhost:10000")));
    CHECK(!allows_origin(&list, BYTES("https://localhost:9999")));
    CHECK(!allows_origin(&list, BYTES("http://localhosu:9999")));
    room_free(&made);
    names_free(&texts);
}

/* Two hosts of one hash and one length, found by trying. */
#define ONE "yshzgtu.org"
#define OTHER "fhohngj.org"

static void test_allowlist_hosts_of_one_hash_are_told_apart(void)
{
    name_list texts = names_new("f", 10, ".test");
    CHECK(u101_hash(BYTES(ONE)) == u101_hash(BYTES(OTHER)));
    texts.at[3] = BYTES(ONE);
    texts.at[4] = BYTES("*." ONE);
    room made = room_of(&texts, true);
    u101_allowlist list = list_in(&made);
    CHECK(allows_host(&list, BYTES(ONE), 80));
    CHECK(allows_host(&list, BYTES("a." ONE), 80));
    CHECK(!allows_host(&list, BYTES(OTHER), 80));
    CHECK(!allows_host(&list, BYTES("a." OTHER), 80));
    made.entries[8] = entry_of(BYTES(OTHER), true);
    made.entries[9] = entry_of(BYTES("*." OTHER), true);
    list = list_in(&made);
    CHECK(allows_host(&list, BYTES(ONE), 80));
    CHECK(allows_host(&list, BYTES("a." ONE), 80));
    CHECK(allows_host(&list, BYTES(OTHER), 80));
    CHECK(allows_host(&list, BYTES("a." OTHER), 80));
    room_free(&made);
    names_free(&texts);
}

/* The hash has no scheme in it. */
static void test_allowlist_schemes_of_one_host_are_told_apart(void)
{
    name_list texts = names_new("s", 41, "://a:1");
    const u101_slice absent = texts.at[--texts.count];
    room made = room_of(&texts, false);
    const u101_allowlist list = list_in(&made);
    for (size_t i = 0; i < texts.count; i++) {
        CHECK(allows_origin(&list, texts.at[i]));
    }
    CHECK(!allows_origin(&list, absent));
    room_free(&made);
    names_free(&texts);
}

/* What is longer than each entry cannot be read, and need not be. */
static void test_allowlist_host_of_any_length_is_read_as_far_as_entries_are_long(void)
{
    name_list texts = names_new("*.f", 20, ".test");
    room made = room_of(&texts, true);
    const u101_allowlist list = list_in(&made);
    guard pages = guard_new(100);
    const u101_slice end = guard_begin(&pages, BYTES(".a.f3.tesu"));
    CHECK_SIZE(list.longest, sizeof(".f10.test") - 1);
    CHECK(!allows_host(&list, (u101_slice){end.at - 1000, end.size + 1000}, 80));
    guard_free(&pages);
    room_free(&made);
    names_free(&texts);
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

static void test_allowlist_with_and_without_an_index_allows_the_same(void)
{
    enum { SHORT = 4 + 16 + 64, ALL = SHORT + 256 + 1024, LISTED = 24 };
    char texts[LISTED][5];
    u101_allowed entries[LISTED];
    uint32_t slots[64];
    uint32_t state = 101;
    size_t allowed = 0;
    size_t refused = 0;
    for (size_t round = 0; round < 50; round++) {
        for (size_t i = 0; i < LISTED; i++) {
            state = state * 1664525U + 1013904223U; /* Knuth's, so that they are always the same */
            entries[i] = entry_of(spell((state >> 8) % SHORT, texts[i]), true);
            entries[i].number = (state >> 30) == 0 ? U101_NO_PORT : (int)(state >> 30);
        }
        const u101_allowlist walked = u101_allowlist_of(entries, LISTED, round % 2 == 0, NULL);
        const u101_allowlist indexed = u101_allowlist_of(entries, LISTED, round % 2 == 0, slots);
        for (size_t i = 0; i < ALL; i++) {
            char text[5];
            const u101_slice host = spell(i, text);
            const bool expected = allows_host(&walked, host, 1 + (int)(i % 3));
            check_case("round %zu, host %.*s", round, (int)host.size, host.at);
            CHECK_INT(allows_host(&indexed, host, 1 + (int)(i % 3)), expected);
            allowed += expected ? 1 : 0;
            refused += expected ? 0 : 1;
        }
    }
    CHECK(allowed > ALL && refused > ALL);
}

int main(void)
{
    CHECK_RUN(test_allowlist_allows_as_said_wherever_the_entry_is);
    CHECK_RUN(test_allowlist_of_nothing_allows_nothing);
    CHECK_RUN(test_allowlist_allows_each_of_many_and_none_a_byte_apart);
    CHECK_RUN(test_allowlist_port_of_many_on_one_host_is_allowed);
    CHECK_RUN(test_allowlist_hosts_of_one_hash_are_told_apart);
    CHECK_RUN(test_allowlist_schemes_of_one_host_are_told_apart);
    CHECK_RUN(test_allowlist_host_of_any_length_is_read_as_far_as_entries_are_long);
    CHECK_RUN(test_allowlist_with_and_without_an_index_allows_the_same);
    return check_finish();
}
