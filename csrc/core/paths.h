/*
 * The paths at which a protocol is offered [contract 7].
 *
 * In: patterns, once, then a path.  A pattern is a path, or the beginning of one that
 * ends in "/" and "*".  Out: whether a pattern matches the path.
 * Always: bytes are compared as they are; nothing is decoded or normalised.  A client
 * cannot make a look-up long: no part of its path that is longer than the longest
 * beginning is looked up as one.
 */
#ifndef U101_PATHS_H
#define U101_PATHS_H

#include "names.h"

typedef struct {
    u101_names exact;
    u101_names beginnings; /* without the slash and the "*" at their ends */
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
