/*
 * The settings and the checks of an upgrade to h2c, in pairs one byte apart.
 */
#include "h2c.h"

#include <string.h>

#include "guard.h"
#include "harness.h"
#include "sample.h"

typedef struct {
    const char *value;
    int count; /* -1: refused */
    u101_setting settings[3];
    const char *why;
} settings_row;

/* Made with Python's struct and base64. */
static const settings_row settings_rows[] = {
    {"", 0, {{0}}, "no settings"},
    {"AAMAAABkAAQAAP__", 2, {{3, 100}, {4, 65535}}, "the example of nghttp"},
    {"AAMAAABkAAQAAP_", -1, {{0}}, "a character less"},
    {"AAMAAABkAAQAAP__A", -1, {{0}}, "a character more"},
    {"AAMAAABkAAQAAP__AAAA", -1, {{0}}, "three bytes more"},
    {"AAMAAABkAAQAAP//", -1, {{0}}, "the other alphabet [RFC 7540 3.2.1]"},
    {"AAMAAABk", 1, {{3, 100}}, "one setting"},
    {"AAMAAABk=", -1, {{0}}, "padding"},
    {"AAMAAABk AAQAAP__", -1, {{0}}, "white space"},
    {"AAIAAAAA", 1, {{2, 0}}, "ENABLE_PUSH 0"},
    {"AAIAAAAB", 1, {{2, 1}}, "ENABLE_PUSH 1"},
    {"AAIAAAAC", -1, {{0}}, "ENABLE_PUSH 2"},
    {"AAR_____", 1, {{4, 0x7fffffff}}, "INITIAL_WINDOW_SIZE 2^31-1"},
    {"AASAAAAA", -1, {{0}}, "INITIAL_WINDOW_SIZE 2^31"},
    {"AAUAAEAA", 1, {{5, 0x4000}}, "MAX_FRAME_SIZE 2^14"},
    {"AAUAAD__", -1, {{0}}, "MAX_FRAME_SIZE 2^14-1"},
    {"AAUA____", 1, {{5, 0xffffff}}, "MAX_FRAME_SIZE 2^24-1"},
    {"AAUBAAAA", -1, {{0}}, "MAX_FRAME_SIZE 2^24"},
    {"________", 1, {{0xffff, 0xffffffff}}, "an unknown one is kept"},
    {"AAAAAAAA", 1, {{0, 0}}, "identifier 0"},
    {"AAMAAAABAAMAAAAC", 2, {{3, 1}, {3, 2}}, "the same twice, in order"},
    {"AAMAAAABAAIAAAAC", -1, {{0}}, "a bad one after a good one"},
};

static void test_h2c_settings_are_read_or_refused(void)
{
    for (size_t i = 0; i < COUNT(settings_rows); i++) {
        const settings_row *row = &settings_rows[i];
        u101_setting settings[U101_MAX_SETTINGS];
        check_case("%s", row->why);
        const int count = u101_h2c_read_settings(guard_text(row->value), settings);
        if (CHECK_INT(count, row->count)) {
            for (int j = 0; j < count; j++) {
                CHECK_INT(settings[j].identifier, row->settings[j].identifier);
                CHECK_INT(settings[j].value, row->settings[j].value);
            }
        }
    }
}

static void test_h2c_settings_of_sixty_four_are_read_and_one_more_refused(void)
{
    enum { CHARACTERS = 8 }; /* of one setting */
    char value[65 * CHARACTERS];
    u101_setting settings[U101_MAX_SETTINGS];
    for (size_t i = 0; i < sizeof(value); i += CHARACTERS) {
        memcpy(value + i, "AAMAAABk", CHARACTERS);
    }
    const u101_slice most = {value, (size_t)U101_MAX_SETTINGS * CHARACTERS};
    CHECK_INT(u101_h2c_read_settings(guard_slice(most), settings), U101_MAX_SETTINGS);
    CHECK_INT(settings[U101_MAX_SETTINGS - 1].value, 100);
    CHECK_INT(u101_h2c_read_settings(guard_slice((u101_slice){value, sizeof(value)}), settings),
              -1);
    CHECK_INT(u101_h2c_read_settings(guard_slice((u101_slice){value, most.size + 1}), settings),
              -1);
    CHECK_INT(u101_h2c_read_settings((u101_slice){NULL, 0}, settings), 0);
}

typedef struct {
    const char *head;
    u101_reason reason;
    const char *why;
} h2c_row;

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define SETTINGS "HTTP2-Settings: AAMAAABk\r\n"

static const h2c_row h2c_rows[] = {
    {GET SETTINGS "\r\n", U101_SOUND, "a request"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n" SETTINGS "\r\n", U101_SOUND, "any method"},
    {GET "HTTP2-Settings:\r\n\r\n", U101_SOUND, "empty settings"},
    {GET SETTINGS "Content-Length: 0\r\n\r\n", U101_SOUND, "a body of no bytes"},
    {GET SETTINGS "Content-Length: 1\r\n\r\n", U101_H2C_BODY, "a body of one byte"},
    {GET SETTINGS "Transfer-Encoding: chunked\r\n\r\n", U101_H2C_BODY, "a chunked body"},
    {GET "\r\n", U101_H2C_SETTINGS_MISSING, "no settings"},
    {GET SETTINGS SETTINGS "\r\n", U101_H2C_SETTINGS_DUPLICATE, "settings twice"},
    {GET "HTTP2-Settings: AAMAAAB\r\n\r\n", U101_H2C_SETTINGS_INVALID, "a character less"},
    {GET "Content-Length: 1\r\n\r\n", U101_H2C_BODY, "the body before the settings"},
};

static u101_reason check_head(const char *head, bool secure, bool named, sample *made)
{
    const u101_offer offer = {.kind = U101_OFFER_H2C, .as.h2c = {.upgrade = true}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    sample_read(made, negotiator, NULL, head);
    made->context.secure = secure;
    made->context.names_settings = named;
    const u101_reason reason = u101_h2c_check(&made->context);
    u101_negotiator_free(negotiator);
    return reason;
}

static void test_h2c_request_is_sound_or_passed(void)
{
    for (size_t i = 0; i < COUNT(h2c_rows); i++) {
        sample made;
        check_case("%s", h2c_rows[i].why);
        CHECK_REASON(check_head(h2c_rows[i].head, false, true, &made), h2c_rows[i].reason);
    }
}

static void test_h2c_over_tls_is_passed_before_all_else(void)
{
    sample made;
    CHECK_REASON(check_head(GET SETTINGS "\r\n", true, true, &made), U101_H2C_OVER_TLS);
    CHECK_REASON(check_head(GET "Content-Length: 1\r\n\r\n", true, true, &made), U101_H2C_OVER_TLS);
}

static void test_h2c_settings_not_named_by_connection_are_passed(void)
{
    sample made;
    CHECK_REASON(check_head(GET SETTINGS "\r\n", false, false, &made),
                 U101_H2C_SETTINGS_NOT_HOP_BY_HOP);
    CHECK_REASON(check_head(GET "HTTP2-Settings: x\r\n\r\n", false, false, &made),
                 U101_H2C_SETTINGS_NOT_HOP_BY_HOP);
}

static void test_h2c_settings_are_in_the_decision_on_a_switch_only(void)
{
    sample made;
    (void)check_head(GET SETTINGS "\r\n", false, true, &made);
    CHECK(made.decision.settings_present);
    CHECK_TEXT(u101_slice_at(made.context.bytes, made.decision.settings), "AAMAAABk");
    (void)check_head(GET "HTTP2-Settings: x\r\n\r\n", false, true, &made);
    CHECK(!made.decision.settings_present);
    CHECK_INT(made.decision.settings.size, 0);
}

int main(void)
{
    CHECK_RUN(test_h2c_settings_are_read_or_refused);
    CHECK_RUN(test_h2c_settings_of_sixty_four_are_read_and_one_more_refused);
    CHECK_RUN(test_h2c_request_is_sound_or_passed);
    CHECK_RUN(test_h2c_over_tls_is_passed_before_all_else);
    CHECK_RUN(test_h2c_settings_not_named_by_connection_are_passed);
    CHECK_RUN(test_h2c_settings_are_in_the_decision_on_a_switch_only);
    return check_finish();
}
