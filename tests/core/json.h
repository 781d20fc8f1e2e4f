/*
 * A reader of JSON for the files of tests/vectors.
 *
 * In: the text of one value [RFC 8259].  Out: a tree of what it holds.
 *
 * Always: strict.  Text behind the value, a repeated member, a number that is no
 * integer and an unknown escape end the program, because a vector that is not
 * understood would be a test that is not run.  A character U+0000 to U+00FF of a
 * string is one byte (latin-1); a higher one ends the program too.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "upgrade101.h"

typedef enum {
    JSON_NULL,
    JSON_BOOLEAN,
    JSON_INTEGER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} json_kind;

typedef struct json_value json_value;
struct json_value {
    json_kind kind;
    bool truth;        /* of JSON_BOOLEAN */
    long integer;      /* of JSON_INTEGER */
    u101_slice text;   /* of JSON_STRING */
    u101_slice name;   /* where it is a member of an object */
    size_t count;      /* elements or members */
    json_value *first; /* element or member */
    json_value *last;
    json_value *next; /* beside this one */
    json_value *made; /* after this one, of all that the text holds */
};

/* Freed with json_free, as a whole. */
json_value *json_read(u101_slice text);
void json_free(json_value *value);

/* The member of that name of an object, or NULL. */
const json_value *json_find(const json_value *object, const char *name);

/* The same, where the member must be there and be of that kind. */
const json_value *json_member(const json_value *object, const char *name, json_kind kind);

#endif
