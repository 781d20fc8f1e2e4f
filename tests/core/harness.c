/* Counts checks and prints those that fail; harness.h says what holds. */
#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *test;
    char label[200];
    size_t tests;
    size_t checks;
    size_t failures;
} run;

u101_slice slice_of(const char *text)
{
    return (u101_slice){text, strlen(text)};
}

bool slices_equal(u101_slice a, u101_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

void check_run(const char *name, void (*test)(void))
{
    run.test = name;
    run.label[0] = '\0';
    run.tests++;
    test();
}

void check_case(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(run.label, sizeof run.label, format, arguments);
    va_end(arguments);
    if (getenv("CHECK_VERBOSE") != NULL) {
        (void)fprintf(stderr, "%s: %s\n", run.test, run.label);
    }
}

/* Counts a check; where it failed, begins the line that says so. */
static bool count(check_place place, bool held)
{
    run.checks++;
    if (!held) {
        run.failures++;
        (void)fprintf(stderr, "%s:%d: %s: ", place.file, place.line, run.test);
        if (run.label[0] != '\0') {
            (void)fprintf(stderr, "[%s] ", run.label);
        }
        (void)fputs(place.text, stderr);
    }
    return held;
}

static void print_bytes(const char *before, u101_slice bytes)
{
    (void)fprintf(stderr, "%s\"", before);
    for (size_t i = 0; i < bytes.size; i++) {
        const unsigned char byte = (unsigned char)bytes.at[i];
        if (byte == '\r') {
            (void)fputs("\\r", stderr);
        } else if (byte == '\n') {
            (void)fputs("\\n", stderr);
        } else if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\') {
            (void)fprintf(stderr, "\\x%02x", byte);
        } else {
            (void)fputc(byte, stderr);
        }
    }
    (void)fprintf(stderr, "\" (%zu bytes)\n", bytes.size);
}

bool check_that(check_place place, bool held)
{
    if (!count(place, held)) {
        (void)fputs(" does not hold\n", stderr);
    }
    return held;
}

bool check_int(check_place place, long long got, long long want)
{
    const bool held = count(place, got == want);
    if (!held) {
        (void)fprintf(stderr, " is %lld, expected %lld\n", got, want);
    }
    return held;
}

bool check_size(check_place place, size_t got, size_t want)
{
    const bool held = count(place, got == want);
    if (!held) {
        (void)fprintf(stderr, " is %zu, expected %zu\n", got, want);
    }
    return held;
}

bool check_bytes(check_place place, u101_slice got, u101_slice want)
{
    const bool held = count(place, slices_equal(got, want));
    if (!held) {
        print_bytes(" is\n    ", got);
        print_bytes("  expected\n    ", want);
    }
    return held;
}

static const char *name_of(u101_reason reason)
{
    return reason < U101_REASON_COUNT ? u101_reason_row_of(reason)->name : "no reason";
}

bool check_reason(check_place place, u101_reason got, u101_reason want)
{
    const bool held = count(place, got == want);
    if (!held) {
        (void)fprintf(stderr, " is %s, expected %s\n", name_of(got), name_of(want));
    }
    return held;
}

bool check_action(check_place place, u101_action got, u101_action want)
{
    static const char *const names[] = {
        [U101_ACTION_PASS] = "PASS",
        [U101_ACTION_SWITCH] = "SWITCH",
        [U101_ACTION_REJECT] = "REJECT",
        [U101_ACTION_CONTINUE] = "CONTINUE",
    };
    const bool held = count(place, got == want);
    if (!held) {
        (void)fprintf(stderr, " is %s, expected %s\n",
                      (size_t)got < COUNT(names) ? names[got] : "no action", names[want]);
    }
    return held;
}

void check_abort(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    abort();
}

int check_finish(void)
{
    (void)printf("%zu tests, %zu checks, %zu failures\n", run.tests, run.checks, run.failures);
    return run.failures == 0 && run.checks > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
