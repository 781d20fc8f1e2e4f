/*
 * The messages that bench_core.c counts the readers with.
 *
 * In: the name of one of them.  Out: nothing; it is read, whole and as one piece, to
 * its end.
 *
 * Always: a message that is read otherwise ends the program.
 */
#ifndef READERS_H
#define READERS_H

/* "body": 64 KiB in chunks of 1 KiB.  "response": a head of 10 fields. */
void bench_read_message(const char *name, long times);

#endif
