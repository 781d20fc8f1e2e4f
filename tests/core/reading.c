/* Reads heads and checks rows; reading.h says what holds. */
#include "reading.h"

#include "guard.h"

reading reading_begin(void)
{
    reading made = {.result = U101_READ_MORE, .reason = U101_SOUND};
    u101_field_lines_init(&made.head);
    return made;
}

void reading_go_on(reading *made, const u101_limits *limits, u101_slice bytes)
{
    made->result = u101_head_read(limits, &made->head, guard_slice(bytes), &made->reason);
}

reading reading_whole(const u101_limits *limits, u101_slice bytes)
{
    reading made = reading_begin();
    reading_go_on(&made, limits, bytes);
    return made;
}

reading reading_bytewise(const u101_limits *limits, u101_slice bytes, size_t *fed)
{
    reading made = reading_begin();
    for (*fed = 0; *fed <= bytes.size && made.result == U101_READ_MORE; ++*fed) {
        reading_go_on(&made, limits, (u101_slice){bytes.at, *fed});
    }
    *fed -= made.result == U101_READ_MORE ? 0 : 1;
    return made;
}

static void check_row(const u101_limits *limits, const head_row *row)
{
    size_t fed = 0;
    const reading whole = reading_whole(limits, row->bytes);
    const reading bytewise = reading_bytewise(limits, row->bytes, &fed);
    CHECK_INT(whole.result, row->result);
    CHECK_REASON(whole.reason, row->reason);
    CHECK_INT(bytewise.result, row->result);
    CHECK_REASON(bytewise.reason, row->reason);
    CHECK_SIZE(fed, row->result == U101_READ_MORE ? row->bytes.size + 1 : row->bytes.size);
    if (row->result == U101_READ_DEFECT) {
        const size_t offset = row->bytes.size - 1 - row->before;
        CHECK_SIZE(whole.head.next, offset);
        CHECK_SIZE(bytewise.head.next, offset);
    }
}

void reading_check_rows(const u101_limits *limits, const head_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case("%s", rows[i].why);
        check_row(limits, &rows[i]);
    }
}
