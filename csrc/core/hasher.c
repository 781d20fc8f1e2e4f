/*
 * SHA-1 from libcrypto, for Sec-WebSocket-Accept [RFC 6455 4.2.2].
 *
 * In: the 24 bytes of a key.  Out: the 28 bytes of the accept value.
 * Always: whether there is SHA-1 is what libcrypto's providers say, once, when a
 * hasher is made.  A failure is reported and never hidden behind a wrong value.
 *
 * The message has always 60 bytes, hence two blocks, of which the key is all
 * that changes.  They are given to SHA1_Transform: EVP allocates for each digest
 * and takes three times as long.  OpenSSL 3 deprecates that function; where a
 * build has left it out, or with U101_EVP, EVP is what remains.
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
#define DIGEST_SIZE 20

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
    digest_kind *sha1; /* NULL: libcrypto has none */
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
static bool digest_key(const u101_hasher *hasher, const char key[KEY_SIZE],
                       unsigned char digest[DIGEST_SIZE])
{
    unsigned char message[KEY_SIZE + sizeof(GUID) - 1];
    unsigned int size = DIGEST_SIZE;

    memcpy(message, key, KEY_SIZE);
    memcpy(message + KEY_SIZE, GUID, sizeof(GUID) - 1);
    return EVP_DigestInit_ex(hasher->context, hasher->sha1, NULL) == 1 &&
           EVP_DigestUpdate(hasher->context, message, sizeof(message)) == 1 &&
           EVP_DigestFinal_ex(hasher->context, digest, &size) == 1;
}
#else
/* Four bytes, the highest first [FIPS 180-4 3.1]. */
static void write_word(unsigned char *out, SHA_LONG word)
{
    out[0] = (unsigned char)(word >> 24);
    out[1] = (unsigned char)(word >> 16);
    out[2] = (unsigned char)(word >> 8);
    out[3] = (unsigned char)word;
}

static bool digest_key(const u101_hasher *hasher, const char key[KEY_SIZE],
                       unsigned char digest[DIGEST_SIZE])
{
    /* Behind the message a bit that ends it, and its length of 480 bits [FIPS 180-4 5.1.1]. */
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
    write_word(digest, state.h0);
    write_word(digest + 4, state.h1);
    write_word(digest + 8, state.h2);
    write_word(digest + 12, state.h3);
    write_word(digest + 16, state.h4);
    return true;
}
#endif

bool u101_accept_value(u101_hasher *hasher, const char key[KEY_SIZE], char accept[28])
{
    unsigned char digest[DIGEST_SIZE];

    if (hasher == NULL || hasher->sha1 == NULL || !digest_key(hasher, key, digest)) {
        return false;
    }
    u101_encode_base64(digest, accept);
    return true;
}
