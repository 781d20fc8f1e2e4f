/* Reads the vector files; vector.h says what holds. */

/* glob is no part of C11. */
#define _POSIX_C_SOURCE 200809L

#include "vector.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "harness.h"

const json_value *vector_expectation(const json_value *expect)
{
    if (expect->kind == JSON_NULL) {
        return NULL;
    }
    const json_value *action = json_find(expect, "action");
    if (action == NULL) {
        check_abort("vectors: an expectation without action");
    }
    return action->kind == JSON_NULL ? NULL : expect;
}

static vector make(u101_slice line, const policies *known)
{
    json_value *read = json_read(line);
    const u101_slice id = json_member(read, "id", JSON_STRING)->text;
    char *name = calloc(id.size + 1, 1);
    if (name == NULL) {
        check_abort("vectors: out of memory");
    }
    memcpy(name, id.at, id.size);
    vector made = {
        .negotiator = policies_find(known, json_member(read, "policy", JSON_STRING)->text),
        .id = name,
        .secure = json_member(read, "secure", JSON_BOOLEAN)->truth,
        .first =
            json_find(read, "first") == NULL || json_member(read, "first", JSON_BOOLEAN)->truth,
        .answers =
            json_find(read, "answers") == NULL ? NULL : json_member(read, "answers", JSON_ARRAY),
        .feeds = json_find(read, "feeds"),
        .line = read,
    };
    if (made.feeds == NULL) {
        made.request = json_member(read, "request", JSON_STRING)->text;
        made.expect = vector_expectation(json_member(read, "expect", JSON_OBJECT));
    }
    return made;
}

static void append(vectors *read, vector made)
{
    vector *grown = realloc(read->all, (read->count + 1) * sizeof *grown);
    if (grown == NULL) {
        check_abort("vectors: out of memory");
    }
    read->all = grown;
    read->all[read->count++] = made;
}

static void read_lines(const char *path, const policies *known, vectors *read)
{
    const u101_slice file = file_read(path);
    const char *const end = file.at + file.size;
    const char *line = file.at;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (newline == NULL) {
            check_abort("%s: no newline at the end", path);
        }
        append(read, make((u101_slice){line, (size_t)(newline - line)}, known));
        line = newline + 1;
    }
    free((char *)file.at);
}

vectors vectors_read(const char *directory, const policies *known)
{
    char pattern[200];
    glob_t found;
    vectors read = {NULL, 0};
    const int written = snprintf(pattern, sizeof pattern, "%s/*.jsonl", directory);
    if (written < 0 || (size_t)written >= sizeof pattern || glob(pattern, 0, NULL, &found) != 0) {
        check_abort("%s: no vectors: run the tests from the root of the repository", directory);
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        read_lines(found.gl_pathv[i], known, &read);
    }
    globfree(&found);
    return read;
}

void vectors_free(vectors *read)
{
    for (size_t i = 0; i < read->count; i++) {
        free((char *)read->all[i].id);
        json_free(read->all[i].line);
    }
    free(read->all);
    *read = (vectors){NULL, 0};
}
