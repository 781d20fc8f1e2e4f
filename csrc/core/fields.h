/*
 * Field lines: told apart by name, walked one by one, read as lists.
 *
 * In: names, or a head that was completed.  Out: kinds, lines and list elements,
 * as slices of the head.
 * Always: the walks rely on the syntax that was checked when the head was read,
 * and visit each byte of it once at the most.
 */
#ifndef U101_FIELDS_H
#define U101_FIELDS_H

#include "upgrade101.h"

/* The kind of a field by its name, which is a token, letter case aside. */
u101_field_kind u101_field_kind_of(u101_slice name);

/* Notes a line of a known field; its lines are noted in order. */
void u101_note_field(u101_head *head, u101_field_kind kind, u101_span value);

/* A walk over the lines of one field of a completed head. */
typedef struct {
    const char *bytes;
    size_t size;   /* of the head */
    size_t cursor; /* behind the line that was given last */
    uint32_t left; /* lines that are still to come */
    bool first;    /* whether the first line, which needs no walk, is to come */
    u101_span value;
    u101_field_kind kind;
} u101_lines;

u101_lines u101_lines_of(const char *bytes, const u101_head *head, u101_field_kind kind);
bool u101_next_line(u101_lines *lines, u101_slice *value);

/* A walk over the elements of a list field: several lines are one list in
 * order, and empty elements are skipped [RFC 9110 5.6.1.2]. */
typedef struct {
    u101_lines lines;
    u101_slice rest; /* of the line that is being read */
} u101_list;

u101_list u101_list_of(const char *bytes, const u101_head *head, u101_field_kind kind);
bool u101_next_element(u101_list *list, u101_slice *element);

#endif
