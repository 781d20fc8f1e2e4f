/*
 * Origins admitted by the entries of a server, in pairs one byte apart [contract 4].
 */
#include "origins.h"

#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "numbered.h"

/* Entries compiled as a negotiator does, with the memory that they need. */
typedef struct {
    u101_allowed *patterns;
    u101_name *exact;
    u101_origins origins;
} room;

static room room_of(const u101_slice *entries, size_t count)
{
    room made = {calloc(count + 1, sizeof *made.patterns),
                 calloc(count + 1, sizeof *made.exact),
                 {.same_origin = false}};
    size_t patterns = 0;
    size_t exact = 0;
    if (made.patterns == NULL || made.exact == NULL) {
        check_abort("out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        switch (u101_origins_read_entry(entries[i], &made.patterns[patterns])) {
        case U101_ORIGINS_SAME_ORIGIN:
            made.origins.same_origin = true;
            break;
        case U101_ORIGINS_SAME_HOST:
            made.origins.same_host = true;
            break;
        case U101_ORIGINS_PATTERN:
            patterns++;
            break;
        case U101_ORIGINS_EXACT:
            made.exact[exact] = (u101_name){entries[i], exact};
            exact++;
            break;
        case U101_ORIGINS_UNSOUND:
            check_abort("no entry: %.*s", (int)entries[i].size, entries[i].at);
        }
    }
    made.origins.patterns = u101_allowlist_of(made.patterns, patterns);
    made.origins.exact = u101_names_of(made.exact, exact);
    return made;
}

static void room_free(room *made)
{
    free(made->patterns);
    free(made->exact);
}

typedef struct {
    const char *text;
    u101_origins_kind kind;
    const char *why;
} kind_row;

static const kind_row kind_rows[] = {
    {"same-origin", U101_ORIGINS_SAME_ORIGIN, "the word"},
    {"Same-origin", U101_ORIGINS_EXACT, "another letter case is another string"},
    {"same-host", U101_ORIGINS_SAME_HOST, "the other word"},
    {"same-hosts", U101_ORIGINS_EXACT, "a byte more"},
    {"null", U101_ORIGINS_EXACT, "null"},
    {"http://a", U101_ORIGINS_PATTERN, "scheme and host"},
    {"http://a:8080", U101_ORIGINS_PATTERN, "a port"},
    {"http://a:080", U101_ORIGINS_EXACT, "a leading zero"},
    {"http://a:", U101_ORIGINS_EXACT, "an empty port"},
    {"http://a/", U101_ORIGINS_EXACT, "a path"},
    {"http://a:1/", U101_ORIGINS_EXACT, "a port and a path"},
    {"http://a:65536", U101_ORIGINS_EXACT, "above the highest port"},
    {"file://", U101_ORIGINS_EXACT, "no host"},
    {"a", U101_ORIGINS_EXACT, "no scheme"},
    {"!", U101_ORIGINS_EXACT, "the first visible byte"},
    {"~", U101_ORIGINS_EXACT, "the last visible byte"},
    {"", U101_ORIGINS_UNSOUND, "nothing"},
    {" ", U101_ORIGINS_UNSOUND, "a space"},
    {"a b", U101_ORIGINS_UNSOUND, "a space within"},
    {"a\x7f", U101_ORIGINS_UNSOUND, "a DEL"},
    {"a\xe9", U101_ORIGINS_UNSOUND, "a byte above ASCII"},
    {"*", U101_ORIGINS_UNSOUND, "a star alone"},
    {"http://*", U101_ORIGINS_PATTERN, "any host"},
    {"http://*.a", U101_ORIGINS_PATTERN, "a first label that stands for several"},
    {"http://*a", U101_ORIGINS_UNSOUND, "a star that is no label"},
    {"http://a.*", U101_ORIGINS_UNSOUND, "a star that is not the first label"},
    {"http://*.*", U101_ORIGINS_UNSOUND, "two stars"},
    {"http://**", U101_ORIGINS_UNSOUND, "two stars beside each other"},
    {"*://a", U101_ORIGINS_UNSOUND, "a star as scheme"},
    {"http://a:*", U101_ORIGINS_PATTERN, "any port"},
    {"http://*:*", U101_ORIGINS_PATTERN, "any host and any port"},
    {"http://[::1]:*", U101_ORIGINS_PATTERN, "any port of an address"},
    {"http://a:8*", U101_ORIGINS_UNSOUND, "a star in a port"},
    {"http://a:*8", U101_ORIGINS_UNSOUND, "a star before digits"},
    {"http://a:80:*", U101_ORIGINS_UNSOUND, "two ports"},
    {"http://a::*", U101_ORIGINS_UNSOUND, "two colons"},
    {"http://:*", U101_ORIGINS_UNSOUND, "a port without host"},
    {"http://a/*", U101_ORIGINS_UNSOUND, "a star in a path"},
    {":*", U101_ORIGINS_UNSOUND, "no more than a port"},
};

static void test_origins_entry_is_one_of_four_kinds_or_unsound(void)
{
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        u101_allowed pattern;
        check_case("%s: %s", kind_rows[i].why, kind_rows[i].text);
        CHECK_INT((int)u101_origins_read_entry(guard_text(kind_rows[i].text), &pattern),
                  (int)kind_rows[i].kind);
    }
    u101_allowed pattern;
    CHECK_INT((int)u101_origins_read_entry(BYTES("a\0"), &pattern), U101_ORIGINS_UNSOUND);
}

typedef struct {
    const char *origin;
    const char *host;
    bool same_origin;
    bool same_host;
    const char *why;
} same_row;

static const same_row same_rows[] = {
    {"http://a", "a", true, true, "host only"},
    {"http://a", "A", true, true, "letter case aside"},
    {"http://a", "b", false, false, "another host"},
    {"http://a", "a:80", true, true, "the default port in Host"},
    {"http://a", "a:", true, true, "an empty port in Host"},
    {"http://a", "a:00080", true, true, "ports are numbers"},
    {"http://a", "a:443", false, true, "the default port of https"},
    {"https://a", "a:443", true, true, "https and its port"},
    {"https://a", "a", true, true, "an absent port stands for the default of the origin's scheme"},
    {"https://a", "a:80", false, true, "https and the port of http"},
    {"http://a:8080", "a:8080", true, true, "a port"},
    {"http://a:8080", "a:8081", false, true, "another port"},
    {"http://a:8080", "a", false, true, "a port that Host has not"},
    {"ws://a", "a", true, true, "ws, as native clients send it"},
    {"WS://a", "a:80", true, true, "ws and its port"},
    {"ws://a", "a:443", false, true, "ws and the port of wss"},
    {"wss://a", "a:443", true, true, "wss and its port"},
    {"wss://a", "a", true, true, "wss and no port"},
    {"wss://a", "a:80", false, true, "wss and the port of ws"},
    {"app://a", "a", false, false, "a scheme without default port"},
    {"app://a:80", "a:80", false, false, "such a scheme with the port of Host"},
    {"http://a:80", "a", true, true, "the default port spelled out"},
    {"http://a", "a.", false, false, "a final dot is another host"},
    {"http://a.b", "a", false, false, "a label more"},
    {"http://a:8080", "a:", false, true, "a port, and an empty one in Host"},
    {"httpx://a", "a", false, false, "a scheme that only begins so"},
    {"null", "null", false, false, "the opaque origin is no host"},
    {"http://[::1]:1", "[::1]:1", true, true, "an address"},
};

static void test_origins_same_origin_and_same_host_are_compared_with_host(void)
{
    const u101_slice words[] = {BYTES("same-origin"), BYTES("same-host")};
    for (size_t i = 0; i < COUNT(same_rows); i++) {
        const same_row *row = &same_rows[i];
        u101_authority host;
        check_case("%s: %s and %s", row->why, row->origin, row->host);
        if (!CHECK(u101_authority_read(guard_text(row->host), &host))) {
            continue;
        }
        room by_origin = room_of(words, 1);
        room by_host = room_of(words + 1, 1);
        room by_both = room_of(words, 2);
        const u101_slice value = guard_text(row->origin);
        CHECK_INT(u101_origins_admit(&by_origin.origins, value, &host), row->same_origin);
        CHECK_INT(u101_origins_admit(&by_host.origins, value, &host), row->same_host);
        CHECK_INT(u101_origins_admit(&by_both.origins, value, &host), row->same_host);
        room_free(&by_origin);
        room_free(&by_host);
        room_free(&by_both);
    }
}

/* What is written like Host after its scheme is told without parsing: as well if it is
 * hardly more than Host, or less. */
static void test_origins_value_shorter_than_host_is_not_the_same(void)
{
    static const char *const values[] = {"",         "a",        "a.org",   "//a.org",
                                         "://a.org", "p://a.or", "s://a.o", "http:a.org"};
    const u101_slice word = BYTES("same-origin");
    room made = room_of(&word, 1);
    u101_authority host;
    CHECK(u101_authority_read(guard_text("a.org"), &host));
    for (size_t i = 0; i < COUNT(values); i++) {
        check_case("%s", values[i]);
        CHECK(!u101_origins_admit(&made.origins, guard_text(values[i]), &host));
    }
    CHECK(u101_origins_admit(&made.origins, guard_text("http://a.org"), &host));
    room_free(&made);
}

static void test_origins_empty_host_is_the_same_as_nothing(void)
{
    const u101_slice words[] = {BYTES("same-origin"), BYTES("same-host")};
    const u101_authority empty = {.host = {"", 0}, .number = U101_NO_PORT};
    room made = room_of(words, COUNT(words));
    CHECK(!u101_origins_admit(&made.origins, guard_text("http://"), &empty));
    CHECK(!u101_origins_admit(&made.origins, guard_text("http://a"), &empty));
    CHECK(!u101_origins_admit(&made.origins, guard_text(""), &empty));
    CHECK(!u101_origins_admit(&made.origins, guard_text("null"), &empty));
    room_free(&made);
}

typedef struct {
    const char *entry;
    const char *value;
    bool admitted;
    const char *why;
} admit_row;

static const admit_row admit_rows[] = {
    {"http://a", "http://a", true, "the same"},
    {"http://a", "HTTP://A", true, "letter case aside"},
    {"http://a", "https://a", false, "another scheme"},
    {"http://a", "http://b", false, "another host"},
    {"http://a", "http://a:80", true, "the default port dropped"},
    {"http://a:80", "http://a", true, "the default port configured"},
    {"http://a:443", "https://a", false, "another scheme, the same port"},
    {"https://a", "https://a:443", true, "the default port of https"},
    {"ws://a", "ws://a:80", true, "the default port of ws"},
    {"wss://a:443", "wss://a", true, "the default port of wss"},
    {"https://a", "https://a:80", false, "the default port of http"},
    {"http://a", "http://a:81", false, "another port"},
    {"app://host", "app://host", true, "a scheme without default port"},
    {"app://host", "app://host:99", false, "such a scheme and a port"},
    {"app://host:99", "app://host", false, "such a scheme, the port configured"},
    {"app://host:*", "app://host", true, "any port, and none of such a scheme"},
    {"app://host:*", "app://host:99", true, "any port of such a scheme"},
    {"http://a:*", "http://a", true, "any port, and none"},
    {"http://a:*", "http://a:8080", true, "any port"},
    {"http://a:*", "http://b:8080", false, "any port of another host"},
    {"http://a:*", "https://a:8080", false, "any port, another scheme"},
    {"http://a:*", "http://a:08", false, "any port, but no number with a leading zero"},
    {"http://*:*", "http://a.b:1", true, "any host and any port"},
    {"https://*", "https://a.b", true, "any labels"},
    {"https://*", "https://[::1]", false, "any labels, and an address has none"},
    {"https://*", "https://a..b", false, "any labels, and an empty one"},
    {"https://*.a.org", "https://b.a.org", true, "a label"},
    {"https://*.A.org", "https://c.b.a.ORG", true, "two labels, letter case aside"},
    {"https://*.a.org", "https://a.org", false, "no label"},
    {"https://*.a.org", "https://.a.org", false, "an empty label"},
    {"https://*.a.org", "https://ba.org", false, "no dot"},
    {"https://*.a.org", "http://b.a.org", false, "a label, another scheme"},
    {"https://*.a.org", "https://b.a.org:444", false, "a label, another port"},
    {"https://*.a.org:444", "https://b.a.org:444", true, "a label and the port"},
    {"https://*.a.org:*", "https://b.a.org:444", true, "a label and any port"},
    {"https://a.org", "https://a.org.", false, "a final dot is another origin"},
    {"null", "null", true, "null"},
    {"null", "NULL", false, "null has a letter case"},
    {"null", "http://null", false, "a host of that name"},
    {"http://null", "null", false, "such a host listed"},
    {"file://", "file://", true, "no host"},
    {"file://", "file:///", false, "a slash more"},
    {"file://", "FILE://", false, "letter case of an exact value"},
    {"http://a/", "http://a/", true, "a path"},
    {"http://a/", "http://a", false, "a path configured"},
    {"http://a", "http://a/", false, "a path sent"},
    {"a:1", "a:1", true, "no scheme"},
    {"http://a", "", false, "an empty Origin"},
};

static void test_origins_are_admitted_as_listed_alone_and_among_many(void)
{
    static const size_t counts[] = {1, 2, 9, 1000};
    const u101_authority host = {.host = {"h", 1}, .number = U101_NO_PORT};
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list entries = numbered_new("https://f", counts[i], ".test/");
        for (size_t j = 0; j < counts[i]; j += 2) { /* every second one is a pattern */
            entries.at[j].size--;
        }
        for (size_t j = 0; j < 2 * COUNT(admit_rows); j++) {
            const admit_row *row = &admit_rows[j / 2];
            u101_slice *const place = &entries.at[j % 2 == 0 ? 0 : counts[i] - 1];
            const u101_slice other = *place;
            *place = guard_text(row->entry);
            room made = room_of(entries.at, counts[i]);
            check_case("%s: %s and %s among %zu", row->why, row->entry, row->value, counts[i]);
            CHECK_INT(u101_origins_admit(&made.origins, guard_text(row->value), &host),
                      row->admitted);
            room_free(&made);
            *place = other;
        }
        numbered_free(&entries);
    }
}

static void test_origins_of_no_entry_admit_none(void)
{
    room made = room_of(NULL, 0);
    u101_authority host;
    CHECK(u101_authority_read(guard_text("a"), &host));
    CHECK(!u101_origins_admit(&made.origins, guard_text("http://a"), &host));
    CHECK(!u101_origins_admit(&made.origins, guard_text("null"), &host));
    room_free(&made);
}

int main(void)
{
    CHECK_RUN(test_origins_entry_is_one_of_four_kinds_or_unsound);
    CHECK_RUN(test_origins_same_origin_and_same_host_are_compared_with_host);
    CHECK_RUN(test_origins_value_shorter_than_host_is_not_the_same);
    CHECK_RUN(test_origins_empty_host_is_the_same_as_nothing);
    CHECK_RUN(test_origins_are_admitted_as_listed_alone_and_among_many);
    CHECK_RUN(test_origins_of_no_entry_admit_none);
    return check_finish();
}
