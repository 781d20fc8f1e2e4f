/*
 * SHA-1 from libcrypto, for Sec-WebSocket-Accept [RFC 6455 4.2.2].
 *
 * In: the 24 bytes of a key.  Out: the 28 bytes of the accept value.
 * Always: libcrypto's providers are asked for SHA-1 once, when a hasher is made.  A
 * failure is reported, and never gives a wrong value.
 *
 * The message always has 60 bytes, which make two blocks.  Only the key in them
 * changes.  They are given to SHA1_Transform, because EVP allocates for each digest and
 * takes three times as long.  OpenSSL 3 deprecates that function.  EVP is used if a
 * build of OpenSSL has left it out, or with U101_EVP.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base64.h"
#include "slice.h"

#if defined(OPENSSL_NO_DEPRECATED_3_0) && !defined(U101_EVP)
#define U101_EVP
#endif

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_SIZE 24
#define WORDS 5 /* of a digest */

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
typedef EVP_MD digest_kind;

static digest_kind *fetch_sha1(void)
{
    return EVP_MD_fetch(NULL, "SHA1", NULL);
}

static void release_sha1(digest_kind *sha1)
{
    EVP_MD_free(sha1);
}
#else
/* OpenSSL 1.1.1 fetches nothing: its digests are static. */
typedef const EVP_MD digest_kind;

static digest_kind *fetch_sha1(void)
{
    return EVP_sha1();
}

static void release_sha1(digest_kind *sha1)
{
    (void)sha1;
}
#endif

struct u101_hasher {
    digest_kind *sha1; /* NULL: libcrypto has no SHA-1 */
#ifdef U101_EVP
    EVP_MD_CTX *context;
#endif
};

u101_hasher *u101_hasher_new(void)
{
    u101_hasher *const hasher = malloc(sizeof(*hasher));

    if (hasher == NULL) {
        return NULL;
    }
#ifdef U101_EVP
    hasher->context = EVP_MD_CTX_new();
    if (hasher->context == NULL) {
        free(hasher);
        return NULL;
    }
#endif
    hasher->sha1 = fetch_sha1();
    return hasher;
}

void u101_hasher_free(u101_hasher *hasher)
{
    if (hasher != NULL) {
#ifdef U101_EVP
        EVP_MD_CTX_free(hasher->context);
#endif
        release_sha1(hasher->sha1);
        free(hasher);
    }
}

#ifdef U101_EVP
/* Four bytes, the highest first [FIPS 180-4 3.1]. */
static uint32_t read_word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool digest_key(const u101_hasher *hasher, const char key[KEY_SIZE], uint32_t digest[WORDS])
{
    unsigned char message[KEY_SIZE + sizeof(GUID) - 1];
    unsigned char bytes[4 * WORDS];
    unsigned int size = sizeof(bytes);

    memcpy(message, key, KEY_SIZE);
    memcpy(message + KEY_SIZE, GUID, sizeof(GUID) - 1);
    if (EVP_DigestInit_ex(hasher->context, hasher->sha1, NULL) != 1 ||
        EVP_DigestUpdate(hasher->context, message, sizeof(message)) != 1 ||
        EVP_DigestFinal_ex(hasher->context, bytes, &size) != 1) {
        return false;
    }
    for (size_t i = 0; i < WORDS; i++) {
        digest[i] = read_word(bytes + 4 * i);
    }
    return true;
}
#else
static bool digest_key(const u101_hasher *hasher, const char key[KEY_SIZE], uint32_t digest[WORDS])
{
    /* After the message come a bit that ends it, and its length of 480 bits
     * [FIPS 180-4 5.1.1]. */
    static const unsigned char rest[SHA_CBLOCK - KEY_SIZE] = GUID "\x80";
    static const unsigned char second[SHA_CBLOCK] = {[62] = 480 >> 8, [63] = 480 & 0xff};
    unsigned char first[SHA_CBLOCK];
    SHA_CTX state;

    (void)hasher;
    memcpy(first, key, KEY_SIZE);
    memcpy(first + KEY_SIZE, rest, sizeof(rest));
    if (SHA1_Init(&state) != 1) {
        return false;
    }
    SHA1_Transform(&state, first);
    SHA1_Transform(&state, second);
    digest[0] = state.h0;
    digest[1] = state.h1;
    digest[2] = state.h2;
    digest[3] = state.h3;
    digest[4] = state.h4;
    return true;
}
#endif

bool u101_hasher_accept_value(u101_hasher *hasher, const char key[KEY_SIZE], char accept[28])
{
    uint32_t digest[WORDS];

    if (hasher == NULL || hasher->sha1 == NULL || !digest_key(hasher, key, digest)) {
        return false;
    }
    u101_base64_encode(digest, accept);
    return true;
}
