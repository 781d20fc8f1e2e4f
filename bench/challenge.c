/* Writes handshakes and judges their answers; challenge.h says what holds. */
#define _DEFAULT_SOURCE /* getrandom */

#include "challenge.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { HEAD_MAXIMUM = 65536, NONCE = 16 };

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* [RFC 6455 1.3] */
static const char blanks[] = " \t";

/* Returns the value of a field line of this name, or NULL. */
static const char *value_of(const char *line, const char *name)
{
    const size_t size = strlen(name);

    if (strncasecmp(line, name, size) != 0 || line[size] != ':') {
        return NULL;
    }
    return line + size + 1 + strspn(line + size + 1, blanks);
}

/* Returns the field line after this line, or NULL where the head ends. */
static const char *next_field(const char *line)
{
    const char *const end = strstr(line, "\r\n");

    return end == NULL || end[2] == '\r' ? NULL : end + 2;
}

const char *challenge_read(challenge_head *head, const char *path)
{
    FILE *const file = fopen(path, "rb");

    *head = (challenge_head){.bytes = calloc(1, HEAD_MAXIMUM + 1)};
    if (file == NULL || head->bytes == NULL) {
        return "the head's file cannot be opened";
    }
    head->size = fread(head->bytes, 1, HEAD_MAXIMUM, file);
    if (fclose(file) != 0 || head->size == HEAD_MAXIMUM) {
        return "the head's file cannot be read, or is too long";
    }
    for (const char *line = head->bytes; line != NULL; line = next_field(line)) {
        const char *const key = value_of(line, "Sec-WebSocket-Key");

        if (key != NULL && strcspn(key, "\r") == CHALLENGE_KEY) {
            head->key = (size_t)(key - head->bytes);
            return NULL;
        }
    }
    return "the head has no Sec-WebSocket-Key of 24 characters";
}

int challenge_draw(char key[CHALLENGE_KEY], char accept[CHALLENGE_ACCEPT])
{
    unsigned char nonce[NONCE];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char text[CHALLENGE_ACCEPT + 1]; /* EVP_EncodeBlock ends what it writes with a NUL */
    char hashed[CHALLENGE_KEY + sizeof(guid) - 1];
    unsigned int size = 0;

    if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce)) {
        return -1;
    }
    EVP_EncodeBlock(text, nonce, sizeof(nonce));
    memcpy(key, text, CHALLENGE_KEY);
    memcpy(hashed, text, CHALLENGE_KEY);
    memcpy(hashed + CHALLENGE_KEY, guid, sizeof(guid) - 1);
    if (EVP_Digest(hashed, sizeof(hashed), digest, &size, EVP_sha1(), NULL) != 1) {
        return -1;
    }
    EVP_EncodeBlock(text, digest, (int)size);
    memcpy(accept, text, CHALLENGE_ACCEPT);
    return 0;
}

static bool has_accept(const char *answer, const char *accept)
{
    size_t found = 0;
    bool equal = false;

    for (const char *line = answer; line != NULL; line = next_field(line)) {
        const char *const value = value_of(line, "Sec-WebSocket-Accept");

        if (value != NULL) {
            found++;
            equal = strncmp(value, accept, CHALLENGE_ACCEPT) == 0 &&
                    strcspn(value, "\r \t") == CHALLENGE_ACCEPT;
        }
    }
    return found == 1 && equal;
}

challenge_verdict challenge_judge(const char *answer, const char *accept)
{
    static const char status[] = "HTTP/1.1 101 ";

    if (strstr(answer, "\r\n\r\n") == NULL) {
        return CHALLENGE_UNFINISHED;
    }
    if (strncmp(answer, status, sizeof(status) - 1) != 0) {
        return CHALLENGE_NOT_SWITCHED;
    }
    if (accept != NULL && !has_accept(answer, accept)) {
        return CHALLENGE_WRONG_ACCEPT;
    }
    return CHALLENGE_MET;
}
