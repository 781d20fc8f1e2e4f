/*
 * Lists of many names.
 *
 * In: how many, and what stands around the number of each.  Out: that many different
 * slices, "f0.x", "f1.x" and so on.  Memory that runs out ends the program.
 */
#ifndef NUMBERED_H
#define NUMBERED_H

#include "upgrade101.h"

typedef struct {
    u101_slice *at; /* the caller may put others in their places */
    size_t count;
    char *text;
} name_list;

name_list numbered_new(const char *before, size_t count, const char *after);
void numbered_free(name_list *made);

#endif
