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
#define PUT "PUT / HTTP/1.1\r\nHost: a\r\n"
#define LISTED "Connection: Upgrade, HTTP2-Settings\r\n"
#define WEBSOCKET "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define SETTINGS "HTTP2-Settings: AAMAAABk\r\n"

enum { OFFER_WEBSOCKET, OFFER_H2C, OFFER_FOO, OFFER_TLS, OFFER_BAR };

/* A server that offers one of each, and another protocol with a body. */
static u101_negotiator *offering(bool required)
{
    const u101_slice methods[] = {BYTES("PUT")};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET},
        {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("foo"), .methods = methods, .method_count = 1}},
        {.kind = U101_OFFER_TLS},
        {.kind = U101_OFFER_PROTOCOL, .as.protocol = {.name = BYTES("bar"), .body = true}},
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
    {GET "Upgrade:\r\n" LISTED "\r\n", U101_NO_UPGRADE, U101_NO_OFFER, "no protocol"},
    {GET "Upgrade: , ,\r\n" LISTED "\r\n", U101_NO_UPGRADE, U101_NO_OFFER, "no element"},
    {GET "Upgrade:\r\nUpgrade:\r\n" LISTED "\r\n", U101_NO_UPGRADE, U101_NO_OFFER,
     "no element on two lines"},
    {GET "Upgrade:\r\nUpgrade: x\r\n" LISTED "\r\n", U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER,
     "an element on the second line"},
    {GET WEBSOCKET LISTED "\r\n", U101_WS_UPGRADE_MISSING, U101_NO_OFFER,
     "a key: a proxy has removed Upgrade"},
    {GET "Sec-WebSocket-Key:\r\n\r\n", U101_WS_UPGRADE_MISSING, U101_NO_OFFER, "an empty key"},
    {GET "Upgrade:\r\n" WEBSOCKET "\r\n", U101_WS_UPGRADE_MISSING, U101_NO_OFFER,
     "a key and an empty Upgrade"},
    {GET "Sec-WebSocket-Version: 13\r\n\r\n", U101_NO_UPGRADE, U101_NO_OFFER,
     "a version but no key"},
    {"GET / HTTP/1.0\r\nUpgrade:\r\n\r\n", U101_NO_UPGRADE, U101_NO_OFFER,
     "no element in 1.0: that is looked at first"},
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
    {GET "Upgrade: websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SOUND, OFFER_WEBSOCKET,
     "one that is offered"},
    {GET "Upgrade: x, WebSocket\r\n" LISTED WEBSOCKET "\r\n", U101_SOUND, OFFER_WEBSOCKET,
     "the second of a list"},
    {GET "Upgrade: h2c, websocket\r\n" LISTED WEBSOCKET SETTINGS "\r\n", U101_SOUND, OFFER_H2C,
     "the client's order decides"},
    {GET "Upgrade: websocket\r\nUpgrade: h2c\r\n" LISTED WEBSOCKET SETTINGS "\r\n", U101_SOUND,
     OFFER_WEBSOCKET, "the client's order decides over two lines"},
    {GET "Upgrade: h2c, websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SOUND, OFFER_WEBSOCKET,
     "the first that says yes"},
    {GET "Upgrade: foo, websocket\r\n" LISTED WEBSOCKET "\r\n", U101_SOUND, OFFER_WEBSOCKET,
     "a yes after one that is not here"},
    {GET "Upgrade: foo, websocket\r\n" LISTED "\r\n", U101_WS_VERSION_MISSING, OFFER_WEBSOCKET,
     "a broken one after one that is not here"},
    {GET "Upgrade: websocket, foo\r\n" LISTED "\r\n", U101_WS_VERSION_MISSING, OFFER_WEBSOCKET,
     "a broken one before one that is not here"},
    {GET "Upgrade: websocket, h2c\r\n" LISTED SETTINGS "\r\n", U101_SOUND, OFFER_H2C,
     "a yes after a broken one"},
    {PUT "Upgrade: bar, TLS/1.0\r\nContent-Length: 65537\r\n" LISTED "\r\n", U101_BODY_TOO_LARGE,
     OFFER_BAR, "a broken one before one that is not here, of others"},
    {PUT "Upgrade: TLS/1.0, bar\r\nContent-Length: 65537\r\n" LISTED "\r\n", U101_BODY_TOO_LARGE,
     OFFER_BAR, "a broken one after one that is not here, of others"},
    {GET "Upgrade: foo, h2c\r\n" LISTED "\r\n", U101_METHOD_NOT_ALLOWED, OFFER_FOO,
     "of two that are not here the first"},
    {GET "Upgrade: h2c, foo\r\n" LISTED "\r\n", U101_H2C_SETTINGS_MISSING, OFFER_H2C,
     "of two that are not here the first, the other way round"},
    {GET "Upgrade: h2c, TLS/1.0\r\nContent-Length: 1\r\n" LISTED "\r\n", U101_H2C_BODY, OFFER_H2C,
     "of two that are not here the first, for their body"},
    {GET "Upgrade: TLS/1.0, h2c\r\nContent-Length: 1\r\n" LISTED "\r\n", U101_TLS_BODY, OFFER_TLS,
     "of two that are not here the first, for their body, the other way round"},
    {GET "Upgrade: x, h2c\r\n" LISTED "\r\n", U101_H2C_SETTINGS_MISSING, OFFER_H2C,
     "one that is not here after one that is not offered"},
    {GET "Upgrade: h2c\r\nConnection: Upgrade\r\n" SETTINGS "\r\n",
     U101_H2C_SETTINGS_NOT_HOP_BY_HOP, OFFER_H2C, "settings that Connection does not list"},
};

static void test_choose_first_that_applies_ends_it(void)
{
    static const u101_offer_kind kinds[] = {
        [OFFER_WEBSOCKET] = U101_OFFER_WEBSOCKET, [OFFER_H2C] = U101_OFFER_H2C,
        [OFFER_FOO] = U101_OFFER_PROTOCOL,        [OFFER_TLS] = U101_OFFER_TLS,
        [OFFER_BAR] = U101_OFFER_PROTOCOL,
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
    CHECK_REASON(choose(GET WEBSOCKET "\r\n", true, &made), U101_WS_UPGRADE_MISSING);
    CHECK_REASON(choose(GET "Upgrade: x\r\n" LISTED "\r\n", true, &made),
                 U101_PROTOCOL_NOT_OFFERED);
}

#define CHOSEN GET "Upgrade: websocket\r\n" LISTED WEBSOCKET

typedef struct {
    const char *head;
    u101_reason reason;
    bool expects_continue; /* if it comes to a switch */
    const char *why;
} expect_row;

static const expect_row expect_rows[] = {
    {CHOSEN "Expect: 100-continue\r\n\r\n", U101_SOUND, true, "the one there is"},
    {CHOSEN "Expect: 100-CONTINUE\r\n\r\n", U101_SOUND, true, "letter case aside"},
    {CHOSEN "Expect: 100-continue, 100-continue\r\n\r\n", U101_SOUND, true, "twice"},
    {CHOSEN "Expect: 100-continu\r\n\r\n", U101_EXPECTATION_FAILED, false, "a byte less"},
    {CHOSEN "Expect: 100-continue;q=1\r\n\r\n", U101_EXPECTATION_FAILED, false, "a parameter"},
    {CHOSEN "Expect: 100-continue, x\r\n\r\n", U101_EXPECTATION_FAILED, false, "another beside it"},
    {CHOSEN "Expect: x\r\nExpect: 100-continue\r\n\r\n", U101_EXPECTATION_FAILED, false,
     "another on another line"},
    {CHOSEN "Expect:\r\n\r\n", U101_SOUND, false, "no member"},
    {CHOSEN "\r\n", U101_SOUND, false, "none"},
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
        if (reason == U101_SOUND) {
            CHECK_INT(made.decision.expects_continue, expect_rows[i].expects_continue);
        }
    }
}

/* ---- paths [contract 3.5, 7] ---- */

enum { AT_CHAT, AT_ROOMS, FOO_ANYWHERE };

/* A server whose offers have paths, and that takes h2c by prior knowledge only. */
static u101_reason choose_by_path(const char *head, sample *made)
{
    static const u101_slice chat[] = {BYTES("/chat")};
    static const u101_slice rooms[] = {BYTES("/rooms/*"), BYTES("/r/*"), BYTES("/")};
    static const u101_slice any[] = {BYTES("/*")};
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET, .paths = chat, .path_count = COUNT(chat)},
        {.kind = U101_OFFER_WEBSOCKET, .paths = rooms, .path_count = COUNT(rooms)},
        {.kind = U101_OFFER_PROTOCOL,
         .paths = any,
         .path_count = COUNT(any),
         .as.protocol = {.name = BYTES("foo")}},
        {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}},
    };
    u101_negotiator *negotiator = sample_negotiator(offers, COUNT(offers));
    u101_hasher *hasher = u101_hasher_new();
    sample_read(made, negotiator, hasher, head);
    const u101_reason reason = u101_choose(&made->context);
    u101_hasher_free(hasher);
    u101_negotiator_free(negotiator);
    return reason;
}

#define TO(target, upgrade)                                                                        \
    "GET " target " HTTP/1.1\r\nHost: a\r\n" LISTED WEBSOCKET "Upgrade: " upgrade "\r\n\r\n"

static const choose_row path_rows[] = {
    {TO("/chat", "websocket"), U101_SOUND, AT_CHAT, "the first"},
    {TO("/chat?x=/rooms/a", "websocket"), U101_SOUND, AT_CHAT, "a query is no part of it"},
    {TO("/rooms/a", "websocket"), U101_SOUND, AT_ROOMS, "the second"},
    {TO("/r/a", "websocket"), U101_SOUND, AT_ROOMS, "a shorter beginning after a longer one"},
    {TO("/chats", "websocket"), U101_PATH_NOT_OFFERED, U101_NO_OFFER, "neither"},
    {TO("/", "websocket"), U101_SOUND, AT_ROOMS, "the root"},
    {TO("http://a", "websocket"), U101_SOUND, AT_ROOMS, "absolute-form without a path"},
    {TO("http://a?q", "websocket"), U101_SOUND, AT_ROOMS, "and with a query"},
    {TO("http://a/chat", "websocket"), U101_SOUND, AT_CHAT, "absolute-form with a path"},
    {TO("/chats", "websocket, foo"), U101_SOUND, FOO_ANYWHERE, "another element is offered here"},
    {TO("/chats", "x, websocket"), U101_PATH_NOT_OFFERED, U101_NO_OFFER,
     "one of the elements is offered elsewhere"},
    {TO("/chats", "websocket, x"), U101_PATH_NOT_OFFERED, U101_NO_OFFER,
     "one of the elements is offered elsewhere, the first"},
    {TO("/chats", "x"), U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER, "none is offered anywhere"},
    {TO("/chats", "websocket/13"), U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER,
     "another version is not offered elsewhere"},
    {TO("/chat", "h2c"), U101_PROTOCOL_NOT_OFFERED, U101_NO_OFFER,
     "what is reached by prior knowledge only matches no element"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n" LISTED "Upgrade: foo\r\n\r\n", U101_PATH_NOT_OFFERED,
     U101_NO_OFFER, "the asterisk has no path"},
    {"GET /chats HTTP/1.1\r\nHost: a\r\n" LISTED WEBSOCKET "\r\n", U101_WS_UPGRADE_MISSING,
     U101_NO_OFFER, "a removed Upgrade is told at any path"},
};

static void test_choose_offer_is_the_first_that_has_the_path(void)
{
    for (size_t i = 0; i < COUNT(path_rows); i++) {
        sample made;
        check_case("%s", path_rows[i].why);
        CHECK_REASON(choose_by_path(path_rows[i].head, &made), path_rows[i].reason);
        CHECK_SIZE(made.decision.offer, path_rows[i].offer);
    }
}

/* No WebSocket is offered: a key says nothing. */
static void test_choose_key_without_websocket_is_no_upgrade(void)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    sample made;
    sample_read(&made, negotiator, NULL, GET WEBSOCKET "\r\n");
    CHECK_REASON(u101_choose(&made.context), U101_NO_UPGRADE);
    u101_negotiator_free(negotiator);
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
    CHECK_REASON(choose_of(16), U101_SOUND);
    CHECK_REASON(choose_of(17), U101_UPGRADE_INVALID);
}

int main(void)
{
    CHECK_RUN(test_choose_first_that_applies_ends_it);
    CHECK_RUN(test_choose_required_changes_the_name_of_no_upgrade_only);
    CHECK_RUN(test_choose_expectation_of_a_winner_is_met_or_fails);
    CHECK_RUN(test_choose_among_sixteen_is_made_and_one_more_refused);
    CHECK_RUN(test_choose_offer_is_the_first_that_has_the_path);
    CHECK_RUN(test_choose_key_without_websocket_is_no_upgrade);
    return check_finish();
}
