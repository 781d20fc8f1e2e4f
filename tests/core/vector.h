/*
 * The cases of tests/vectors.
 *
 * In: the directory.  Out: each line of each *.jsonl file of it, in order.
 *
 * Always: a directory without vectors, or a line that is not understood, ends the
 * program.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "policy.h"
#include "upgrade101.h"

typedef struct {
    const u101_negotiator *negotiator;
    const char *id; /* NUL-terminated, for check_case */
    bool secure;
    bool first;                /* whether the request is the first one of its connection */
    u101_slice request;        /* if `feeds` is NULL */
    const json_value *expect;  /* likewise; NULL: no decision */
    const json_value *feeds;   /* an array of [bytes, expect], or NULL */
    const json_value *answers; /* an array of what the caller answers, or NULL */
    json_value *line;          /* which the others are in */
} vector;

typedef struct {
    vector *all;
    size_t count;
} vectors;

vectors vectors_read(const char *directory, const policies *known);
void vectors_free(vectors *read);

/* What an expectation stands for: NULL if no decision is expected. */
const json_value *vector_expectation(const json_value *expect);

#endif
