/*
 * The head of a PASS as whoever serves HTTP should see it [contract 8.4].
 *
 * In: a decision and its request.  Out: the head's bytes, without the request for an
 * upgrade that must be ignored or whose body a server would lose.
 * Always: all other lines stay as they were sent.
 */
#ifndef U101_FORWARD_H
#define U101_FORWARD_H

#include "writer.h"

void u101_forward_write(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision, const char *received);

#endif
