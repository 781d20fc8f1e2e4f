/*
 * The harness of the C tests.
 *
 * In: tests, which are functions without arguments, and the checks in them.
 * Out: a line on stderr for each check that fails, with its place, the case it
 * belongs to and both values; and an exit status for main.
 *
 * Always: a check evaluates its arguments once, returns whether it holds, and
 * lets its test go on.  It is not for use by more than one thread at a time.
 *
 * It does not catch a crash: sanitizers and guard pages end the program.  With
 * CHECK_VERBOSE in the environment each case is printed before it runs, which
 * names the one that crashed.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "upgrade101.h"

/* Where a check stands, and what it looks at. */
typedef struct {
    const char *file;
    int line;
    const char *text;
} check_place;

#define CHECK_PLACE(text) ((check_place){__FILE__, __LINE__, text})

#define CHECK_RUN(test) check_run(#test, test)
#define CHECK(condition) check_that(CHECK_PLACE(#condition), (condition))
#define CHECK_INT(got, want) check_int(CHECK_PLACE(#got), (got), (want))
#define CHECK_SIZE(got, want) check_size(CHECK_PLACE(#got), (got), (want))
#define CHECK_BYTES(got, want) check_bytes(CHECK_PLACE(#got), (got), (want))
#define CHECK_TEXT(got, want) check_bytes(CHECK_PLACE(#got), (got), slice_of(want))
#define CHECK_REASON(got, want) check_reason(CHECK_PLACE(#got), (got), (want))
#define CHECK_ACTION(got, want) check_action(CHECK_PLACE(#got), (got), (want))

/* The bytes of a string literal, which may hold NULs. */
#define BYTES(literal) ((u101_slice){"" literal, sizeof(literal) - 1})

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

u101_slice slice_of(const char *text);
bool slices_equal(u101_slice a, u101_slice b);

void check_run(const char *name, void (*test)(void));

/* Names the case that the following checks of this test belong to. */
void check_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool check_that(check_place place, bool held);
bool check_int(check_place place, long long got, long long want);
bool check_size(check_place place, size_t got, size_t want);
bool check_bytes(check_place place, u101_slice got, u101_slice want);
bool check_reason(check_place place, u101_reason got, u101_reason want);
bool check_action(check_place place, u101_action got, u101_action want);

/* Ends the program: what a test needs is not there, so that nothing is shown. */
_Noreturn void check_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints what was run; 0, or 1 where a check failed or none was made. */
int check_finish(void);

#endif
