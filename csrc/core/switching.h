/*
 * The 101 of a SWITCH, and the 100 before it [RFC 9110 15.2].
 *
 * In: a decision.  Out: bytes in a writer.
 */
#ifndef U101_SWITCHING_H
#define U101_SWITCHING_H

#include "writer.h"

#define U101_CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"
#define U101_CONTINUE_SIZE (sizeof(U101_CONTINUE) - 1)

/* The whole response, as u101_decision_write_response returns it. */
size_t u101_switching_write(const u101_negotiator *negotiator, const u101_decision *decision,
                            const char *received, const u101_answer *answer, char *out,
                            size_t capacity);
void u101_switching_write_continue(u101_writer *writer);
void u101_switching_write_protocol(u101_writer *writer, const u101_negotiator *negotiator,
                                   const u101_decision *decision);
void u101_switching_write_extensions(u101_writer *writer, const u101_decision *decision,
                                     const u101_answer *answer);

#endif
