/*
 * A buffer of the caller's that is written from its start.
 *
 * In: pieces.  Out: the bytes, and how many there are or would be.
 * Always: nothing is written behind the capacity; the size goes on counting, so
 * that the caller can come back with a larger buffer.
 */
#ifndef U101_WRITER_H
#define U101_WRITER_H

#include "slice.h"

typedef struct {
    char *out;
    size_t capacity;
    size_t size;
} u101_writer;

static inline u101_writer u101_writer_of(char *out, size_t capacity)
{
    return (u101_writer){.out = out, .capacity = capacity};
}

static inline void u101_write(u101_writer *writer, u101_slice piece)
{
    if (piece.size > 0 && writer->size <= writer->capacity &&
        piece.size <= writer->capacity - writer->size) {
        memcpy(writer->out + writer->size, piece.at, piece.size);
    }
    writer->size += piece.size;
}

/* A number in decimal. */
static inline void u101_write_number(u101_writer *writer, uint64_t number)
{
    char digits[20];
    size_t begin = sizeof(digits);

    do {
        digits[--begin] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    u101_write(writer, (u101_slice){digits + begin, sizeof(digits) - begin});
}

#endif
