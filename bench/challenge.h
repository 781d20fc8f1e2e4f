/*
 * The client's side of a WebSocket handshake, as far as it is bytes.
 *
 * In: a file with the head of a handshake; the bytes that a server answers.  Out: heads that
 * differ in their keys, and what is to be thought of an answer.
 * Always: each key is 16 random bytes, so that no answer can be prepared [RFC 6455 4.1].
 * Not here: sockets and time.
 */
#ifndef CHALLENGE_H
#define CHALLENGE_H

#include <stddef.h>

enum { CHALLENGE_KEY = 24, CHALLENGE_ACCEPT = 28 };

/* A head whose key, at the offset `key`, is to be replaced. */
typedef struct challenge_head {
    char *bytes;
    size_t size;
    size_t key;
} challenge_head;

typedef enum challenge_verdict {
    CHALLENGE_UNFINISHED, /* the head of the answer is not complete */
    CHALLENGE_MET,
    CHALLENGE_NOT_SWITCHED, /* the status is not 101 */
    CHALLENGE_WRONG_ACCEPT, /* Sec-WebSocket-Accept is missing, repeated or not that of the key */
} challenge_verdict;

/*
 * Reads a head.  The value of its Sec-WebSocket-Key, 24 characters of any kind, is what each
 * handshake replaces.  Returns NULL, or a sentence that says why the file cannot be used.
 */
const char *challenge_read(challenge_head *head, const char *path);

/* Writes a fresh key and the accept value that answers it [RFC 6455 4.2.2].  Returns 0, or -1. */
int challenge_draw(char key[CHALLENGE_KEY], char accept[CHALLENGE_ACCEPT]);

/* Judges an answer, which ends with a NUL.  A NULL `accept` stands for any, even for none. */
challenge_verdict challenge_judge(const char *answer, const char *accept);

#endif
