/*
 * Matches paths; paths.h says what holds.
 */
#include "paths.h"

/* Whether `text` starts with a beginning.  Each beginning ends with a slash, so only
 * parts that end with one are looked up. */
static bool begins(const u101_paths *paths, u101_slice text)
{
    const size_t most = text.size < paths->longest ? text.size : paths->longest;

    for (size_t size = 1; size <= most; size++) {
        if (text.at[size - 1] == '/' &&
            u101_names_find(&paths->beginnings, (u101_slice){text.at, size}) != U101_NO_NAME) {
            return true;
        }
    }
    return false;
}

bool u101_paths_match(const u101_paths *paths, u101_slice path)
{
    return u101_names_find(&paths->exact, path) != U101_NO_NAME || begins(paths, path);
}

bool u101_paths_cover(const u101_paths *paths, u101_slice pattern)
{
    if (u101_paths_is_beginning(pattern)) {
        return begins(paths, (u101_slice){pattern.at, pattern.size - 1});
    }
    return u101_paths_match(paths, pattern);
}
