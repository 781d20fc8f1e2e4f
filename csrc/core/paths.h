/*
 * The paths at which a protocol is offered [contract 7].
 *
 * In: patterns, once: a path, or its beginning followed by "*" after a "/".  Then a
 * path.  Out: whether a pattern matches it.
 * Always: bytes are compared as they are; nothing is decoded or normalised.  The time
 * for a look-up does not depend on how many slashes a client sends.
 */
#ifndef U101_PATHS_H
#define U101_PATHS_H

#include "names.h"

typedef struct {
    u101_names exact;
    u101_names beginnings; /* without their "*" */
    size_t longest;        /* bytes of the longest beginning */
} u101_paths;

/* Whether a pattern ends in "/" and "*". */
static inline bool u101_paths_is_beginning(u101_slice pattern)
{
    return pattern.size >= 2 && memcmp(pattern.at + pattern.size - 2, "/*", 2) == 0;
}

bool u101_paths_match(const u101_paths *paths, u101_slice path);

/* Whether each path that a pattern matches is matched here too. */
bool u101_paths_cover(const u101_paths *paths, u101_slice pattern);

#endif
