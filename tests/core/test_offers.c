/*
 * Offers by name, and what elements of Upgrade they match [RFC 9110 7.8].
 */
#include "offers.h"

#include "guard.h"
#include "harness.h"
#include "slice.h"

static const u101_offer websocket = {.kind = U101_OFFER_WEBSOCKET};
static const u101_offer h2c = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
static const u101_offer prior = {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}};
static const u101_offer tls = {.kind = U101_OFFER_TLS};
static const u101_offer plain = {.kind = U101_OFFER_PROTOCOL,
                                 .as.protocol = {.name = U101_TEXT("Foo")}};
static const u101_offer versioned = {
    .kind = U101_OFFER_PROTOCOL,
    .as.protocol = {.name = U101_TEXT("Foo"), .version = U101_TEXT("1a")}};

typedef struct {
    const u101_offer *offer;
    const char *name;
    const char *version;
    bool matches;
    const char *why;
} match_row;

static const match_row match_rows[] = {
    {&websocket, "websocket", "", true, "the name"},
    {&websocket, "WebSocket", "", true, "letter case aside"},
    {&websocket, "websocke", "", false, "a byte less"},
    {&websocket, "websockets", "", false, "a byte more"},
    {&websocket, "websocket", "13", false, "a version that the offer has not"},
    {&h2c, "h2c", "", true, "h2c"},
    {&h2c, "H2C", "", true, "h2c, letter case aside"},
    {&h2c, "h2", "", false, "HTTP/2 over TLS is no upgrade [RFC 7540 3.3]"},
    {&h2c, "h2c", "1", false, "a version of h2c"},
    {&prior, "h2c", "", false, "h2c by prior knowledge only"},
    {&tls, "TLS", "1.0", true, "the version of RFC 2817"},
    {&tls, "tls", "1.3", true, "another digit, and letter case aside"},
    {&tls, "TLS", "", false, "no version"},
    {&tls, "TLS", "1", false, "one digit"},
    {&tls, "TLS", "1.", false, "no second digit"},
    {&tls, "TLS", "1.x", false, "no digit"},
    {&tls, "TLS", "1.10", false, "two digits"},
    {&tls, "TLS", "2.0", false, "another first digit"},
    {&tls, "TLSX", "1.0", false, "another name"},
    {&plain, "foo", "", true, "letter case aside"},
    {&plain, "foo", "1", false, "a version that the offer has not"},
    {&versioned, "foo", "1a", true, "name and version"},
    {&versioned, "foo", "1A", false, "a version is compared exactly"},
    {&versioned, "foo", "", false, "no version, and the offer has one"},
    {&versioned, "foo", "1", false, "another version"},
};

static void test_offers_match_an_element_as_said(void)
{
    for (size_t i = 0; i < COUNT(match_rows); i++) {
        const match_row *row = &match_rows[i];
        check_case("%s: %s/%s", row->why, row->name, row->version);
        const u101_upgrade upgrade = {guard_text(row->name), guard_text(row->version)};
        CHECK_INT(u101_offers_match(row->offer, &upgrade), row->matches);
    }
}

static void test_offers_are_named_as_the_server_spells_them(void)
{
    CHECK_TEXT(u101_offers_name(&websocket), "websocket");
    CHECK_TEXT(u101_offers_name(&h2c), "h2c");
    CHECK_TEXT(u101_offers_name(&tls), "TLS");
    CHECK_TEXT(u101_offers_version(&tls), "1.0");
    CHECK_TEXT(u101_offers_name(&versioned), "Foo");
    CHECK_TEXT(u101_offers_version(&versioned), "1a");
    CHECK_SIZE(u101_offers_version(&plain).size, 0);
    CHECK_SIZE(u101_offers_version(&websocket).size, 0);
}

typedef struct {
    const char *element;
    const char *name; /* NULL: refused */
    const char *version;
    const char *why;
} element_row;

static const element_row element_rows[] = {
    {"websocket", "websocket", "", "a name"},
    {"foo/1.0", "foo", "1.0", "a name and a version"},
    {"f", "f", "", "one byte"},
    {"f/1", "f", "1", "one byte of each"},
    {"f/", NULL, "", "no version"},
    {"/1", NULL, "", "no name"},
    {"/", NULL, "", "neither"},
    {"", NULL, "", "nothing"},
    {"f/1/2", NULL, "", "two versions"},
    {"f o", NULL, "", "a space in the name"},
    {"f/1 2", NULL, "", "a space in the version"},
    {"f;q=1", NULL, "", "a parameter"},
};

static void test_offers_element_is_a_name_with_or_without_version(void)
{
    for (size_t i = 0; i < COUNT(element_rows); i++) {
        const element_row *row = &element_rows[i];
        u101_upgrade upgrade;
        check_case("%s: %s", row->why, row->element);
        if (CHECK(u101_offers_read_element(guard_text(row->element), &upgrade) ==
                  (row->name != NULL)) &&
            row->name != NULL) {
            CHECK_TEXT(upgrade.name, row->name);
            CHECK_TEXT(upgrade.version, row->version);
        }
    }
}

static void test_offers_overlap_if_one_element_names_both(void)
{
    static const u101_offer spelled = {.kind = U101_OFFER_PROTOCOL,
                                       .as.protocol = {.name = U101_TEXT("fOO")}};
    static const u101_offer other = {
        .kind = U101_OFFER_PROTOCOL,
        .as.protocol = {.name = U101_TEXT("Foo"), .version = U101_TEXT("1A")}};
    static const u101_offer like_h2c = {.kind = U101_OFFER_PROTOCOL,
                                        .as.protocol = {.name = U101_TEXT("H2C")}};
    CHECK(u101_offers_overlap(&plain, &plain));
    CHECK(u101_offers_overlap(&plain, &spelled));
    CHECK(!u101_offers_overlap(&plain, &versioned));
    CHECK(!u101_offers_overlap(&versioned, &plain));
    CHECK(u101_offers_overlap(&versioned, &versioned));
    CHECK(!u101_offers_overlap(&versioned, &other));
    CHECK(u101_offers_overlap(&tls, &tls));
    CHECK(u101_offers_overlap(&h2c, &like_h2c));
    CHECK(u101_offers_overlap(&like_h2c, &h2c));
    CHECK(!u101_offers_overlap(&prior, &like_h2c));
    CHECK(!u101_offers_overlap(&like_h2c, &prior));
    CHECK(!u101_offers_overlap(&prior, &prior));
    CHECK(!u101_offers_overlap(&websocket, &h2c));
}

int main(void)
{
    CHECK_RUN(test_offers_match_an_element_as_said);
    CHECK_RUN(test_offers_are_named_as_the_server_spells_them);
    CHECK_RUN(test_offers_element_is_a_name_with_or_without_version);
    CHECK_RUN(test_offers_overlap_if_one_element_names_both);
    return check_finish();
}
