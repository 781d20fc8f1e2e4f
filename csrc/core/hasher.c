/*
 * SHA-1 from libcrypto, for Sec-WebSocket-Accept [RFC 6455 4.2.2].
 *
 * In: the 24 bytes of a key.  Out: the 28 bytes of the accept value.
 * Always: the digest is fetched once, since a fetch for each call costs three
 * times the digest, and the context is used again.  A failure is reported and
 * never hidden behind a wrong value.
 */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base64.h"
#include "slice.h"

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
    EVP_MD_CTX *context;
};

u101_hasher *u101_hasher_new(void)
{
    u101_hasher *const hasher = malloc(sizeof(*hasher));

    if (hasher == NULL) {
        return NULL;
    }
    hasher->context = EVP_MD_CTX_new();
    if (hasher->context == NULL) {
        free(hasher);
        return NULL;
    }
    hasher->sha1 = fetch_sha1();
    return hasher;
}

void u101_hasher_free(u101_hasher *hasher)
{
    if (hasher != NULL) {
        EVP_MD_CTX_free(hasher->context);
        release_sha1(hasher->sha1);
        free(hasher);
    }
}

bool u101_accept_value(u101_hasher *hasher, const char key[24], char accept[28])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char message[24 + sizeof(guid) - 1];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    if (hasher == NULL || hasher->sha1 == NULL) {
        return false;
    }
    memcpy(message, key, 24);
    memcpy(message + 24, guid, sizeof(guid) - 1);
    if (EVP_DigestInit_ex(hasher->context, hasher->sha1, NULL) != 1 ||
        EVP_DigestUpdate(hasher->context, message, sizeof(message)) != 1 ||
        EVP_DigestFinal_ex(hasher->context, digest, &size) != 1 || size != 20) {
        return false;
    }
    u101_encode_base64(digest, accept);
    return true;
}
