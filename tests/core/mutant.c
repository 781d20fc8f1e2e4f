/* Changes bytes; mutant.h says what holds. */
#include "mutant.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "harness.h"

enum { MAX_INPUT = 20000 };

uint32_t mutant_number(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* What is told apart by a byte is met often. */
size_t mutant_make(uint32_t *state, uint8_t *bytes, size_t size, size_t capacity)
{
    static const char dictionary[] = "\r\n \t:,;=/\"\\\0\x7f\xff"
                                     "09AZaz*#[]";
    const size_t place = mutant_number(state) % size;
    const size_t length = 1 + mutant_number(state) % 8;
    switch (mutant_number(state) % 4) {
    case 0:
        bytes[place] = (uint8_t)dictionary[mutant_number(state) % (sizeof(dictionary) - 1)];
        break;
    case 1:
        bytes[place] = (uint8_t)mutant_number(state);
        break;
    case 2:
        if (place + length <= size && length < size) {
            memmove(bytes + place, bytes + place + length, size - place - length);
            return size - length;
        }
        break;
    default:
        if (place + length <= size && size + length <= capacity) {
            memmove(bytes + place + length, bytes + place, size - place);
            return size + length;
        }
        break;
    }
    return size;
}

static void run_file(u101_slice file, int (*target)(const uint8_t *, size_t), size_t prefix,
                     size_t mutants, uint32_t *state)
{
    static uint8_t bytes[MAX_INPUT];
    size_t size = file.size;
    memcpy(bytes, file.at, size);
    CHECK_INT(target(bytes, size), 0);
    for (size_t i = 0; i < mutants && size > prefix; i++) {
        /* Every fourth begins with the file again, so that one change is met alone. */
        if (i % 4 == 0) {
            size = file.size;
            memcpy(bytes, file.at, size);
        }
        size = prefix + mutant_make(state, bytes + prefix, size - prefix, MAX_INPUT - prefix);
        CHECK_INT(target(bytes, size), 0);
    }
}

void mutant_run(const char *pattern, int (*target)(const uint8_t *, size_t), size_t prefix,
                size_t mutants)
{
    glob_t found;
    uint32_t state = 101;
    if (glob(pattern, 0, NULL, &found) != 0) {
        check_abort("%s: no file: run the tests from the root of the repository", pattern);
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const u101_slice file = file_read(found.gl_pathv[i]);
        check_case("%s", found.gl_pathv[i]);
        if (CHECK(file.size <= MAX_INPUT)) {
            run_file(file, target, prefix, mutants, &state);
        }
        free((char *)file.at);
    }
    globfree(&found);
}
