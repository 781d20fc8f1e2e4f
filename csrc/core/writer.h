/*
 * A buffer of the caller's that is written from its start.
 *
 * In: pieces.  Out: the bytes, and how many there are or would be.
 * Always: nothing is written past the capacity.  The size goes on counting, so that
 * the caller can come back with a larger buffer.
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

U101_ALWAYS_INLINE void u101_write(u101_writer *writer, u101_slice piece)
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

/* `name: value` and the end of the line. */
static inline void u101_write_field(u101_writer *writer, u101_slice name, u101_slice value)
{
    u101_write(writer, name);
    u101_write(writer, U101_TEXT(": "));
    u101_write(writer, value);
    u101_write(writer, U101_TEXT("\r\n"));
}

/* What the caller adds, if anything. */
static inline void u101_write_answer_fields(u101_writer *writer, const u101_answer *answer)
{
    for (size_t i = 0; answer != NULL && i < answer->field_count; i++) {
        u101_write_field(writer, answer->fields[i].name, answer->fields[i].value);
    }
}

#endif
