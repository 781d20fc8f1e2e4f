/*
 * Tells field lines apart and walks them; fields.h says what holds.
 */
#include "fields.h"

#include "chars.h"
#include "scan.h"
#include "slice.h"

/* Letters, digits and "-" with bit 0x20 set are told apart as well as without
 * it, for no other byte but a control character turns into one of them. */
static inline uint64_t fold_eight(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word | UINT64_C(0x2020202020202020);
}

static inline uint32_t fold_four(const char *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof(word));
    return word | UINT32_C(0x20202020);
}

/* Whether a name of four bytes or more is `lower`; the last words overlap. */
static inline bool is_name(const char *name, const char *lower, size_t size)
{
    if (size < 8) {
        return fold_four(name) == fold_four(lower) &&
               fold_four(name + size - 4) == fold_four(lower + size - 4);
    }
    for (size_t i = 0; i + 8 <= size; i += 8) {
        if (fold_eight(name + i) != fold_eight(lower + i)) {
            return false;
        }
    }
    return fold_eight(name + size - 8) == fold_eight(lower + size - 8);
}

static inline u101_field_kind kind_if(bool is, u101_field_kind kind)
{
    return is ? kind : U101_FIELD_OTHER;
}

u101_field_kind u101_field_kind_of(u101_slice name)
{
    const char *const at = name.at;

    switch (name.size) {
    case 4:
        return kind_if(is_name(at, "host", 4), U101_FIELD_HOST);
    case 6:
        if (is_name(at, "origin", 6)) {
            return U101_FIELD_ORIGIN;
        }
        return kind_if(is_name(at, "expect", 6), U101_FIELD_EXPECT);
    case 7:
        return kind_if(is_name(at, "upgrade", 7), U101_FIELD_UPGRADE);
    case 10:
        return kind_if(is_name(at, "connection", 10), U101_FIELD_CONNECTION);
    case 14:
        if (is_name(at, "content-length", 14)) {
            return U101_FIELD_CONTENT_LENGTH;
        }
        return kind_if(is_name(at, "http2-settings", 14), U101_FIELD_HTTP2_SETTINGS);
    case 17:
        if (is_name(at, "sec-websocket-key", 17)) {
            return U101_FIELD_WS_KEY;
        }
        return kind_if(is_name(at, "transfer-encoding", 17), U101_FIELD_TRANSFER_ENCODING);
    case 21:
        return kind_if(is_name(at, "sec-websocket-version", 21), U101_FIELD_WS_VERSION);
    case 22:
        return kind_if(is_name(at, "sec-websocket-protocol", 22), U101_FIELD_WS_PROTOCOL);
    case 24:
        return kind_if(is_name(at, "sec-websocket-extensions", 24), U101_FIELD_WS_EXTENSIONS);
    default:
        return U101_FIELD_OTHER;
    }
}

void u101_note_field(u101_head *head, u101_field_kind kind, u101_span value)
{
    u101_known_field *const known = &head->known[kind];

    if (known->lines == 0) {
        known->value = value;
    }
    known->lines++;
}

bool u101_next_field(const char *head, size_t head_size, size_t *cursor, u101_field *field)
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

u101_list u101_list_of(const char *bytes, const u101_head *head, u101_field_kind kind)
{
    const uint32_t lines = head->known[kind].lines;

    return (u101_list){.rest = u101_known_value(bytes, head, kind),
                       .bytes = bytes,
                       .head = head,
                       .cursor = head->fields,
                       .lines = lines == 0 ? 0 : lines - 1,
                       .kind = kind};
}

/* Walks to the next line of the field; all up to the first one lie before it. */
static bool go_to_next_line(u101_list *list)
{
    u101_field field;

    if (list->lines == 0) {
        return false;
    }
    const char *const first = list->bytes + list->head->known[list->kind].value.at;
    while (u101_next_field(list->bytes, list->head->next, &list->cursor, &field)) {
        if (field.value.at > first && u101_field_kind_of(field.name) == list->kind) {
            list->rest = field.value;
            list->lines--;
            return true;
        }
    }
    return false;
}

bool u101_next_element(u101_list *list, u101_slice *element)
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
