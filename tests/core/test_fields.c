/*
 * Field lines told apart, walked and read as lists.
 */
#include "fields.h"

#include <stdio.h>

#include "guard.h"
#include "harness.h"
#include "negotiator.h"
#include "sample.h"
#include "slice.h"

typedef struct {
    const char *name;
    u101_field_kind kind;
} kind_row;

static const kind_row kind_rows[] = {
    {"host", U101_FIELD_HOST},
    {"upgrade", U101_FIELD_UPGRADE},
    {"connection", U101_FIELD_CONNECTION},
    {"content-length", U101_FIELD_CONTENT_LENGTH},
    {"transfer-encoding", U101_FIELD_TRANSFER_ENCODING},
    {"expect", U101_FIELD_EXPECT},
    {"origin", U101_FIELD_ORIGIN},
    {"http2-settings", U101_FIELD_HTTP2_SETTINGS},
    {"sec-websocket-key", U101_FIELD_WS_KEY},
    {"sec-websocket-version", U101_FIELD_WS_VERSION},
    {"sec-websocket-protocol", U101_FIELD_WS_PROTOCOL},
    {"sec-websocket-extensions", U101_FIELD_WS_EXTENSIONS},
};

static void test_fields_each_kind_has_its_row(void)
{
    bool seen[U101_FIELD_KINDS] = {false};
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        seen[kind_rows[i].kind] = true;
    }
    for (size_t i = 0; i < COUNT(seen); i++) {
        CHECK(seen[i]);
    }
}

static void test_fields_kind_in_any_case_is_known(void)
{
    char name[32];
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const kind_row *row = &kind_rows[i];
        const size_t size = slice_of(row->name).size;
        check_case("%s", row->name);
        CHECK_INT(u101_field_kind_of(guard_text(row->name)), row->kind);
        for (size_t j = 0; j < size; j++) {
            name[j] = row->name[j];
            if (name[j] >= 'a' && name[j] <= 'z') {
                name[j] = (char)(name[j] - 'a' + 'A');
            }
        }
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name, size})), row->kind);
    }
}

/* Each byte of each name, replaced by each byte of a token, is the name only where the
 * letters are the same but for their case. */
static void test_fields_kind_one_byte_apart_is_other(void)
{
    static const char tchars[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[32];
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const u101_slice sound = slice_of(kind_rows[i].name);
        memcpy(name, sound.at, sound.size);
        for (size_t place = 0; place < sound.size; place++) {
            for (size_t j = 0; j < sizeof(tchars) - 1; j++) {
                name[place] = tchars[j];
                const bool same = u101_lower(tchars[j]) == sound.at[place];
                check_case("%.*s", (int)sound.size, name);
                CHECK_INT(u101_field_kind_of((u101_slice){name, sound.size}),
                          same ? kind_rows[i].kind : U101_FIELD_OTHER);
            }
            name[place] = sound.at[place];
        }
    }
}

static void test_fields_kind_of_another_length_is_other(void)
{
    for (size_t i = 0; i < COUNT(kind_rows); i++) {
        const u101_slice name = slice_of(kind_rows[i].name);
        check_case("%s", kind_rows[i].name);
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name.at, name.size - 1})),
                  U101_FIELD_OTHER);
        CHECK_INT(u101_field_kind_of(guard_slice((u101_slice){name.at + 1, name.size - 1})),
                  U101_FIELD_OTHER);
    }
    CHECK_INT(u101_field_kind_of(guard_text("sec-websocket-extensionss")), U101_FIELD_OTHER);
}

static void test_fields_walk_gives_every_line(void)
{
    static const char *const expected[][2] = {
        {"Host", "a"}, {"x", ""}, {"X-Empty", ""}, {"X-Trimmed", "b c"}};
    const u101_slice head = guard_text("GET / HTTP/1.1\r\nHost: a\r\nx:\r\nX-Empty: \t \r\n"
                                       "X-Trimmed:\t b c \t\r\n\r\n");
    size_t cursor = sizeof("GET / HTTP/1.1\r\n") - 1;
    u101_field field;
    for (size_t i = 0; i < COUNT(expected); i++) {
        check_case("line %zu", i);
        if (CHECK(u101_fields_next(head.at, head.size, &cursor, &field))) {
            CHECK_TEXT(field.name, expected[i][0]);
            CHECK_TEXT(field.value, expected[i][1]);
        }
    }
    CHECK(!u101_fields_next(head.at, head.size, &cursor, &field));
    CHECK(!u101_fields_next(head.at, head.size, &cursor, &field));
}

static void test_fields_walk_of_no_lines_ends_at_once(void)
{
    const u101_slice head = guard_text("GET / HTTP/1.0\r\n\r\n");
    size_t cursor = sizeof("GET / HTTP/1.0\r\n") - 1;
    u101_field field;
    CHECK(!u101_fields_next(head.at, head.size, &cursor, &field));
}

typedef struct {
    const char *lines;
    const char *elements; /* joined by "|" */
    const char *why;
} list_row;

/* Lists are read before anything is offered. */
static const u101_negotiator nothing_offered = {.offer_count = 0};

static const list_row list_rows[] = {
    {"", "", "no line"},
    {"Upgrade:\r\n", "", "an empty line"},
    {"Upgrade: , ,,\t\r\n", "", "empty elements only [RFC 9110 5.6.1.2]"},
    {"Upgrade: a\r\n", "a", "one element"},
    {"Upgrade: a,b\r\n", "a|b", "two elements"},
    {"Upgrade: \t a \t , \t b \t \r\n", "a|b", "white space around the elements"},
    {"Upgrade: a b\r\n", "a b", "white space inside is the element's"},
    {"Upgrade: ,a,,b,\r\n", "a|b", "empty elements between"},
    {"Upgrade: a\r\nX: n\r\nupgrade: b\r\n", "a|b", "two lines are one list"},
    {"Upgrade:\r\nUPGRADE: b\r\n", "b", "the first line is empty"},
    {"Upgrade: \t \r\nUpgrade:\r\nUpgrade: c\r\nUpgrade:\r\n", "c", "more empty lines"},
    {"Upgrade: a,\r\nUpgrade: ,b\r\n", "a|b", "empty elements at the ends of lines"},
    {"X: n\r\nUpgrade: a\r\nX-Upgrade: n\r\nUpgrade: b, c\r\nX: n\r\n", "a|b|c", "lines between"},
    {"Upgrades: n\r\nUpgrade: a\r\nUpgrad: n\r\n", "a", "names that are longer and shorter"},
};

static void test_fields_list_gives_every_element(void)
{
    char text[256];
    char joined[64];
    for (size_t i = 0; i < COUNT(list_rows); i++) {
        const list_row *row = &list_rows[i];
        sample made;
        (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", row->lines);
        check_case("%s", row->why);
        sample_read(&made, &nothing_offered, NULL, text);
        u101_list list = u101_fields_list(made.context.bytes, &made.head, U101_FIELD_UPGRADE);
        u101_slice element;
        size_t size = 0;
        while (u101_fields_next_element(&list, &element)) {
            const int written = snprintf(joined + size, sizeof(joined) - size, "%s%.*s",
                                         size == 0 ? "" : "|", (int)element.size, element.at);
            size += (size_t)written;
        }
        CHECK_TEXT(((u101_slice){joined, size}), row->elements);
        CHECK(!u101_fields_next_element(&list, &element));
    }
}

static void test_fields_lines_are_given_in_order_and_counted(void)
{
    sample made;
    u101_slice value;
    sample_read(&made, &nothing_offered, NULL,
                "GET / HTTP/1.1\r\nOrigin: a\r\nHost: h\r\nOrigin: \r\norigin: c\r\n\r\n");
    CHECK_INT(made.head.lines[U101_FIELD_ORIGIN], 3);
    CHECK_INT(made.head.lines[U101_FIELD_EXPECT], 0);
    u101_list list = u101_fields_list(made.context.bytes, &made.head, U101_FIELD_ORIGIN);
    CHECK(u101_fields_next_element(&list, &value));
    CHECK_TEXT(value, "a");
    CHECK(u101_fields_next_element(&list, &value));
    CHECK_TEXT(value, "c");
    CHECK(!u101_fields_next_element(&list, &value));
}

int main(void)
{
    CHECK_RUN(test_fields_each_kind_has_its_row);
    CHECK_RUN(test_fields_kind_in_any_case_is_known);
    CHECK_RUN(test_fields_kind_one_byte_apart_is_other);
    CHECK_RUN(test_fields_kind_of_another_length_is_other);
    CHECK_RUN(test_fields_walk_gives_every_line);
    CHECK_RUN(test_fields_walk_of_no_lines_ends_at_once);
    CHECK_RUN(test_fields_list_gives_every_element);
    CHECK_RUN(test_fields_lines_are_given_in_order_and_counted);
    return check_finish();
}
