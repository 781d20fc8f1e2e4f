/*
 * A negotiator is a whole copy of its config, or is not made.
 */
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "outcome.h"

#define HEAD                                                                                       \
    "GET / HTTP/1.1\r\nHost: h:1\r\nConnection: upgrade\r\nOrigin: http://o\r\n"                   \
    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                        \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sub\r\n\r\n"

#define FOO_HEAD "PUT / HTTP/1.1\r\nHost: h:1\r\nConnection: upgrade\r\nUpgrade: foo/2\r\n\r\n"

/* Everything that a config can point to, in memory that can be freed. */
typedef struct {
    char text[64];
    u101_slice subprotocols[1];
    u101_slice origins[1];
    u101_slice hosts[1];
    u101_slice methods[1];
    u101_field fields[1];
    u101_offer offers[2];
    u101_config config;
} room;

static u101_slice put(room *made, size_t at, const char *text)
{
    const size_t size = strlen(text);
    memcpy(made->text + at, text, size);
    return (u101_slice){made->text + at, size};
}

static room *make_room(void)
{
    room *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        check_abort("out of memory");
    }
    made->subprotocols[0] = put(made, 0, "sub");
    made->origins[0] = put(made, 8, "http://o");
    made->hosts[0] = put(made, 24, "h:1");
    made->methods[0] = put(made, 32, "PUT");
    made->fields[0] = (u101_field){put(made, 40, "X"), put(made, 44, "y")};
    made->offers[0] = (u101_offer){.kind = U101_OFFER_WEBSOCKET,
                                   .as.websocket = {.subprotocols = made->subprotocols,
                                                    .subprotocol_count = 1,
                                                    .origins = made->origins,
                                                    .origin_count = 1,
                                                    .origin_rule = U101_ORIGINS_LISTED}};
    made->offers[1] = (u101_offer){.kind = U101_OFFER_PROTOCOL,
                                   .as.protocol = {.name = put(made, 48, "foo"),
                                                   .version = put(made, 52, "2"),
                                                   .methods = made->methods,
                                                   .method_count = 1,
                                                   .fields = made->fields,
                                                   .field_count = 1}};
    made->config = (u101_config){.offers = made->offers,
                                 .offer_count = 2,
                                 .hosts = made->hosts,
                                 .host_count = 1,
                                 .limits = u101_default_limits};
    return made;
}

static void check_response(const u101_negotiator *negotiator, u101_hasher *hasher,
                           u101_slice received, const char *expected)
{
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake);
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(received), false, hasher,
                                &decision));
    CHECK_REASON(decision.reason, U101_SWITCHED);
    const outcome made = {negotiator, &decision, received, received.size, {NULL, 0}};
    CHECK_TEXT(outcome_response(&made), expected);
}

static void test_negotiator_outlives_its_config(void)
{
    room *config = make_room();
    u101_hasher *hasher = u101_hasher_new();
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config->config, &defect);
    free(config); /* what is kept of it from here on is a use after free */
    if (CHECK(negotiator != NULL)) {
        CHECK(defect.text == NULL);
        check_response(negotiator, hasher, BYTES(HEAD),
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                       "Sec-WebSocket-Protocol: sub\r\n\r\n");
        check_response(negotiator, hasher, BYTES(FOO_HEAD),
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo/2\r\n"
                       "Connection: Upgrade\r\nX: y\r\n\r\n");
    }
    u101_hasher_free(hasher);
    u101_negotiator_free(negotiator);
}

static void test_negotiator_of_an_unsound_config_is_not_made(void)
{
    room *config = make_room();
    u101_defect defect;
    config->config.offer_count = 0;
    CHECK(u101_negotiator_new(&config->config, &defect) == NULL);
    CHECK(defect.text != NULL);
    config->config.offer_count = 2;
    config->text[52] = ' ';
    CHECK(u101_negotiator_new(&config->config, &defect) == NULL);
    CHECK(defect.text != NULL);
    CHECK_TEXT(defect.value, " ");
    u101_negotiator_free(NULL);
    free(config);
}

int main(void)
{
    CHECK_RUN(test_negotiator_outlives_its_config);
    CHECK_RUN(test_negotiator_of_an_unsound_config_is_not_made);
    return check_finish();
}
