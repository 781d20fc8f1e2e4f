/*
 * Matches paths; paths.h says what holds.
 */
#include "paths.h"

/* Whether `text` starts with a beginning and a slash. */
static bool begins(const u101_paths *paths, u101_slice text)
{
    const u101_names *const beginnings = &paths->beginnings;

    if (beginnings->count == 0) {
        return false;
    }
    const size_t longest = beginnings->sorted[beginnings->count - 1].text.size;
    for (size_t size = 0; size <= longest && size < text.size; size++) {
        if (text.at[size] == '/' &&
            u101_names_find(beginnings, (u101_slice){text.at, size}) != U101_NO_NAME) {
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
