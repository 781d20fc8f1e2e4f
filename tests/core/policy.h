/*
 * The negotiators that the vectors name.
 *
 * In: tests/vectors/policies.json.  Out: one negotiator for each policy of it, in
 * the file's order.
 *
 * Always: a policy that is not understood, or that the core refuses, ends the
 * program.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>

#include "json.h"
#include "upgrade101.h"

typedef struct {
    u101_slice name;
    u101_negotiator *negotiator;
} policy;

typedef struct {
    policy *all;
    size_t count;
    json_value *file; /* which the names are in */
} policies;

policies policies_read(const char *path);
void policies_free(policies *read);

const u101_negotiator *policies_find(const policies *read, u101_slice name);

#endif
