/*
 * The status line and the fields that every response of a kind has.
 *
 * In: a decision.  Out: bytes in a writer.
 */
#ifndef U101_RESPONSE_H
#define U101_RESPONSE_H

#include "writer.h"

/* `name: value` and the end of the line. */
void u101_write_field(u101_writer *writer, u101_slice name, u101_slice value);

/* What the caller adds, if anything. */
void u101_write_answer_fields(u101_writer *writer, const u101_answer *answer);

#endif
