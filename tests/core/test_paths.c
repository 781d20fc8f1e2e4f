/*
 * Paths and the patterns that match them, in pairs one byte apart [contract 7].
 */
#include "paths.h"

#include <stdlib.h>

#include "guard.h"
#include "harness.h"
#include "numbered.h"

/* Patterns compiled as a negotiator does, with the memory that they need. */
typedef struct {
    u101_name *names;
    u101_paths paths;
} room;

static room room_of(const u101_slice *patterns, size_t count)
{
    room made = {.names = calloc(2 * count + 1, sizeof *made.names)};
    size_t exact = 0;
    size_t beginnings = 0;
    if (made.names == NULL) {
        check_abort("out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        u101_slice pattern = patterns[i];
        if (u101_paths_is_beginning(pattern)) {
            pattern.size -= 2;
            made.names[count + beginnings++] = (u101_name){pattern, i};
        } else {
            made.names[exact++] = (u101_name){pattern, i};
        }
    }
    made.paths.exact = u101_names_of(made.names, exact);
    made.paths.beginnings = u101_names_of(made.names + count, beginnings);
    return made;
}

typedef struct {
    const char *pattern;
    const char *path;
    bool matches;
    const char *why;
} path_row;

static const path_row path_rows[] = {
    {"/chat", "/chat", true, "the same"},
    {"/chat", "/chat/", false, "a slash more"},
    {"/chat", "/cha", false, "a byte less"},
    {"/chat", "/chau", false, "another last byte"},
    {"/chat", "/Chat", false, "letter case counts"},
    {"/chat", "/%63hat", false, "nothing is decoded"},
    {"/chat", "/./chat", false, "nothing is normalised"},
    {"/chat", "//chat", false, "two slashes are not one"},
    {"/", "/", true, "the root"},
    {"/", "//", false, "the root and a slash"},
    {"/*", "/", true, "everything, and the root"},
    {"/*", "/a/b", true, "everything"},
    {"/*", "//", true, "everything, and two slashes"},
    {"/rooms/*", "/rooms/a", true, "what begins so"},
    {"/rooms/*", "/rooms/", true, "the beginning itself"},
    {"/rooms/*", "/rooms", false, "the beginning without its slash"},
    {"/rooms/*", "/roomsa/", false, "a byte in the place of the slash"},
    {"/rooms/*", "/rooms/a/b/", true, "more slashes"},
    {"/rooms/*", "/Rooms/a", false, "letter case of a beginning"},
    {"/rooms/*", "/a/rooms/a", false, "a beginning that is not at the start"},
    {"//*", "//a", true, "a beginning of two slashes"},
    {"//*", "/a", false, "a beginning of two slashes, and one"},
    {"/a/b/*", "/a/", false, "only a part of the beginning"},
};

static void test_paths_match_as_said_alone_and_among_many(void)
{
    static const size_t counts[] = {1, 2, 9, 1000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        name_list patterns = numbered_new("/f", counts[i], "/*");
        for (size_t j = 0; j < counts[i]; j += 2) { /* every second one is exact */
            patterns.at[j].size -= 2;
        }
        for (size_t j = 0; j < 2 * COUNT(path_rows); j++) {
            const path_row *row = &path_rows[j / 2];
            u101_slice *const place = &patterns.at[j % 2 == 0 ? 0 : counts[i] - 1];
            const u101_slice other = *place;
            *place = guard_text(row->pattern);
            room made = room_of(patterns.at, counts[i]);
            check_case("%s: %s and %s among %zu", row->why, row->pattern, row->path, counts[i]);
            CHECK_INT(u101_paths_match(&made.paths, guard_text(row->path)), row->matches);
            free(made.names);
            *place = other;
        }
        numbered_free(&patterns);
    }
}

static void test_paths_of_several_lengths_match_each(void)
{
    const u101_slice patterns[] = {BYTES("/a/b/c/*"), BYTES("/a/*"), BYTES("/x"), BYTES("/y/z/*")};
    room made = room_of(patterns, COUNT(patterns));
    CHECK(u101_paths_match(&made.paths, guard_text("/a/")));
    CHECK(u101_paths_match(&made.paths, guard_text("/a/b/d/e/f/g/h")));
    CHECK(u101_paths_match(&made.paths, guard_text("/y/z/")));
    CHECK(!u101_paths_match(&made.paths, guard_text("/y/")));
    CHECK(!u101_paths_match(&made.paths, guard_text("/y/b/c/")));
    CHECK(!u101_paths_match(&made.paths, guard_text("/x/")));
    free(made.names);
}

/* No more of a path is looked at than the longest beginning has bytes, and what an exact
 * pattern is compared with. */
static void test_paths_of_a_long_path_look_at_its_beginning_only(void)
{
    const u101_slice patterns[] = {BYTES("/a/*")};
    room made = room_of(patterns, COUNT(patterns));
    const u101_slice path = guard_text("/b/");
    CHECK(!u101_paths_match(&made.paths, (u101_slice){path.at, 1000000}));
    free(made.names);
}

static void test_paths_without_beginnings_match_what_is_listed_only(void)
{
    u101_name name = {BYTES("/a"), 0};
    const u101_paths paths = {.exact = u101_names_of(&name, 1)};
    CHECK(u101_paths_match(&paths, guard_text("/a")));
    CHECK(!u101_paths_match(&paths, guard_text("/a/")));
    CHECK(!u101_paths_match(&paths, (u101_slice){NULL, 0}));
}

typedef struct {
    const char *pattern;
    bool covered;
    const char *why;
} cover_row;

/* By a beginning and a path. */
static const cover_row cover_rows[] = {
    {"/b", true, "the same path"},        {"/a/*", true, "the same beginning"},
    {"/a/b", true, "a path within"},      {"/a/", true, "the beginning as a path"},
    {"/a/b/*", true, "a longer one"},     {"/a", false, "the beginning without its slash"},
    {"/*", false, "a shorter beginning"}, {"/b/*", false, "what begins like the path"},
    {"/b/", false, "a slash more"},       {"/c", false, "another path"},
    {"/ab/*", false, "another byte"},     {"/c/*", false, "another beginning"},
};

static void test_paths_cover_what_they_match_all_of(void)
{
    const u101_slice patterns[] = {BYTES("/a/*"), BYTES("/b")};
    room made = room_of(patterns, COUNT(patterns));
    for (size_t i = 0; i < COUNT(cover_rows); i++) {
        check_case("%s: %s", cover_rows[i].why, cover_rows[i].pattern);
        CHECK_INT(u101_paths_cover(&made.paths, guard_text(cover_rows[i].pattern)),
                  cover_rows[i].covered);
    }
    free(made.names);
}

static void test_paths_pattern_is_a_beginning_if_it_ends_in_slash_star(void)
{
    CHECK(u101_paths_is_beginning(guard_text("/*")));
    CHECK(u101_paths_is_beginning(guard_text("/a/*")));
    CHECK(!u101_paths_is_beginning(guard_text("*")));
    CHECK(!u101_paths_is_beginning(guard_text("/a*")));
    CHECK(!u101_paths_is_beginning(guard_text("/")));
    CHECK(!u101_paths_is_beginning((u101_slice){NULL, 0}));
}

int main(void)
{
    CHECK_RUN(test_paths_match_as_said_alone_and_among_many);
    CHECK_RUN(test_paths_of_several_lengths_match_each);
    CHECK_RUN(test_paths_of_a_long_path_look_at_its_beginning_only);
    CHECK_RUN(test_paths_without_beginnings_match_what_is_listed_only);
    CHECK_RUN(test_paths_cover_what_they_match_all_of);
    CHECK_RUN(test_paths_pattern_is_a_beginning_if_it_ends_in_slash_star);
    return check_finish();
}
