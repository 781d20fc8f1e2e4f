/*
 * The forms of a request target, in pairs one byte apart [RFC 9112 3.2].
 */
#include "target.h"

#include "guard.h"
#include "harness.h"

typedef struct {
    const char *method;
    const char *target;
    u101_form form;
    const char *why;
} form_row;

static const form_row form_rows[] = {
    {"GET", "", U101_FORM_NONE, "nothing"},
    {"GET", "/", U101_FORM_ORIGIN, "the root"},
    {"GET", "//", U101_FORM_ORIGIN, "an empty segment"},
    {"GET", "/a?b", U101_FORM_ORIGIN, "a query"},
    {"GET", "a", U101_FORM_NONE, "no solidus"},
    {"GET", "?a", U101_FORM_NONE, "a query alone"},
    {"OPTIONS", "*", U101_FORM_ASTERISK, "the asterisk [RFC 9112 3.2.4]"},
    {"OPTIONS", "**", U101_FORM_NONE, "two asterisks"},
    {"GET", "*", U101_FORM_NONE, "the asterisk with another method"},
    {"options", "*", U101_FORM_NONE, "methods are case-sensitive [RFC 9110 9.1]"},
    {"CONNECT", "a:1", U101_FORM_AUTHORITY, "host and port [RFC 9112 3.2.3]"},
    {"CONNECT", "a:", U101_FORM_NONE, "an empty port"},
    {"CONNECT", "a", U101_FORM_NONE, "no port"},
    {"CONNECT", ":1", U101_FORM_NONE, "no host"},
    {"CONNECT", "[::1]:1", U101_FORM_AUTHORITY, "an address and a port"},
    {"CONNECT", "/", U101_FORM_NONE, "a path with CONNECT"},
    {"CONNECT", "*", U101_FORM_NONE, "the asterisk with CONNECT"},
    {"CONNECT", "http://a:1", U101_FORM_NONE, "a URI with CONNECT"},
    {"GET", "a:1", U101_FORM_NONE, "host and port with another method"},
    {"GET", "http://a", U101_FORM_ABSOLUTE, "a URI [RFC 9112 3.2.2]"},
    {"GET", "http://a/", U101_FORM_ABSOLUTE, "a URI with a path"},
    {"GET", "http://a?b", U101_FORM_ABSOLUTE, "a URI with a query"},
    {"GET", "HTTP://A:80/", U101_FORM_ABSOLUTE, "upper case"},
    {"GET", "ws+x.1-y://a/", U101_FORM_ABSOLUTE, "all that a scheme may have [RFC 3986 3.1]"},
    {"GET", "1http://a/", U101_FORM_NONE, "a scheme that begins with a digit"},
    {"GET", "+://a/", U101_FORM_NONE, "a scheme that begins with a plus"},
    {"GET", "://a/", U101_FORM_NONE, "no scheme"},
    {"GET", "h_p://a/", U101_FORM_NONE, "an underline in the scheme"},
    {"GET", "http:/a/", U101_FORM_NONE, "one solidus"},
    {"GET", "http:", U101_FORM_NONE, "nothing behind the scheme"},
    {"GET", "http", U101_FORM_NONE, "no colon"},
    {"GET", "http:/", U101_FORM_NONE, "cut off at the second solidus"},
    {"GET", "http://", U101_FORM_NONE, "no authority"},
    {"GET", "http:///a", U101_FORM_NONE, "an empty authority"},
    {"GET", "http://:80/", U101_FORM_NONE, "no host in the authority"},
    {"GET", "http://u@a/", U101_FORM_NONE, "userinfo [RFC 9110 4.2.4]"},
    {"GET", "http://a:x/", U101_FORM_NONE, "a port that is no number"},
    {"GET", "http://a:/", U101_FORM_ABSOLUTE, "an empty port"},
    {"GET", "http://[::1]:80/", U101_FORM_ABSOLUTE, "an address"},
};

static void test_target_form_is_told_or_refused(void)
{
    for (size_t i = 0; i < COUNT(form_rows); i++) {
        const form_row *row = &form_rows[i];
        check_case("%s: %s %s", row->why, row->method, row->target);
        CHECK_INT(u101_target_form(guard_text(row->method), guard_text(row->target)), row->form);
    }
}

static void test_target_authority_ends_at_path_query_or_end(void)
{
    CHECK_TEXT(u101_target_authority(guard_text("http://a:80/b")), "a:80");
    CHECK_TEXT(u101_target_authority(guard_text("http://a:80?b/c")), "a:80");
    CHECK_TEXT(u101_target_authority(guard_text("http://a:80")), "a:80");
}

typedef struct {
    u101_form form;
    const char *target;
    const char *path;
    const char *query; /* NULL: none */
} parts_row;

static const parts_row parts_rows[] = {
    {U101_FORM_ORIGIN, "/", "/", NULL},
    {U101_FORM_ORIGIN, "/a/b", "/a/b", NULL},
    {U101_FORM_ORIGIN, "/a?", "/a", ""},
    {U101_FORM_ORIGIN, "/a?b?c=/d", "/a", "b?c=/d"},
    {U101_FORM_ORIGIN, "/http://a/b", "/http://a/b", NULL},
    {U101_FORM_ABSOLUTE, "http://a", "/", NULL},
    {U101_FORM_ABSOLUTE, "http://a?", "/", ""},
    {U101_FORM_ABSOLUTE, "http://a?b/c", "/", "b/c"},
    {U101_FORM_ABSOLUTE, "http://a:1/b?c", "/b", "c"},
    {U101_FORM_ABSOLUTE, "ws://[::1]//", "//", NULL},
    {U101_FORM_AUTHORITY, "a:1", "", NULL},
    {U101_FORM_ASTERISK, "*", "", NULL},
    {U101_FORM_NONE, "a?b", "", NULL},
};

static void test_target_path_and_query_are_told_apart(void)
{
    for (size_t i = 0; i < COUNT(parts_rows); i++) {
        const parts_row *row = &parts_rows[i];
        const u101_slice target = guard_text(row->target);
        const u101_decision decision = {.form = (uint8_t)row->form,
                                        .target = {0, (uint32_t)target.size}};
        u101_slice path;
        u101_slice query;
        check_case("%s", row->target);
        CHECK_TEXT(u101_target_path(row->form, target), row->path);
        CHECK_INT(u101_target_parts(&decision, target.at, &path, &query), row->query != NULL);
        CHECK_TEXT(path, row->path);
        CHECK_TEXT(query, row->query == NULL ? "" : row->query);
    }
}

static void test_target_scheme_and_authority_are_those_of_absolute_form(void)
{
    static const char *const rows[][3] = {
        {"http://a", "http", "a"},
        {"WSS://a:1?b", "WSS", "a:1"},
        {"app://[::1]/b", "app", "[::1]"},
        {"/a", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_case("%s", rows[i][0]);
        CHECK_TEXT(u101_target_scheme(guard_text(rows[i][0])), rows[i][1]);
        CHECK_TEXT(u101_target_authority(guard_text(rows[i][0])), rows[i][2]);
    }
}

int main(void)
{
    CHECK_RUN(test_target_form_is_told_or_refused);
    CHECK_RUN(test_target_authority_ends_at_path_query_or_end);
    CHECK_RUN(test_target_path_and_query_are_told_apart);
    CHECK_RUN(test_target_scheme_and_authority_are_those_of_absolute_form);
    return check_finish();
}
