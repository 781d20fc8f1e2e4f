/*
 * Notes field lines, and walks over those of a head and over the elements of its lists.
 *
 * In: a head that was completed.  Out: its lines and list elements, as slices of it.
 * Always: the syntax was checked when the head was read, and the walks rely on that.  A
 * walk visits each byte at most once.
 */
#ifndef U101_FIELDS_H
#define U101_FIELDS_H

#include "slice.h"

/* The kind of a field, by its name. */
u101_field_kind u101_fields_kind(u101_slice name);

/* Notes a line of a known field; its lines are noted in order. */
static inline void u101_fields_note(u101_head *head, u101_field_kind kind, u101_span value)
{
    if (head->lines[kind]++ == 0) {
        head->known[kind] = value;
    }
}

/* The value of the first line of a field; the empty slice if there is no line. */
static inline u101_slice u101_fields_known_value(const char *bytes, const u101_head *head,
                                                 u101_field_kind kind)
{
    return head->lines[kind] == 0 ? (u101_slice){bytes, 0}
                                  : u101_slice_at(bytes, head->known[kind]);
}

/* A walk over the elements of a list field of a completed head: several lines
 * are one list in order, and empty elements are skipped [RFC 9110 5.6.1.2]. */
typedef struct {
    u101_slice rest; /* what is left of the line that is being read */
    const char *bytes;
    const u101_head *head;
    size_t cursor;  /* where the walk to the next line goes on */
    uint32_t lines; /* how many lines are still to come */
    u101_field_kind kind;
} u101_list;

u101_list u101_fields_list(const char *bytes, const u101_head *head, u101_field_kind kind);
bool u101_fields_next_element(u101_list *list, u101_slice *element);

#endif
