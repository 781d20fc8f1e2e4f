/* Compares what is read of decisions; readback.h says what holds. */
#include "readback.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "harness.h"
#include "message.h"

/* The final response, taken apart by the core and the plain way. */
static void check_parts(const outcome *made)
{
    const u101_slice all = outcome_response(made);
    const u101_response_parts parts = u101_decision_response_parts(made->decision, all);
    message split;
    if (all.size == 0) {
        CHECK(parts.begin == 0 && parts.fields == 0 && parts.content == 0);
        return;
    }
    if (!CHECK(parts.begin <= parts.fields && parts.fields <= parts.content &&
               parts.content <= all.size) ||
        !CHECK(message_split((u101_slice){all.at + parts.begin, all.size - parts.begin}, &split))) {
        return;
    }
    if (parts.begin > 0) {
        CHECK_TEXT(((u101_slice){all.at, parts.begin}), "HTTP/1.1 100 Continue\r\n\r\n");
    }
    CHECK_SIZE(parts.fields, parts.begin + split.start_line.size + 2);
    CHECK_BYTES(((u101_slice){all.at + parts.content, all.size - parts.content}), split.body);
    size_t cursor = parts.fields;
    for (size_t i = 0; i < split.field_count; i++) {
        u101_field field;
        if (!CHECK(u101_fields_next(all.at, parts.content, &cursor, &field))) {
            return;
        }
        CHECK_BYTES(field.name, split.fields[i].name);
        CHECK_BYTES(field.value, split.fields[i].value);
    }
    u101_field none;
    CHECK(!u101_fields_next(all.at, parts.content, &cursor, &none));
}

static void check_offset(const outcome *made, const json_value *expect)
{
    const json_value *offset = json_find(expect, "offset");
    CHECK_SIZE(made->decision->offset,
               offset == NULL || made->parsed
                   ? U101_NO_OFFSET
                   : (size_t)json_member(expect, "offset", JSON_INTEGER)->integer);
}

static void check_target(const outcome *made, const json_value *expect)
{
    u101_slice path;
    u101_slice query;
    const json_value *wanted_path = json_find(expect, "path");
    const json_value *wanted_query = json_find(expect, "query");
    if (wanted_path == NULL && wanted_query == NULL) {
        return;
    }
    const bool queried = u101_target_parts(made->decision, made->connection.at, &path, &query);
    if (wanted_path != NULL) {
        CHECK_BYTES(path, wanted_path->text);
    }
    if (wanted_query != NULL && CHECK(queried == (wanted_query->kind != JSON_NULL)) && queried) {
        CHECK_BYTES(query, wanted_query->text);
    }
}

static bool is_named(u101_slice name, u101_slice other)
{
    return name.size == other.size && strncasecmp(name.at, other.at, name.size) == 0;
}

/* The elements of a field of the request, over all its lines. */
static void check_list(const outcome *made, const json_value *list)
{
    const json_value *want = list->first;
    size_t cursor = made->decision->fields;
    u101_field field;
    while (u101_fields_next(made->connection.at, made->decision->head_size, &cursor, &field)) {
        u101_slice element;
        while (is_named(field.name, list->name) &&
               u101_fields_next_quoted(&field.value, &element)) {
            if (want == NULL) {
                (void)CHECK(want != NULL);
                return;
            }
            CHECK_BYTES(element, want->text);
            want = want->next;
        }
    }
    CHECK(want == NULL);
}

static void check_detail(const outcome *made, const json_value *expect)
{
    char detail[U101_DETAIL_SIZE + 1] = "";
    const u101_slice received = {made->connection.at, made->fed};
    const size_t size = u101_detail_write(made->negotiator, made->decision, received, detail);
    const json_value *pieces = json_find(expect, "detail_has");
    if (!CHECK(size > 0 && size <= U101_DETAIL_SIZE)) {
        return;
    }
    detail[size] = '\0';
    bool printable = true;
    for (size_t i = 0; i < size; i++) {
        printable = printable && detail[i] >= ' ' && detail[i] <= '~';
    }
    CHECK(printable);
    for (const json_value *piece = pieces == NULL ? NULL : pieces->first; piece != NULL;
         piece = piece->next) {
        char text[U101_DETAIL_SIZE + 1] = "";
        (void)snprintf(text, sizeof text, "%.*s", (int)piece->text.size, piece->text.at);
        CHECK(strstr(detail, text) != NULL);
    }
}

void readback_check(const outcome *made, const json_value *expect)
{
    const json_value *lists = json_find(expect, "lists");
    check_parts(made);
    check_offset(made, expect);
    check_target(made, expect);
    for (const json_value *list = lists == NULL ? NULL : lists->first; list != NULL;
         list = list->next) {
        check_list(made, list);
    }
    check_detail(made, expect);
}
