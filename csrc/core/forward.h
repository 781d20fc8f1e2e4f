/*
 * The head of a PASS as whoever serves HTTP should see it [contract 8.4].
 *
 * In: a decision and its request.  Out: the bytes of the head.  The fields that ask for
 * an upgrade are left out if it must be ignored, or if the request has a body that a
 * server might lose.
 * Always: all other lines stay as they were sent.
 */
#ifndef U101_FORWARD_H
#define U101_FORWARD_H

#include "writer.h"

void u101_forward_write(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision, const char *received);

#endif
