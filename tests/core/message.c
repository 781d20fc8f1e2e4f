/* Takes messages apart; message.h says what holds. */
#include "message.h"

#include <string.h>
#include <strings.h>

#include "harness.h"

static bool is_ows(char c)
{
    return c == ' ' || c == '\t';
}

static u101_slice trim(u101_slice value)
{
    while (value.size > 0 && is_ows(value.at[0])) {
        value.at++;
        value.size--;
    }
    while (value.size > 0 && is_ows(value.at[value.size - 1])) {
        value.size--;
    }
    return value;
}

/* Takes a line off the rest; false: no CRLF ends it, or another CR or LF is in it. */
static bool take_line(u101_slice *rest, u101_slice *line)
{
    size_t size = 0;
    while (size < rest->size && rest->at[size] != '\r' && rest->at[size] != '\n') {
        size++;
    }
    if (rest->size - size < 2 || rest->at[size] != '\r' || rest->at[size + 1] != '\n') {
        return false;
    }
    *line = (u101_slice){rest->at, size};
    rest->at += size + 2;
    rest->size -= size + 2;
    return true;
}

static bool split_field(u101_slice line, u101_field *field)
{
    const char *colon = memchr(line.at, ':', line.size);
    if (colon == NULL || is_ows(line.at[0])) {
        return false;
    }
    const size_t name = (size_t)(colon - line.at);
    field->name = (u101_slice){line.at, name};
    field->value = trim((u101_slice){colon + 1, line.size - name - 1});
    return true;
}

bool message_split(u101_slice bytes, message *split)
{
    u101_slice line;
    split->field_count = 0;
    split->body = bytes;
    if (!take_line(&split->body, &split->start_line)) {
        return false;
    }
    while (take_line(&split->body, &line)) {
        if (line.size == 0) {
            return true;
        }
        if (split->field_count == MESSAGE_MAX_FIELDS ||
            !split_field(line, &split->fields[split->field_count])) {
            return false;
        }
        split->field_count++;
    }
    return false;
}

bool message_split_request(const message *split, u101_request *request)
{
    const u101_slice line = split->start_line;
    const char *end = line.at + line.size;
    const char *method_end = memchr(line.at, ' ', line.size);
    if (method_end == NULL) {
        return false;
    }
    const char *target = method_end + 1;
    const char *target_end = memchr(target, ' ', (size_t)(end - target));
    if (target_end == NULL || end - target_end < 6 || memcmp(target_end, " HTTP/", 6) != 0) {
        return false;
    }
    const char *version = target_end + 6;
    *request = (u101_request){
        .method = {line.at, (size_t)(method_end - line.at)},
        .target = {target, (size_t)(target_end - target)},
        .version = {version, (size_t)(end - version)},
        .fields = split->fields,
        .field_count = split->field_count,
    };
    return true;
}

static bool is_named(const u101_field *field, u101_slice name)
{
    return field->name.size == name.size && strncasecmp(field->name.at, name.at, name.size) == 0;
}

bool message_value(const message *split, const char *name, u101_slice *value)
{
    size_t found = 0;
    for (size_t i = 0; i < split->field_count; i++) {
        if (is_named(&split->fields[i], slice_of(name))) {
            *value = split->fields[i].value;
            found++;
        }
    }
    return found == 1;
}

bool message_has(const message *split, u101_slice name, u101_slice value)
{
    for (size_t i = 0; i < split->field_count; i++) {
        if (is_named(&split->fields[i], name) && slices_equal(split->fields[i].value, value)) {
            return true;
        }
    }
    return false;
}

bool message_next_element(u101_slice *list, u101_slice *element)
{
    while (list->size > 0) {
        const char *comma = memchr(list->at, ',', list->size);
        const size_t size = comma == NULL ? list->size : (size_t)(comma - list->at);
        const size_t taken = comma == NULL ? size : size + 1;
        *element = trim((u101_slice){list->at, size});
        list->at += taken;
        list->size -= taken;
        if (element->size > 0) {
            return true;
        }
    }
    return false;
}

bool message_lists(const message *split, u101_slice name, u101_slice value, bool exactly)
{
    u101_slice got;
    u101_slice want;
    for (size_t i = 0; i < split->field_count; i++) {
        u101_slice line = split->fields[i].value;
        while (is_named(&split->fields[i], name) && message_next_element(&line, &got)) {
            if (!message_next_element(&value, &want) || got.size != want.size ||
                strncasecmp(got.at, want.at, got.size) != 0 ||
                (exactly && !slices_equal(got, want))) {
                return false;
            }
        }
    }
    return !message_next_element(&value, &want);
}
