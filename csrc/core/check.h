/*
 * The checks of a whole config and of a list of response fields; those of its
 * parts are public.
 *
 * In: what a server is configured with.  Out: the first defect.
 */
#ifndef U101_CHECK_H
#define U101_CHECK_H

#include "upgrade101.h"

static inline u101_defect u101_no_defect(void)
{
    return (u101_defect){NULL, {NULL, 0}};
}

/* A defect that no part of the argument shows by itself. */
static inline u101_defect u101_defect_of(const char *text)
{
    return (u101_defect){text, {NULL, 0}};
}

u101_defect u101_check_config(const u101_config *config);
u101_defect u101_check_fields(const u101_field *fields, size_t count);

#endif
