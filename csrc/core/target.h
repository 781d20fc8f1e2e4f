/*
 * The form of a request target, and its parts [RFC 9112 3.2].
 *
 * In: the method and the target, which has no byte outside U101_TARGET.
 * Out: the form; scheme, authority, path and query as slices of the target.
 * Always: nothing is decoded or normalised.
 */
#ifndef U101_TARGET_H
#define U101_TARGET_H

#include "upgrade101.h"

typedef enum {
    U101_FORM_NONE,
    U101_FORM_ORIGIN,
    U101_FORM_ABSOLUTE,
    U101_FORM_AUTHORITY,
    U101_FORM_ASTERISK,
} u101_form;

/* U101_FORM_NONE: the target has no form that the method allows. */
u101_form u101_target_form(u101_slice method, u101_slice target);

/* The scheme and the authority of a target in absolute-form. */
u101_slice u101_target_scheme(u101_slice target);
u101_slice u101_target_authority(u101_slice target);

/* The path [contract 7]: of origin-form all before the first "?", of absolute-form
 * what follows the authority, "/" if that is nothing.  Size 0: the form has none. */
u101_slice u101_target_path(u101_form form, u101_slice target);

#endif
