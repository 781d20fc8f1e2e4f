/*
 * An HTTP/1.1 message taken apart the plain way, as a peer of the core's own reader.
 *
 * In: bytes.  Out: its start line, field lines and body, as slices of them.
 *
 * Always: no grammar is checked but the line ends and a colon in each field line, so
 * that names, values and targets that are none can still be handed to the core.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "upgrade101.h"

enum { MESSAGE_MAX_FIELDS = 128 };

typedef struct {
    u101_slice start_line;
    u101_field fields[MESSAGE_MAX_FIELDS];
    size_t field_count;
    u101_slice body; /* all that follows the blank line */
} message;

/* False: the bytes are not such lines, ended by a blank one. */
bool message_split(u101_slice bytes, message *split);

/* The parts of a request line, by its first two spaces and "HTTP/"; false: it has none. */
bool message_split_request(const message *split, u101_request *request);

/* The value of the only field line of that name, letter case aside; false: there is none,
 * or several. */
bool message_value(const message *split, const char *name, u101_slice *value);

/* Whether a field line of that name has that value. */
bool message_has(const message *split, u101_slice name, u101_slice value);

/* The elements of all lines of that name, in order, are those of the list `value`; letter
 * case counts if `exactly` is true. */
bool message_lists(const message *split, u101_slice name, u101_slice value, bool exactly);

/* Takes the next element of a list without quoted strings off it; false: there are no
 * more. */
bool message_next_element(u101_slice *list, u101_slice *element);

#endif
