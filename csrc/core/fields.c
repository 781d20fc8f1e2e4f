/*
 * Walks field lines; fields.h says what holds.
 */
#include "fields.h"

#include "chars.h"
#include "field_kind.h"
#include "lexemes.h"

u101_field_kind u101_fields_kind(u101_slice name)
{
    return u101_field_kind_of(name);
}

bool u101_fields_next(const char *head, size_t head_size, size_t *cursor, u101_field *field)
{
    const char *const end = head + head_size;
    const char *const begin = head + *cursor;

    if (end - begin <= 2) { /* the blank line */
        return false;
    }
    const char *const colon = u101_scan(begin, end, U101_TCHAR);
    const char *const cr = u101_scan(colon, end, U101_VALUE);

    field->name = u101_slice_between(begin, colon);
    field->value = u101_trim(u101_slice_between(colon + 1, cr));
    *cursor = (size_t)(cr - head) + 2;
    return true;
}

bool u101_fields_next_named(const char *head, size_t head_size, size_t *cursor, u101_slice name,
                            u101_slice *value)
{
    u101_field field;

    while (u101_fields_next(head, head_size, cursor, &field)) {
        if (u101_equal_nocase(field.name, name)) {
            *value = field.value;
            return true;
        }
    }
    return false;
}

u101_list u101_fields_list(const char *bytes, const u101_head *head, u101_field_kind kind)
{
    const uint32_t lines = head->lines[kind];

    return (u101_list){.rest = u101_fields_known_value(bytes, head, kind),
                       .bytes = bytes,
                       .head = head,
                       .cursor = head->fields,
                       .lines = lines == 0 ? 0 : lines - 1,
                       .kind = kind};
}

/* Walks to the next line of the field.  The walk begins at the first line of the head,
 * so lines up to the field's first one are passed. */
static bool go_to_next_line(u101_list *list)
{
    u101_field field;

    if (list->lines == 0) {
        return false;
    }
    const char *const first = list->bytes + list->head->known[list->kind].at;
    while (u101_fields_next(list->bytes, list->head->next, &list->cursor, &field)) {
        if (field.value.at > first && u101_fields_kind(field.name) == list->kind) {
            list->rest = field.value;
            list->lines--;
            return true;
        }
    }
    return false;
}

bool u101_fields_next_element(u101_list *list, u101_slice *element)
{
    do {
        while (list->rest.size > 0) {
            const char *const begin = list->rest.at;
            const char *const end = begin + list->rest.size;
            const char *const found = memchr(begin, ',', list->rest.size);
            const char *const comma = found != NULL ? found : end;

            *element = u101_trim(u101_slice_between(begin, comma));
            list->rest = comma < end ? u101_slice_between(comma + 1, end) : (u101_slice){end, 0};
            if (element->size > 0) {
                return true;
            }
        }
    } while (go_to_next_line(list));
    return false;
}

/* The end of the element that begins at `at`: a comma outside of quoted strings.  A
 * string that is never closed ends with the line: to look for commas in it would read
 * the rest of the line once for each of its quotes. */
static const char *find_comma(const char *at, const char *end)
{
    for (; at < end && *at != ','; at++) {
        if (*at == '"') {
            u101_slice rest = u101_slice_between(at + 1, end);
            u101_slice quoted;
            if (!u101_scan_quoted(&rest, &quoted)) {
                return end;
            }
            at = rest.at - 1;
        }
    }
    return at;
}

bool u101_fields_next_quoted(u101_slice *rest, u101_slice *element)
{
    while (rest->size > 0) {
        const char *const end = rest->at + rest->size;
        const char *const comma = find_comma(rest->at, end);

        *element = u101_trim(u101_slice_between(rest->at, comma));
        *rest = comma < end ? u101_slice_between(comma + 1, end) : (u101_slice){end, 0};
        if (element->size > 0) {
            return true;
        }
    }
    return false;
}
