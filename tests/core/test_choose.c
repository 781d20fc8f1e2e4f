/*
 * The choice of a protocol, in the order of [contract 3].
 */
#include "choose.h"

#include <stdio.h>

#include "harness.h"
#include "sample.h"

typedef struct {
    const char *head;
    u101_reason reason;
    size_t offer;
    const char *why;
} choose_row;

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define LISTED "Connection: Upgrade, HTTP2-Settings\r\n"
#define WEBSOCKET "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define SETTINGS "HTTP2-Settings: AAMAAABk\r\n"

enum { OFFER_WEBSOCKET, OFFER_H2C, OFFER_FOO, OFFER_TLS };

/* A server that offers one of each. */
static u101_negotiator *offering(bool required)
{
    const u101_slice methods[] = {BYTES("PUT")};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET},
        {.kind = U101_OFFER_H2C},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("foo"), .methods = methods, .method_count = 1}},
        {.kind = U101_OFFER_TLS},
    };
    const u101_config config = {.offers = offers,
                                .offer_count = COUNT(offers),
                                .limits = u101_default_limits,
                                .required = required};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("the offers are refused");
    }
    return negotiator;
}

static u101_reason choose(const char *head, bool required, sample *made)
{
    u101_negotiator *negotiator = offering(required);
    u101_hasher *hasher = u101_hasher_new();
    sample_read(made, negotiator, hasher, head);
    made->decision.offer = U101_NO_OFFER;
    const u101_reason reason = u101_choose(&made->context);
    u101_hasher_free(hasher);
    u101_negotiator_free(negotiator);
    return reason;
}

static const choose_row choose_rows[] = {
    {GET "\r\n", U101_NO_UPGRADE, U101_NO_OFFER, "no Upgrade"},
    {GET LISTED "\r\n", U101_NO_UPGRADE, U101_NO_OFFER, "Connection alone"},
    {"GET / HTTP/1.0\r\nUpgrade: ()\r\nConnection: ()\r\n\r\n", U101_UPGRADE_ON_HTTP_1_0,
     U101_NO_OFFER, "1.0, before anything is read"},
    {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nUpgrade: ()\r\nConnection: ()\r\n\r\n",
     U101_UPGRADE_ON_CONNECT, U101_NO_OFFER, "CONNECT, before anything is read"},
    {GET "Upgrade: ()\r\nConnection: ()\r\n\r\n", U101_CONNECTION_INVALID, U101_NO_OFFER,
     "Connection before Upgrade"},
    {GET "Upgrade: ()\r\nConnection: close\r\n\r\n", U101_CONNECTION_OPTION_MISSING, U101_NO_OFFER,
     "the option before Upgrade"},
    {GET "Upgrade: foo\r\n\r\n", U101_CONNECTION_OPTION_MISSING, U101_NO_OFFER, "no Connection"},
    {GET "Upgrade: foo\r\nConnection:\r\n\r\n", U101_CONNECTION_OPTION_MISSING, U101_NO_OFFER,
     "an empty Connection"},
    {GET "Upgrade: foo\r\nConnection: upgrad\r\n\r\n", U101_CONNECTION_OPTION_MISSING,
     U101_NO_OFFER, "a byte less"},
    {GET "Upgrade: x\r\nConnection: uPGRADE\r\n\r\n", U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER,
     "letter case aside"},
    {GET "Upgrade: x\r\nConnection: close\r\nConnection: upgrade\r\n\r\n",
     U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER, "on a second line"},
    {GET "Upgrade: x\r\nConnection: upgrade, a b\r\n\r\n", U101_CONNECTION_INVALID, U101_NO_OFFER,
     "a member that is no token"},
    {GET "Upgrade:\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "no protocol"},
    {GET "Upgrade: ,\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "no element"},
    {GET "Upgrade: a b\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "two in one"},
    {GET "Upgrade: a/\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "no version"},
    {GET "Upgrade: /1\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "no name"},
    {GET "Upgrade: a/1/2\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "two versions"},
    {GET "Upgrade: a /1\r\n" LISTED "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER, "white space"},
    {GET "Upgrade: websocket, ()\r\n" LISTED WEBSOCKET "\r\n", U101_UPGRADE_INVALID, U101_NO_OFFER,
     "the whole list is read before a choice"},
    {GET "Upgrade: a/1\r\n" LISTED "\r\n", U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER,
     "name and version, not offered"},
    {GET "Upgrade: websocket/13\r\n" LISTED WEBSOCKET "\r\n", U101_PROTOCOL_NOT_OFFERED,
     U101_NO_OFFER, "a version that is not offered"},
    {GET "Upgrade: websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SWITCHED, OFFER_WEBSOCKET,
     "one that is offered"},
    {GET "Upgrade: x, WebSocket\r\n" LISTED WEBSOCKET "\r\n", U101_SWITCHED, OFFER_WEBSOCKET,
     "the second of a list"},
    {GET "Upgrade: h2c, websocket\r\n" LISTED WEBSOCKET SETTINGS "\r\n", U101_SWITCHED, OFFER_H2C,
     "the client's order decides"},
    {GET "Upgrade: websocket\r\nUpgrade: h2c\r\n" LISTED WEBSOCKET SETTINGS "\r\n", U101_SWITCHED,
     OFFER_WEBSOCKET, "the client's order decides over two lines"},
    {GET "Upgrade: h2c, websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SWITCHED, OFFER_WEBSOCKET,
     "the first that says yes"},
    {GET "Upgrade: foo, websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SWITCHED, OFFER_WEBSOCKET,
     "a yes behind a broken one"},
    {GET "Upgrade: foo, websocket\r\n" LISTED "\r\n", U101_METHOD_NOT_ALLOWED, OFFER_FOO,
     "of two broken ones the first"},
    {GET "Upgrade: websocket, foo\r\n" LISTED "\r\n", U101_WS_VERSION_MISSING, OFFER_WEBSOCKET,
     "of two broken ones the first, the other way round"},
    {GET "Upgrade: h2c, foo\r\n" LISTED "\r\n", U101_METHOD_NOT_ALLOWED, OFFER_FOO,
     "a broken one behind one that is not here"},
    {GET "Upgrade: foo, h2c\r\n" LISTED "\r\n", U101_METHOD_NOT_ALLOWED, OFFER_FOO,
     "a broken one before one that is not here"},
    {GET "Upgrade: h2c, TLS/1.0\r\nContent-Length: 1\r\n" LISTED "\r\n", U101_H2C_BODY, OFFER_H2C,
     "of two that are not here the first"},
    {GET "Upgrade: TLS/1.0, h2c\r\nContent-Length: 1\r\n" LISTED "\r\n", U101_TLS_BODY, OFFER_TLS,
     "of two that are not here the first, the other way round"},
    {GET "Upgrade: x, h2c\r\n" LISTED "\r\n", U101_H2C_SETTINGS_MISSING, OFFER_H2C,
     "one that is not here behind one that is not offered"},
    {GET "Upgrade: h2c\r\nConnection: Upgrade\r\n" SETTINGS "\r\n",
     U101_H2C_SETTINGS_NOT_HOP_BY_HOP, OFFER_H2C, "settings that Connection does not list"},
};

static void test_choose_first_that_applies_ends_it(void)
{
    static const u101_offer_kind kinds[] = {
        [OFFER_WEBSOCKET] = U101_OFFER_WEBSOCKET,
        [OFFER_H2C] = U101_OFFER_H2C,
        [OFFER_FOO] = U101_OFFER_PROTOCOL,
        [OFFER_TLS] = U101_OFFER_TLS,
    };
    for (size_t i = 0; i < COUNT(choose_rows); i++) {
        const choose_row *row = &choose_rows[i];
        sample made;
        check_case("%s", row->why);
        CHECK_REASON(choose(row->head, false, &made), row->reason);
        CHECK_SIZE(made.decision.offer, row->offer);
        if (row->offer != U101_NO_OFFER) {
            CHECK_INT(made.decision.kind, kinds[row->offer]);
        }
    }
}

static void test_choose_required_changes_the_name_of_no_upgrade_only(void)
{
    sample made;
    CHECK_REASON(choose(GET "\r\n", true, &made), U101_UPGRADE_REQUIRED);
    CHECK_REASON(choose(GET "Upgrade: x\r\n" LISTED "\r\n", true, &made),
                 U101_PROTOCOL_NOT_OFFERED);
}

#define CHOSEN GET "Upgrade: websocket\r\n" LISTED WEBSOCKET

typedef struct {
    const char *head;
    u101_reason reason;
    bool expects_continue; /* where it comes to a switch */
    const char *why;
} expect_row;

static const expect_row expect_rows[] = {
    {CHOSEN "Expect: 100-continue\r\n\r\n", U101_SWITCHED, true, "the one there is"},
    {CHOSEN "Expect: 100-CONTINUE\r\n\r\n", U101_SWITCHED, true, "letter case aside"},
    {CHOSEN "Expect: 100-continue, 100-continue\r\n\r\n", U101_SWITCHED, true, "twice"},
    {CHOSEN "Expect: 100-continu\r\n\r\n", U101_EXPECTATION_FAILED, false, "a byte less"},
    {CHOSEN "Expect: 100-continue;q=1\r\n\r\n", U101_EXPECTATION_FAILED, false, "a parameter"},
    {CHOSEN "Expect: 100-continue, x\r\n\r\n", U101_EXPECTATION_FAILED, false, "another beside it"},
    {CHOSEN "Expect: x\r\nExpect: 100-continue\r\n\r\n", U101_EXPECTATION_FAILED, false,
     "another on another line"},
    {CHOSEN "Expect:\r\n\r\n", U101_SWITCHED, false, "no member"},
    {CHOSEN "\r\n", U101_SWITCHED, false, "none"},
    {GET "Upgrade: foo\r\n" LISTED "Expect: x\r\n\r\n", U101_METHOD_NOT_ALLOWED, false,
     "looked at only once there is a winner"},
    {GET "Expect: x\r\n\r\n", U101_NO_UPGRADE, false, "not looked at without one"},
};

static void test_choose_expectation_of_a_winner_is_met_or_fails(void)
{
    for (size_t i = 0; i < COUNT(expect_rows); i++) {
        sample made;
        check_case("%s", expect_rows[i].why);
        const u101_reason reason = choose(expect_rows[i].head, false, &made);
        CHECK_REASON(reason, expect_rows[i].reason);
        if (reason == U101_SWITCHED) {
            CHECK_INT(made.decision.expects_continue, expect_rows[i].expects_continue);
        }
    }
}

/* `count` protocols, the last of which is offered. */
static u101_reason choose_of(int count)
{
    char text[512];
    sample made;
    size_t size = (size_t)snprintf(text, sizeof(text), GET LISTED WEBSOCKET "Upgrade: ");
    for (int i = 1; i < count; i++) {
        size += (size_t)snprintf(text + size, sizeof(text) - size, "x/%d, ", i);
    }
    (void)snprintf(text + size, sizeof(text) - size, "websocket\r\n\r\n");
    return choose(text, false, &made);
}

static void test_choose_among_sixteen_is_made_and_one_more_refused(void)
{
    CHECK_REASON(choose_of(16), U101_SWITCHED);
    CHECK_REASON(choose_of(17), U101_UPGRADE_INVALID);
}

int main(void)
{
    CHECK_RUN(test_choose_first_that_applies_ends_it);
    CHECK_RUN(test_choose_required_changes_the_name_of_no_upgrade_only);
    CHECK_RUN(test_choose_expectation_of_a_winner_is_met_or_fails);
    CHECK_RUN(test_choose_among_sixteen_is_made_and_one_more_refused);
    return check_finish();
}
