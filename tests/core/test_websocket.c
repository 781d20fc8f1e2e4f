/*
 * The checks of a WebSocket handshake, in pairs one byte apart and in their order
 * [RFC 6455 4.2].
 */
#include "websocket.h"

#include "harness.h"
#include "negotiator.h"
#include "numbered.h"
#include "sample.h"

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define GET "GET /c HTTP/1.1\r\nHost: a\r\n"
#define HANDSHAKE GET KEY VERSION

typedef struct {
    const char *head;
    u101_reason reason;
    const char *why;
} websocket_row;

static const u101_slice same_origin = {"same-origin", sizeof("same-origin") - 1};

/* The reason of a head, for an offer; `made` has the decision. */
static u101_reason check_head(const u101_websocket *websocket, u101_hasher *hasher,
                              const char *head, sample *made)
{
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET, .as.websocket = *websocket};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    sample_read(made, negotiator, hasher, head);
    const u101_reason reason = u101_websocket_check(&made->context, negotiator->offers);
    u101_negotiator_free(negotiator);
    return reason;
}

static void check_rows(const u101_websocket *websocket, const websocket_row *rows, size_t count)
{
    u101_hasher *hasher = u101_hasher_new();
    for (size_t i = 0; i < count; i++) {
        sample made;
        check_case("%s", rows[i].why);
        CHECK_REASON(check_head(websocket, hasher, rows[i].head, &made), rows[i].reason);
    }
    u101_hasher_free(hasher);
}

static const websocket_row plain_rows[] = {
    {HANDSHAKE "\r\n", U101_SOUND, "a handshake"},
    {"POST /c HTTP/1.1\r\nHost: a\r\n" KEY VERSION "\r\n", U101_WS_METHOD, "POST"},
    {"get /c HTTP/1.1\r\nHost: a\r\n" KEY VERSION "\r\n", U101_WS_METHOD, "get"},
    {"GETS /c HTTP/1.1\r\nHost: a\r\n" KEY VERSION "\r\n", U101_WS_METHOD, "a byte more than GET"},
    {HANDSHAKE "Content-Length: 0\r\n\r\n", U101_SOUND, "a body of no bytes"},
    {HANDSHAKE "Content-Length: 1\r\n\r\n", U101_WS_BODY, "a body of one byte"},
    {HANDSHAKE "Transfer-Encoding: chunked\r\n\r\n", U101_WS_BODY, "a chunked body"},
    {GET KEY "\r\n", U101_WS_VERSION_MISSING, "no version"},
    {HANDSHAKE VERSION "\r\n", U101_WS_VERSION_DUPLICATE, "two versions"},
    {GET KEY "Sec-WebSocket-Version: 8\r\n\r\n", U101_WS_VERSION_UNSUPPORTED, "version 8"},
    {GET KEY "Sec-WebSocket-Version: 14\r\n\r\n", U101_WS_VERSION_UNSUPPORTED, "version 14"},
    {GET KEY "Sec-WebSocket-Version: 013\r\n\r\n", U101_WS_VERSION_UNSUPPORTED, "a leading zero"},
    {GET KEY "Sec-WebSocket-Version: 13, 8\r\n\r\n", U101_WS_VERSION_UNSUPPORTED, "a list"},
    {GET KEY "Sec-WebSocket-Version:\r\n\r\n", U101_WS_VERSION_UNSUPPORTED, "an empty version"},
    {GET VERSION "\r\n", U101_WS_KEY_MISSING, "no key"},
    {HANDSHAKE KEY "\r\n", U101_WS_KEY_DUPLICATE, "two keys"},
    {HANDSHAKE "Origin: http://a\r\n\r\n", U101_SOUND, "the same origin"},
    {HANDSHAKE "Origin: http://b\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "another origin"},
    {HANDSHAKE "Origin: null\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "the opaque origin"},
    {HANDSHAKE "Origin:\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "an empty Origin is present"},
    {HANDSHAKE "Origin: http://a/\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "no serialized origin"},
    {HANDSHAKE "Origin: http://a\r\nOrigin: http://a\r\n\r\n", U101_WS_ORIGIN_DUPLICATE,
     "two origins"},
    {"GET /c HTTP/1.1\r\nHost:\r\n" KEY VERSION "Origin: http://a\r\n\r\n",
     U101_WS_ORIGIN_FORBIDDEN, "an origin and an empty Host"},
};

static void test_websocket_request_is_sound_or_refused(void)
{
    static const u101_websocket websocket = {.origins = &same_origin, .origin_count = 1};
    check_rows(&websocket, plain_rows, COUNT(plain_rows));
}

#define KEYED(key) GET VERSION "Sec-WebSocket-Key: " key "\r\n\r\n"

static const websocket_row key_rows[] = {
    {KEYED("AAAAAAAAAAAAAAAAAAAAAA=="), U101_SOUND, "16 bytes"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAAB=="), U101_SOUND, "an unused bit set [RFC 6455 4.1]"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAA/=="), U101_SOUND, "all unused bits set"},
    {KEYED("+/+/+/+/+/+/+/+/+/+/+/=="), U101_SOUND, "the last two of the alphabet"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAA==="), U101_WS_KEY_INVALID, "padding too soon"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAAAA="), U101_WS_KEY_INVALID, "17 bytes"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAAAAA"), U101_WS_KEY_INVALID, "18 bytes"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAAA="), U101_WS_KEY_INVALID, "a padding short"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAAA==="), U101_WS_KEY_INVALID, "a padding more"},
    {KEYED("AAAAAAAAAAAAAAAAAAAAA-=="), U101_WS_KEY_INVALID, "the URL-safe alphabet"},
    {KEYED("-AAAAAAAAAAAAAAAAAAAAA=="), U101_WS_KEY_INVALID, "the URL-safe alphabet, first"},
    {KEYED("AAAAAAAAAA AAAAAAAAAAA=="), U101_WS_KEY_INVALID, "a space"},
    {KEYED(""), U101_WS_KEY_INVALID, "an empty key"},
};

static void test_websocket_key_is_sixteen_bytes_or_refused(void)
{
    static const u101_websocket websocket = {.origins = &same_origin, .origin_count = 1};
    check_rows(&websocket, key_rows, COUNT(key_rows));
}

/* Each head has the defect of its row and all of those below it. */
static const websocket_row order_rows[] = {
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", U101_WS_METHOD, "the method"},
    {GET "Content-Length: 1\r\n\r\n", U101_WS_BODY, "then the body"},
    {GET "Sec-WebSocket-Key: x\r\nOrigin: x\r\n\r\n", U101_WS_VERSION_MISSING, "then the version"},
    {GET VERSION "Sec-WebSocket-Key: x\r\nOrigin: x\r\n\r\n", U101_WS_KEY_INVALID, "then the key"},
    {HANDSHAKE "Origin: x\r\nSec-WebSocket-Protocol: ()\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN,
     "then the origin"},
    {HANDSHAKE "Sec-WebSocket-Protocol: ()\r\nSec-WebSocket-Extensions: ()\r\n\r\n",
     U101_WS_SUBPROTOCOL_INVALID, "then the subprotocols"},
    {HANDSHAKE "Sec-WebSocket-Extensions: ()\r\n\r\n", U101_WS_SUBPROTOCOL_REQUIRED,
     "then whether one is in common"},
    {HANDSHAKE "Sec-WebSocket-Protocol: p\r\nSec-WebSocket-Extensions: ()\r\n\r\n",
     U101_WS_EXTENSIONS_INVALID, "then the extensions"},
};

static void test_websocket_defects_are_found_in_order(void)
{
    const u101_slice subprotocols[] = {BYTES("p")};
    const u101_websocket websocket = {.origins = &same_origin,
                                      .origin_count = 1,
                                      .subprotocols = subprotocols,
                                      .subprotocol_count = 1,
                                      .subprotocol_required = true};
    check_rows(&websocket, order_rows, COUNT(order_rows));
}

static const websocket_row any_rows[] = {
    {HANDSHAKE "Origin: null\r\n\r\n", U101_SOUND, "the opaque origin"},
    {HANDSHAKE "Origin: no origin\r\n\r\n", U101_SOUND, "what is no origin"},
    {HANDSHAKE "\r\n", U101_SOUND, "none"},
    {HANDSHAKE "Origin: x\r\nOrigin: x\r\n\r\n", U101_WS_ORIGIN_DUPLICATE, "two all the same"},
};

static void test_websocket_any_origin_is_allowed_once(void)
{
    static const u101_websocket websocket = {.any_origin = true};
    check_rows(&websocket, any_rows, COUNT(any_rows));
}

static const websocket_row listed_rows[] = {
    {HANDSHAKE "Origin: https://x.org\r\n\r\n", U101_SOUND, "the first"},
    {HANDSHAKE "Origin: null\r\n\r\n", U101_SOUND, "the second"},
    {HANDSHAKE "Origin: http://x.org\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "another scheme"},
    {HANDSHAKE "Origin: http://a\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "the same origin is not"},
    {HANDSHAKE "\r\n", U101_WS_ORIGIN_FORBIDDEN, "none where one is required"},
};

static void test_websocket_listed_origin_is_allowed_and_required(void)
{
    const u101_slice origins[] = {BYTES("https://x.org"), BYTES("null")};
    const u101_websocket websocket = {
        .origins = origins, .origin_count = COUNT(origins), .origin_required = true};
    check_rows(&websocket, listed_rows, COUNT(listed_rows));
}

static const websocket_row many_rows[] = {
    {HANDSHAKE "Origin: https://f0.org\r\n\r\n", U101_SOUND, "the first"},
    {HANDSHAKE "Origin: https://F9999.org:443\r\n\r\n", U101_SOUND, "the last"},
    {HANDSHAKE "Origin: https://f10000.org\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "one more"},
    {HANDSHAKE "Origin: http://f0.org\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "another scheme"},
    {HANDSHAKE "Origin: https://f0.org:444\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "another port"},
    {HANDSHAKE "Origin: https://b.a.f41.org\r\n\r\n", U101_SOUND, "two labels"},
    {HANDSHAKE "Origin: https://f41.org\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "no label"},
    {HANDSHAKE "Origin: null\r\n\r\n", U101_SOUND, "the opaque origin"},
};

static void test_websocket_origin_of_ten_thousand_is_allowed_or_refused(void)
{
    name_list origins = numbered_new("https://f", 10000, ".org");
    origins.at[41] = BYTES("https://*.f41.org");
    origins.at[42] = BYTES("null");
    const u101_websocket websocket = {.origins = origins.at, .origin_count = origins.count};
    check_rows(&websocket, many_rows, COUNT(many_rows));
    numbered_free(&origins);
}

static void test_websocket_empty_list_of_origins_allows_no_browser(void)
{
    static const websocket_row rows[] = {
        {HANDSHAKE "Origin: http://a\r\n\r\n", U101_WS_ORIGIN_FORBIDDEN, "a browser"},
        {HANDSHAKE "\r\n", U101_SOUND, "no browser [RFC 6455 10.2]"},
    };
    static const u101_websocket websocket = {.origin_required = false};
    check_rows(&websocket, rows, COUNT(rows));
}

static void test_websocket_switch_is_in_the_decision(void)
{
    const u101_slice subprotocols[] = {BYTES("p")};
    const u101_websocket websocket = {
        .any_origin = true,
        .subprotocols = subprotocols,
        .subprotocol_count = 1,
        .deflate_enabled = true,
        .deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS, .client_max_window_bits = 9}};
    u101_hasher *hasher = u101_hasher_new();
    sample made;
    CHECK_REASON(check_head(&websocket, hasher,
                            HANDSHAKE "Sec-WebSocket-Protocol: o, p\r\n"
                                      "Sec-WebSocket-Extensions: permessage-deflate; "
                                      "client_max_window_bits\r\n\r\n",
                            &made),
                 U101_SOUND);
    CHECK_TEXT(((u101_slice){made.decision.accept, 28}), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK_TEXT(u101_slice_at(made.context.bytes, made.decision.subprotocol), "p");
    CHECK(made.decision.deflate_agreed);
    CHECK_INT(made.decision.deflate.client_max_window_bits, 9);
    u101_hasher_free(hasher);
}

/* A digest that fails is never a wrong answer. */
static void test_websocket_without_hasher_is_an_internal_error(void)
{
    static const u101_websocket websocket = {.any_origin = true};
    sample made;
    CHECK_REASON(check_head(&websocket, NULL, HANDSHAKE "\r\n", &made), U101_INTERNAL_ERROR);
    CHECK_REASON(check_head(&websocket, NULL, GET "\r\n", &made), U101_WS_VERSION_MISSING);
}

int main(void)
{
    CHECK_RUN(test_websocket_request_is_sound_or_refused);
    CHECK_RUN(test_websocket_key_is_sixteen_bytes_or_refused);
    CHECK_RUN(test_websocket_defects_are_found_in_order);
    CHECK_RUN(test_websocket_any_origin_is_allowed_once);
    CHECK_RUN(test_websocket_listed_origin_is_allowed_and_required);
    CHECK_RUN(test_websocket_origin_of_ten_thousand_is_allowed_or_refused);
    CHECK_RUN(test_websocket_empty_list_of_origins_allows_no_browser);
    CHECK_RUN(test_websocket_switch_is_in_the_decision);
    CHECK_RUN(test_websocket_without_hasher_is_an_internal_error);
    return check_finish();
}
