/*
 * Checks an upgrade to h2c; h2c.h says what holds.
 */
#include "h2c.h"

#include "base64.h"

#define SETTING_SIZE ((size_t)6)
#define MAX_TEXT (U101_MAX_SETTINGS * SETTING_SIZE / 3 * 4)

enum { ENABLE_PUSH = 2, INITIAL_WINDOW_SIZE = 4, MAX_FRAME_SIZE = 5 };

/* [RFC 9113 6.5.2]; an unknown identifier is sound. */
static bool is_sound(const u101_setting *setting)
{
    switch (setting->identifier) {
    case ENABLE_PUSH:
        return setting->value <= 1;
    case INITIAL_WINDOW_SIZE:
        return setting->value <= 0x7fffffff;
    case MAX_FRAME_SIZE:
        return setting->value >= 0x4000 && setting->value <= 0xffffff;
    default:
        return true;
    }
}

int u101_h2c_read_settings(u101_slice value, u101_setting settings[U101_MAX_SETTINGS])
{
    unsigned char bytes[MAX_TEXT / 4 * 3 + 2];

    if (value.size > MAX_TEXT) {
        return -1;
    }
    const ptrdiff_t decoded = u101_base64_decode_url(value, bytes);
    if (decoded < 0 || (size_t)decoded % SETTING_SIZE != 0) {
        return -1;
    }
    const size_t count = (size_t)decoded / SETTING_SIZE;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *const at = bytes + i * SETTING_SIZE;
        settings[i].identifier = (uint16_t)(at[0] << 8 | at[1]);
        settings[i].value =
            (uint32_t)at[2] << 24 | (uint32_t)at[3] << 16 | (uint32_t)at[4] << 8 | at[5];
        if (!is_sound(&settings[i])) {
            return -1;
        }
    }
    return (int)count;
}

u101_reason u101_h2c_check(const u101_context *context)
{
    const u101_slice value = u101_first_line(context, U101_FIELD_HTTP2_SETTINGS);
    const uint32_t lines = u101_lines_in(context, U101_FIELD_HTTP2_SETTINGS);
    u101_setting settings[U101_MAX_SETTINGS];

    if (context->secure) {
        return U101_H2C_OVER_TLS;
    }
    if (u101_has_body(context)) {
        return U101_H2C_BODY;
    }
    if (lines != 1) {
        return lines == 0 ? U101_H2C_SETTINGS_MISSING : U101_H2C_SETTINGS_DUPLICATE;
    }
    /* If it is not listed, some hop has forwarded the fields blindly [RFC 7540 3.2.1]. */
    if (!context->names_settings) {
        return U101_H2C_SETTINGS_NOT_HOP_BY_HOP;
    }
    if (u101_h2c_read_settings(value, settings) < 0) {
        return U101_H2C_SETTINGS_INVALID;
    }
    context->decision->settings = u101_span_in(context->bytes, value);
    context->decision->settings_present = true;
    return U101_SOUND;
}
