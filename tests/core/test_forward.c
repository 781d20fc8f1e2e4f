/*
 * Heads of requests that pass, as whoever serves HTTP sees them, in pairs one step apart
 * [contract 8.4].
 */
#include "forward.h"

#include "guard.h"
#include "harness.h"
#include "sample.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define LENGTH "Content-Length: 1\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define SETTINGS "HTTP2-Settings: AAMAAABk\r\n"

typedef struct {
    const char *head;
    const char *forward; /* NULL: the head as it is */
    u101_reason reason;
    const char *why;
} forward_row;

/* A server that offers websocket, foo/1 by PUT, and bar at a path. */
static const forward_row forward_rows[] = {
    {GET "\r\n", NULL, U101_NO_UPGRADE, "no Upgrade"},
    {GET "Connection: upgrade, HTTP2-Settings\r\n" SETTINGS "\r\n", NULL, U101_NO_UPGRADE,
     "no Upgrade, but its options"},
    {POST LENGTH "Upgrade:\r\nConnection: upgrade\r\n\r\n", POST LENGTH "\r\n", U101_NO_UPGRADE,
     "an empty Upgrade with a body"},
    {POST "Upgrade:\r\nConnection: upgrade\r\n\r\n", NULL, U101_NO_UPGRADE,
     "an empty Upgrade without one"},
    {POST "Content-Length: 0\r\nUpgrade:\r\n\r\n", NULL, U101_NO_UPGRADE,
     "an empty Upgrade with a body of no bytes"},
    {POST CHUNKED "Upgrade: x\r\nConnection: Upgrade\r\n\r\n", POST CHUNKED "\r\n",
     U101_PROTOCOL_NOT_OFFERED, "another protocol with a chunked body"},
    {POST LENGTH "Upgrade: x\r\nConnection: Upgrade\r\n\r\n", POST LENGTH "\r\n",
     U101_PROTOCOL_NOT_OFFERED, "another protocol with a body"},
    {GET "Upgrade: x\r\nConnection: Upgrade\r\n\r\n", NULL, U101_PROTOCOL_NOT_OFFERED,
     "another protocol"},
    {POST "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", POST "\r\n", U101_WS_METHOD,
     "one that is offered"},
    {POST "Upgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n", POST "\r\n", U101_WS_METHOD,
     "one that is offered, letter case aside"},
    {POST "Upgrade: x, websocket\r\nConnection: Upgrade\r\n\r\n", POST "\r\n", U101_WS_METHOD,
     "one that is offered among others"},
    {POST "Upgrade: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", POST "\r\n",
     U101_WS_METHOD, "one that is offered on a second line"},
    {POST "Upgrade: foo/1\r\nConnection: Upgrade\r\n\r\n", POST "\r\n", U101_METHOD_NOT_ALLOWED,
     "a version that is offered"},
    {POST "Upgrade: foo/2\r\nConnection: Upgrade\r\n\r\n", NULL, U101_PROTOCOL_NOT_OFFERED,
     "a version that is not"},
    {POST "Upgrade: bar\r\nConnection: Upgrade\r\n\r\n", NULL, U101_PATH_NOT_OFFERED,
     "one that is offered elsewhere"},
    {POST LENGTH "Upgrade: bar\r\nConnection: Upgrade\r\n\r\n", POST LENGTH "\r\n",
     U101_PATH_NOT_OFFERED, "one that is offered elsewhere with a body"},
    {POST "Upgrade: bar\r\n\r\n", POST "\r\n", U101_CONNECTION_OPTION_MISSING,
     "one that is offered elsewhere without the option: that is another reason"},
    {"GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
     "GET / HTTP/1.0\r\n\r\n", U101_UPGRADE_ON_HTTP_1_0, "HTTP/1.0"},
    {"GET / HTTP/1.0\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", NULL, U101_UPGRADE_ON_HTTP_1_0,
     "HTTP/1.0 and another protocol"},
    {"GET / HTTP/1.0\r\nUpgrade: (), websocket\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
     U101_UPGRADE_ON_HTTP_1_0, "an element that is none beside one that is offered"},
    {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
     "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", U101_UPGRADE_ON_CONNECT, "CONNECT"},
    {GET "Upgrade: websocket\r\nConnection: close\r\n" KEY "\r\n",
     GET "Connection: close\r\n" KEY "\r\n", U101_CONNECTION_OPTION_MISSING, "no option"},
};

static const u101_slice path[] = {BYTES("/path")};
static const u101_slice put[] = {BYTES("PUT")};

static u101_negotiator *offering(void)
{
    const u101_offer offers[] = {
        {.kind = U101_OFFER_WEBSOCKET},
        {.kind = U101_OFFER_PROTOCOL,
         .as.protocol = {.name = BYTES("foo"),
                         .version = BYTES("1"),
                         .methods = put,
                         .method_count = COUNT(put)}},
        {.kind = U101_OFFER_PROTOCOL,
         .paths = path,
         .path_count = COUNT(path),
         .as.protocol = {.name = BYTES("bar")}},
    };
    return sample_negotiator(offers, COUNT(offers));
}

/* What is forwarded, written into exactly its size and into each smaller one. */
static void check_row(const u101_negotiator *negotiator, const forward_row *row, guard *pages)
{
    const u101_slice received = guard_text(row->head);
    u101_handshake handshake;
    u101_decision decision = {.reason = U101_SOUND};
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, received, false, NULL, &decision));
    CHECK_ACTION(decision.action, U101_ACTION_PASS);
    CHECK_REASON(decision.reason, row->reason);
    char *out = guard_buffer(pages, 0);
    const size_t size = u101_decision_write_forward(negotiator, &decision, received.at, out, 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        out = guard_buffer(pages, capacity);
        CHECK_SIZE(u101_decision_write_forward(negotiator, &decision, received.at, out, capacity),
                   size);
    }
    CHECK_TEXT(((u101_slice){out, size}), row->forward == NULL ? row->head : row->forward);
    CHECK(size <= decision.head_size);
}

static void test_forward_leaves_out_what_must_be_ignored(void)
{
    u101_negotiator *negotiator = offering();
    guard pages = guard_new(1024);
    for (size_t i = 0; i < COUNT(forward_rows); i++) {
        check_case("%s", forward_rows[i].why);
        check_row(negotiator, &forward_rows[i], &pages);
    }
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

#define WITH(lines) POST "Upgrade: websocket\r\n" lines "\r\n"
#define GIVES(lines) POST lines "\r\n"

/* Lines of Connection beside an Upgrade that is left out [RFC 9110 7.6.1]. */
static const forward_row connection_rows[] = {
    {WITH("Connection: upgrade\r\n"), GIVES(""), U101_WS_METHOD, "the option alone"},
    {WITH("cONNECTION: uPGRADE\r\n"), GIVES(""), U101_WS_METHOD, "letter case aside"},
    {WITH("Connection: upgrade, close\r\n"), GIVES("Connection: close\r\n"), U101_WS_METHOD,
     "one before another"},
    {WITH("Connection: close, upgrade\r\n"), GIVES("Connection: close\r\n"), U101_WS_METHOD,
     "one after another"},
    {WITH("connection:TE ,upgrade,, \tclose ,\r\n"), GIVES("connection: TE, close\r\n"),
     U101_WS_METHOD, "what is left is joined anew"},
    {WITH("Connection: upgrade, HTTP2-Settings\r\n" SETTINGS), GIVES(""), U101_WS_METHOD,
     "both options and the settings"},
    {WITH("Connection: upgrade, http2-settings, x\r\n" SETTINGS), GIVES("Connection: x\r\n"),
     U101_WS_METHOD, "both options before another"},
    {WITH("Connection: upgrade\r\nConnection:  x ,y\r\n"), GIVES("Connection:  x ,y\r\n"),
     U101_WS_METHOD, "a line without the options stays as it is"},
    {WITH("Connection: upgrade\r\nConnection:\r\n"), GIVES("Connection:\r\n"), U101_WS_METHOD,
     "an empty line stays as it is"},
    {WITH("Connection: upgrade, upgrades, upgrad\r\n"), GIVES("Connection: upgrades, upgrad\r\n"),
     U101_WS_METHOD, "options a byte apart"},
    {WITH("A: 1\r\nConnection: upgrade\r\nUpgrades: x\r\nB:  2 \r\n"),
     GIVES("A: 1\r\nUpgrades: x\r\nB:  2 \r\n"), U101_WS_METHOD, "all other lines stay"},
    {"\r\n" WITH("Connection: upgrade\r\n"), "\r\n" GIVES(""), U101_WS_METHOD,
     "a CRLF before the request line"},
};

static void test_forward_leaves_the_options_out_of_connection(void)
{
    u101_negotiator *negotiator = offering();
    guard pages = guard_new(1024);
    for (size_t i = 0; i < COUNT(connection_rows); i++) {
        check_case("%s", connection_rows[i].why);
        check_row(negotiator, &connection_rows[i], &pages);
    }
    guard_free(&pages);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_forward_leaves_out_what_must_be_ignored);
    CHECK_RUN(test_forward_leaves_the_options_out_of_connection);
    return check_finish();
}
