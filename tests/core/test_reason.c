/*
 * Every row of the table of reasons.
 */
#include "reason.h"

#include <string.h>

#include "harness.h"

static void test_reason_names_and_codes_are_unique(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s", row->name);
        for (int j = 0; j < i; j++) {
            const u101_reason_row *other = u101_reason_row_of((u101_reason)j);
            CHECK(strcmp(row->name, other->name) != 0);
            CHECK(strcmp(row->text, other->text) != 0);
            CHECK(row->code != other->code);
        }
    }
}

static void test_reason_rows_are_in_the_order_of_the_enum(void)
{
    CHECK_TEXT(slice_of(u101_reason_row_of(U101_SWITCHED)->name), "SWITCHED");
    CHECK_TEXT(slice_of(u101_reason_row_of(U101_BARE_LF)->name), "BARE_LF");
    CHECK_TEXT(slice_of(u101_reason_row_of(U101_SHUTDOWN)->name), "SHUTDOWN");
    CHECK_INT(U101_SHUTDOWN, U101_REASON_COUNT - 1);
}

static void test_reason_codes_rise(void)
{
    int before = 0;
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const int code = u101_reason_row_of((u101_reason)i)->code;
        CHECK(code > before);
        before = code;
    }
}

static void test_reason_names_are_upper_case(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const char *name = u101_reason_row_of((u101_reason)i)->name;
        check_case("%s", name);
        CHECK_SIZE(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), strlen(name));
    }
}

/* One sentence that begins with a capital (h2c is a name) and has no full stop: it is put
 * before the section in the body of a refusal. */
static void test_reason_texts_are_sentences_without_full_stop(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        const size_t size = strlen(row->text);
        check_case("%s", row->name);
        if (CHECK(size > 10)) {
            CHECK((row->text[0] >= 'A' && row->text[0] <= 'Z') ||
                  strncmp(row->text, "h2c ", 4) == 0);
            CHECK(strchr(".!?, ", row->text[size - 1]) == NULL);
            CHECK(strpbrk(row->text, "\r\n\t\"\\") == NULL);
        }
    }
}

/* "RFC" SP number SP section, a section being numbers joined by dots. */
static bool is_rfc(const char *text)
{
    static const char digits[] = "0123456789";
    if (strncmp(text, "RFC ", 4) != 0) {
        return false;
    }
    const char *number = text + 4;
    const size_t size = strspn(number, digits);
    if (size != 4 || number[size] != ' ') {
        return false;
    }
    const char *part = number + size + 1;
    while (*part != '\0') {
        const size_t figures = strspn(part, digits);
        if (figures == 0 || (part[figures] != '.' && part[figures] != '\0')) {
            return false;
        }
        part += figures;
        if (*part == '.') {
            part++;
            if (*part == '\0') {
                return false;
            }
        }
    }
    return part[-1] != ' ';
}

static void test_reason_rfcs_name_a_section(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s: %s", row->name, row->rfc);
        CHECK(is_rfc(row->rfc));
    }
    CHECK(!is_rfc("RFC 9110"));
    CHECK(!is_rfc("RFC 9110 "));
    CHECK(!is_rfc("RFC 9110 7."));
    CHECK(!is_rfc("9110 7.8"));
}

/* The statuses of [contract 9]. */
static void test_reason_statuses_are_known(void)
{
    static const int known[] = {100, 101, 400, 403, 404, 405, 408, 413, 414,
                                417, 421, 426, 431, 500, 501, 503, 505};
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        bool found = row->status == 0 && i == U101_REFUSED;
        for (size_t j = 0; j < COUNT(known); j++) {
            found = found || row->status == known[j];
        }
        check_case("%s", row->name);
        CHECK(found);
    }
}

/* A PASS has the status that it gets if an upgrade is required. */
static int required_status(u101_reason reason)
{
    switch (reason) {
    case U101_PATH_NOT_OFFERED:
        return 404;
    case U101_METHOD_NOT_ALLOWED:
    case U101_WS_METHOD:
        return 405;
    case U101_BODY_NOT_ALLOWED:
    case U101_WS_BODY:
        return 400;
    default:
        return 426;
    }
}

static void test_reason_passes_are_426_if_required_but_for_five(void)
{
    size_t passes = 0;
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s", row->name);
        if (u101_reason_is_pass((u101_reason)i)) {
            CHECK_INT(row->status, required_status((u101_reason)i));
            passes++;
        }
    }
    CHECK_SIZE(passes, 19);
    CHECK(u101_reason_is_pass(U101_NO_UPGRADE));
    CHECK(u101_reason_is_pass(U101_TLS_BODY));
    CHECK(!u101_reason_is_pass(U101_REFUSED));
    CHECK(!u101_reason_is_pass(U101_TLS_CLIENT_HELLO));
    CHECK(!u101_reason_is_pass(U101_UPGRADE_REQUIRED));
}

/* Four digits, so that none is taken for a status. */
static void test_reason_codes_have_four_digits(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s", row->name);
        CHECK(row->code >= 1000 && row->code <= 9999);
    }
}

int main(void)
{
    CHECK_RUN(test_reason_names_and_codes_are_unique);
    CHECK_RUN(test_reason_rows_are_in_the_order_of_the_enum);
    CHECK_RUN(test_reason_codes_rise);
    CHECK_RUN(test_reason_names_are_upper_case);
    CHECK_RUN(test_reason_texts_are_sentences_without_full_stop);
    CHECK_RUN(test_reason_rfcs_name_a_section);
    CHECK_RUN(test_reason_statuses_are_known);
    CHECK_RUN(test_reason_passes_are_426_if_required_but_for_five);
    CHECK_RUN(test_reason_codes_have_four_digits);
    return check_finish();
}
