/*
 * A negotiator is a whole copy of its config, or is not made.
 */
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "harness.h"
#include "outcome.h"

#define HEAD                                                                                       \
    "GET /p/q HTTP/1.1\r\nHost: h:1\r\nConnection: upgrade\r\nOrigin: http://o\r\n"                \
    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                        \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sub\r\n\r\n"

#define EXACT_HEAD                                                                                 \
    "GET /p/ HTTP/1.1\r\nHost: h:1\r\nConnection: upgrade\r\nOrigin: exact/\r\n"                   \
    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                        \
    "Sec-WebSocket-Version: 13\r\n\r\n"

#define FOO_HEAD "PUT /x HTTP/1.1\r\nHost: h:1\r\nConnection: upgrade\r\nUpgrade: foo/2\r\n\r\n"

/* Everything that a config can point to, in memory that can be freed. */
typedef struct {
    char text[96];
    u101_slice subprotocols[1];
    u101_slice origins[2];
    u101_slice paths[2];
    u101_slice hosts[1];
    u101_slice methods[1];
    u101_field fields[2];
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
    made->origins[1] = put(made, 64, "exact/");
    made->paths[0] = put(made, 72, "/p/*");
    made->paths[1] = put(made, 80, "/x");
    made->hosts[0] = put(made, 24, "h:1");
    made->methods[0] = put(made, 32, "PUT");
    made->fields[0] = (u101_field){put(made, 40, "X"), put(made, 44, "y")};
    made->fields[1] = (u101_field){put(made, 84, "Z"), put(made, 88, "w")};
    made->offers[0] = (u101_offer){.kind = U101_OFFER_WEBSOCKET,
                                   .paths = made->paths,
                                   .path_count = 1,
                                   .as.websocket = {.subprotocols = made->subprotocols,
                                                    .subprotocol_count = 1,
                                                    .origins = made->origins,
                                                    .origin_count = 2}};
    made->offers[1] = (u101_offer){.kind = U101_OFFER_PROTOCOL,
                                   .paths = made->paths + 1,
                                   .path_count = 1,
                                   .as.protocol = {.name = put(made, 48, "foo"),
                                                   .version = put(made, 52, "2"),
                                                   .methods = made->methods,
                                                   .method_count = 1,
                                                   .fields = made->fields,
                                                   .field_count = 2}};
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
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, guard_slice(received), false, hasher,
                                &decision));
    CHECK_REASON(decision.reason, U101_SWITCHED);
    const outcome made = {.negotiator = negotiator, .decision = &decision, .connection = received};
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
        check_response(negotiator, hasher, BYTES(EXACT_HEAD),
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        check_response(negotiator, hasher, BYTES(FOO_HEAD),
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo/2\r\n"
                       "Connection: Upgrade\r\nX: y\r\nZ: w\r\n\r\n");
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

/* ---- offers that can never be reached [contract 7] ---- */

static const u101_slice a_path[] = {BYTES("/a")};
static const u101_slice ab_paths[] = {BYTES("/a"), BYTES("/b")};
static const u101_slice a_tree[] = {BYTES("/a/*")};
static const u101_slice tree_and_b[] = {BYTES("/a/*"), BYTES("/b")};
static const u101_slice within[] = {BYTES("/a/x"), BYTES("/a/y/*")};
static const u101_slice within_and_b[] = {BYTES("/b"), BYTES("/a/x")};
static const u101_slice everything[] = {BYTES("/*")};

#define PATHS(list) .paths = (list), .path_count = COUNT(list)

static const u101_offer websocket = {.kind = U101_OFFER_WEBSOCKET};
static const u101_offer websocket_a = {.kind = U101_OFFER_WEBSOCKET, PATHS(a_path)};
static const u101_offer websocket_ab = {.kind = U101_OFFER_WEBSOCKET, PATHS(ab_paths)};
static const u101_offer websocket_tree = {.kind = U101_OFFER_WEBSOCKET, PATHS(a_tree)};
static const u101_offer websocket_tree_b = {.kind = U101_OFFER_WEBSOCKET, PATHS(tree_and_b)};
static const u101_offer websocket_within = {.kind = U101_OFFER_WEBSOCKET, PATHS(within)};
static const u101_offer websocket_within_b = {.kind = U101_OFFER_WEBSOCKET, PATHS(within_and_b)};
static const u101_offer websocket_all = {.kind = U101_OFFER_WEBSOCKET, PATHS(everything)};
static const u101_offer tls = {.kind = U101_OFFER_TLS};
static const u101_offer h2c = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
static const u101_offer prior = {.kind = U101_OFFER_H2C, .as.h2c = {.prior_knowledge = true}};
static const u101_offer both = {.kind = U101_OFFER_H2C,
                                .as.h2c = {.upgrade = true, .prior_knowledge = true}};
static const u101_offer like_h2c = {.kind = U101_OFFER_PROTOCOL,
                                    .as.protocol = {.name = BYTES("H2C")}};
static const u101_offer foo = {.kind = U101_OFFER_PROTOCOL, .as.protocol = {.name = BYTES("foo")}};
static const u101_offer foo_again = {.kind = U101_OFFER_PROTOCOL,
                                     .as.protocol = {.name = BYTES("Foo")}};
static const u101_offer foo_one = {.kind = U101_OFFER_PROTOCOL,
                                   .as.protocol = {.name = BYTES("foo"), .version = BYTES("1")}};

enum { MOST_OFFERS = 4 };

typedef struct {
    const u101_offer *offers[MOST_OFFERS];
    const char *unreached; /* the name of the first that is; NULL: none is */
    const char *why;
} reach_row;

static const reach_row reach_rows[] = {
    {{&websocket, &h2c, &foo, &tls}, NULL, "four protocols"},
    {{&websocket, &websocket}, "websocket", "the same twice"},
    {{&tls, &websocket, &tls}, "TLS", "the same of which the first stands before another"},
    {{&websocket, &foo, &tls, &foo_again}, "Foo", "two overlap, of which neither is the first"},
    {{&foo, &foo_one}, NULL, "a version is another protocol"},
    {{&h2c, &like_h2c}, "H2C", "h2c by another class"},
    {{&like_h2c, &h2c}, "h2c", "h2c by another class, in front"},
    {{&websocket, &websocket_a}, "websocket", "a path after any target"},
    {{&websocket_a, &websocket}, NULL, "any target after a path"},
    {{&websocket_all, &websocket}, NULL, "targets without a path are left"},
    {{&websocket_all, &websocket_a}, "websocket", "a path after all paths"},
    {{&websocket_a, &websocket_a}, "websocket", "the same path"},
    {{&websocket_a, &websocket_ab}, NULL, "a path more"},
    {{&websocket_ab, &websocket_a}, "websocket", "a path less"},
    {{&websocket_tree, &websocket_within}, "websocket", "what is within a tree"},
    {{&websocket_within, &websocket_tree}, NULL, "a tree after what is within"},
    {{&websocket_tree, &websocket_within_b}, NULL, "not all of it is within"},
    {{&websocket_tree, &websocket_ab}, NULL, "the root of a tree has no slash"},
    {{&websocket_tree, &websocket_ab, &websocket_within_b},
     "websocket",
     "each path by another of the earlier ones"},
    {{&websocket_tree_b, &websocket_within_b}, "websocket", "each path by the same one"},
    {{&prior, &h2c}, NULL, "h2c by each of the two ways"},
    {{&h2c, &prior}, NULL, "h2c by each of the two ways, the other way round"},
    {{&prior, &prior}, "h2c", "prior knowledge twice"},
    {{&both, &prior}, "h2c", "prior knowledge after both"},
    {{&prior, &both}, NULL, "both after prior knowledge: the upgrade is reached"},
    {{&h2c, &both}, NULL, "both after the upgrade: prior knowledge is reached"},
    {{&both, &h2c}, "h2c", "the upgrade after both"},
    {{&both, &both}, "h2c", "both twice"},
    {{&like_h2c, &prior}, NULL, "as BuildKit's server offers it"},
    {{&like_h2c, &both}, NULL, "both after a protocol of the name: prior knowledge is reached"},
};

static void test_negotiator_offer_that_is_never_reached_is_refused(void)
{
    for (size_t i = 0; i < COUNT(reach_rows); i++) {
        const reach_row *row = &reach_rows[i];
        u101_offer offers[MOST_OFFERS];
        u101_config config = {.offers = offers, .limits = u101_default_limits};
        u101_defect defect;
        while (config.offer_count < MOST_OFFERS && row->offers[config.offer_count] != NULL) {
            offers[config.offer_count] = *row->offers[config.offer_count];
            config.offer_count++;
        }
        u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
        check_case("%s", row->why);
        if (CHECK((negotiator != NULL) == (row->unreached == NULL)) && negotiator == NULL) {
            CHECK(defect.text != NULL);
            CHECK_TEXT(defect.value, row->unreached);
        }
        u101_negotiator_free(negotiator);
    }
}

/* Prior knowledge is of the first offer that has it [contract 2]. */
static void test_negotiator_preface_is_of_the_first_offer_that_takes_it(void)
{
    const u101_offer offers[] = {h2c, prior};
    const u101_config config = {.offers = offers, .offer_count = 2, .limits = u101_default_limits};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    u101_handshake handshake;
    u101_decision decision;
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                                false, NULL, &decision));
    CHECK_REASON(decision.reason, U101_HTTP2_PRIOR_KNOWLEDGE);
    CHECK_SIZE(decision.offer, 1);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_negotiator_outlives_its_config);
    CHECK_RUN(test_negotiator_of_an_unsound_config_is_not_made);
    CHECK_RUN(test_negotiator_offer_that_is_never_reached_is_refused);
    CHECK_RUN(test_negotiator_preface_is_of_the_first_offer_that_takes_it);
    return check_finish();
}
