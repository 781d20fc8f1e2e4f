/*
 * The response of a REJECT.
 *
 * In: a decision, and what the caller adds.  Out: a complete 2xx to 5xx
 * that closes the connection.
 */
#ifndef U101_REFUSAL_H
#define U101_REFUSAL_H

#include "writer.h"

void u101_refusal_write(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision, const u101_answer *answer, int64_t now);

#endif
