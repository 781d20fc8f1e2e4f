/*
 * Memory at the edge of a page that cannot be read.
 *
 * In: bytes.  Out: a copy of them that begins or ends exactly at such a page, so
 * that one byte read or written past that edge ends the program, with or
 * without a sanitizer.
 *
 * Always: a copy is good until the next call on its guard.  A system call that
 * fails ends the program.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "upgrade101.h"

/* Pages between two that cannot be accessed. */
typedef struct {
    char *base;      /* the first byte between the two */
    size_t capacity; /* bytes between the two: a multiple of the page's size */
    bool open;       /* whether all of them can be accessed */
} guard;

/* Room for `capacity` bytes and more. */
guard guard_new(size_t capacity);
void guard_free(guard *pages);

/* A copy whose last byte is the last that can be read. */
u101_slice guard_end(guard *pages, u101_slice bytes);

/* A copy whose first byte is the first that can be read. */
u101_slice guard_begin(guard *pages, u101_slice bytes);

/* `size` bytes to write to, the last of which is the last that can be written. */
char *guard_buffer(guard *pages, size_t size);

/* Takes the copy away: a pointer kept to it is then of no use. */
void guard_seal(guard *pages);

/* Takes the pages away that lie wholly before `at`, which is in a copy. */
void guard_seal_before(guard *pages, const char *at);

/* A copy of text as by guard_end, in one of eight guards in turn: good until the
 * eighth call after it.  The guards live as long as the program. */
u101_slice guard_text(const char *text);
u101_slice guard_slice(u101_slice bytes);

#endif
