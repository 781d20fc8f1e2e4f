/*
 * Field lines walked, and read as lists.
 */
#include "fields.h"

#include <stdio.h>

#include "guard.h"
#include "harness.h"
#include "negotiator.h"
#include "sample.h"
#include "slice.h"

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

static const list_row quoted_rows[] = {
    {"", "", "nothing"},
    {" , ,\t", "", "no element"},
    {"a", "a", "one"},
    {" a ,\tb ", "a|b", "white space around the elements"},
    {",a,,b,", "a|b", "empty elements"},
    {"a;x=\"b,c\",d", "a;x=\"b,c\"|d", "a comma in a quoted string"},
    {"\",\"", "\",\"", "nothing but a quoted comma"},
    {"\"a\\\",b\",c", "\"a\\\",b\"|c", "an escaped quote ends no string"},
    {"\"a\\\\\",b", "\"a\\\\\"|b", "an escaped backslash escapes no quote"},
    {"\"a,b", "\"a,b", "a string that is not closed reaches to the end"},
    {"a\",\"b", "a\",\"b", "two quotes around a comma"},
    {"\"a\\", "\"a\\", "a backslash at the end"},
    {"a\\,b", "a\\|b", "a backslash outside of a string"},
    {"\"a\"\"b,\",c", "\"a\"\"b,\"|c", "two strings beside each other"},
};

static void test_fields_quoted_commas_end_no_element(void)
{
    char joined[64];
    for (size_t i = 0; i < COUNT(quoted_rows); i++) {
        u101_slice rest = guard_text(quoted_rows[i].lines);
        u101_slice element;
        size_t size = 0;
        check_case("%s", quoted_rows[i].why);
        while (u101_fields_next_quoted(&rest, &element)) {
            size += (size_t)snprintf(joined + size, sizeof(joined) - size, "%s%.*s",
                                     size == 0 ? "" : "|", (int)element.size, element.at);
        }
        CHECK_TEXT(((u101_slice){joined, size}), quoted_rows[i].elements);
        CHECK(!u101_fields_next_quoted(&rest, &element));
    }
}

static void test_fields_lines_of_one_name_are_walked_letter_case_aside(void)
{
    const u101_slice head =
        guard_text("GET / HTTP/1.1\r\nA: 1\r\nAB: n\r\na: 2\r\nB: n\r\nA:\r\n\r\n");
    static const char *const values[] = {"1", "2", ""};
    size_t cursor = sizeof("GET / HTTP/1.1\r\n") - 1;
    u101_slice value;
    for (size_t i = 0; i < COUNT(values); i++) {
        check_case("line %zu", i);
        if (CHECK(u101_fields_next_named(head.at, head.size, &cursor, BYTES("a"), &value))) {
            CHECK_TEXT(value, values[i]);
        }
    }
    CHECK(!u101_fields_next_named(head.at, head.size, &cursor, BYTES("a"), &value));
    cursor = sizeof("GET / HTTP/1.1\r\n") - 1;
    CHECK(!u101_fields_next_named(head.at, head.size, &cursor, BYTES("c"), &value));
}

int main(void)
{
    CHECK_RUN(test_fields_walk_gives_every_line);
    CHECK_RUN(test_fields_walk_of_no_lines_ends_at_once);
    CHECK_RUN(test_fields_list_gives_every_element);
    CHECK_RUN(test_fields_lines_are_given_in_order_and_counted);
    CHECK_RUN(test_fields_quoted_commas_end_no_element);
    CHECK_RUN(test_fields_lines_of_one_name_are_walked_letter_case_aside);
    return check_finish();
}
