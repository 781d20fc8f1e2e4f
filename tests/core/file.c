/* Reads files; file.h says what holds. */
#include "file.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

u101_slice file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        check_abort("%s cannot be opened: run the tests from the root of the repository", path);
    }
    char *bytes = NULL;
    size_t size = 0;
    size_t capacity = 0;
    size_t got = 0;
    do {
        capacity = capacity * 2 + 4096;
        char *grown = realloc(bytes, capacity);
        if (grown == NULL) {
            check_abort("%s does not fit into memory", path);
        }
        bytes = grown;
        got = fread(bytes + size, 1, capacity - size, file);
        size += got;
    } while (got > 0 && size == capacity);
    if (ferror(file) || fclose(file) != 0) {
        check_abort("%s cannot be read", path);
    }
    return (u101_slice){bytes, size};
}
