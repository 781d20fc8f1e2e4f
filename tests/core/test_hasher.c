/*
 * Sec-WebSocket-Accept, and what there is without SHA-1 [RFC 9110 15.6.1].
 */
#include <openssl/crypto.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/provider.h>
#endif

#include "guard.h"
#include "harness.h"

typedef struct {
    const char *key;
    const char *accept;
    const char *why;
} accept_row;

/* The first is that of [RFC 6455 1.3], the second was sent by a browser and is in
 * real.jsonl, the others were made with Python's hashlib and base64. */
static const accept_row accept_rows[] = {
    {"dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "the example"},
    {"mC+jv99ws43WkucW4pzGbw==", "FAKqcJOCTFLsXfrO9l0Nval9QBs=", "a browser's"},
    {"AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI=", "all zero"},
    {"/////////////////////w==", "XXpj4jYzLM2yUE0C7TIgMwTQh2g=", "all one"},
    {"AQIDBAUGBwgJCgsMDQ4PEC==", "OfS0wDaT5NoxF2gqm7Zj2YtetzM=",
     "unused bits set, as in RFC 6455 4.1"},
};

static void check_accepts(u101_hasher *hasher)
{
    guard pages = guard_new(28);
    for (size_t i = 0; i < COUNT(accept_rows); i++) {
        char *accept = guard_buffer(&pages, 28);
        check_case("%s", accept_rows[i].why);
        if (CHECK(u101_hasher_accept_value(hasher, guard_text(accept_rows[i].key).at, accept))) {
            CHECK_TEXT(((u101_slice){accept, 28}), accept_rows[i].accept);
        }
    }
    guard_free(&pages);
}

static void test_hasher_used_again_gives_the_values_of_others(void)
{
    u101_hasher *hasher = u101_hasher_new();
    check_accepts(hasher);
    check_accepts(hasher);
    u101_hasher_free(hasher);
}

static void test_hasher_null_is_a_failure(void)
{
    char accept[28];
    CHECK(!u101_hasher_accept_value(NULL, accept_rows[0].key, accept));
    u101_hasher_free(NULL);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
/* A library context whose only provider has no algorithm at all. */
static void test_hasher_without_sha1_is_a_failure(void)
{
    char accept[28];
    OSSL_LIB_CTX *bare = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(bare, "null");
    OSSL_LIB_CTX *before = OSSL_LIB_CTX_set0_default(bare);
    u101_hasher *hasher = u101_hasher_new();
    CHECK(provider != NULL);
    if (CHECK(hasher != NULL)) {
        CHECK(!u101_hasher_accept_value(hasher, accept_rows[0].key, accept));
    }
    u101_hasher_free(hasher);
    (void)OSSL_LIB_CTX_set0_default(before);
    (void)OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(bare);
}
#endif

int main(void)
{
    CHECK_RUN(test_hasher_used_again_gives_the_values_of_others);
    CHECK_RUN(test_hasher_null_is_a_failure);
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    CHECK_RUN(test_hasher_without_sha1_is_a_failure);
#endif
    return check_finish();
}
