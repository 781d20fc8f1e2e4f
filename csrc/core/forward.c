/*
 * Writes the head that goes on; forward.h says what holds.
 */
#include "forward.h"

#include "fields.h"
#include "framing.h"
#include "negotiator.h"
#include "offers.h"

/* Whether one of the elements of a line of Upgrade names an offer, at whatever path. */
static bool names_offer(const u101_negotiator *negotiator, u101_slice line)
{
    u101_list list = {.rest = line};
    u101_slice element;

    while (u101_fields_next_element(&list, &element)) {
        u101_upgrade upgrade;
        if (!u101_offers_read_element(element, &upgrade)) {
            continue;
        }
        for (size_t i = 0; i < negotiator->offer_count; i++) {
            if (u101_offers_match(&negotiator->offers[i].offer, &upgrade)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the fields that ask for an upgrade are left out.  A server after us must not
 * decide again what was decided here, and some servers lose the body of a request that
 * has an Upgrade. */
static bool is_left_out(const u101_negotiator *negotiator, const u101_decision *decision,
                        const char *received)
{
    const bool body = u101_framing_has_body(decision);
    size_t cursor = decision->fields;
    u101_field field;

    while (u101_fields_next(received, decision->head_size, &cursor, &field)) {
        if (u101_fields_kind(field.name) == U101_FIELD_UPGRADE &&
            (body ||
             (decision->reason != U101_PATH_NOT_OFFERED && names_offer(negotiator, field.value)))) {
            return true;
        }
    }
    return false;
}

static bool is_option_of_upgrade(u101_slice option)
{
    return u101_equal_nocase(option, U101_TEXT("upgrade")) ||
           u101_equal_nocase(option, U101_TEXT("HTTP2-Settings"));
}

/* A line of Connection without these options [RFC 9110 7.6.1].  A line without them
 * stays as it is.  A line that becomes empty is left out. */
static void write_connection(u101_writer *writer, u101_slice line, const u101_field *field)
{
    u101_list list = {.rest = field->value};
    u101_slice option;
    bool touched = false;
    bool first = true;

    while (u101_fields_next_element(&list, &option)) {
        touched = touched || is_option_of_upgrade(option);
    }
    if (!touched) {
        u101_write(writer, line);
        return;
    }
    list = (u101_list){.rest = field->value};
    while (u101_fields_next_element(&list, &option)) {
        if (!is_option_of_upgrade(option)) {
            u101_write(writer, first ? field->name : U101_TEXT(""));
            u101_write(writer, first ? U101_TEXT(": ") : U101_TEXT(", "));
            u101_write(writer, option);
            first = false;
        }
    }
    u101_write(writer, first ? U101_TEXT("") : U101_TEXT("\r\n"));
}

void u101_forward_write(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision, const char *received)
{
    size_t cursor = decision->fields;
    size_t begin = cursor;
    u101_field field;

    if (!is_left_out(negotiator, decision, received)) {
        u101_write(writer, (u101_slice){received, decision->head_size});
        return;
    }
    u101_write(writer, (u101_slice){received, decision->fields});
    while (u101_fields_next(received, decision->head_size, &cursor, &field)) {
        const u101_slice line = u101_slice_between(received + begin, received + cursor);
        const u101_field_kind kind = u101_fields_kind(field.name);
        if (kind == U101_FIELD_CONNECTION) {
            write_connection(writer, line, &field);
        } else if (kind != U101_FIELD_UPGRADE && kind != U101_FIELD_HTTP2_SETTINGS) {
            u101_write(writer, line);
        }
        begin = cursor;
    }
    u101_write(writer, U101_TEXT("\r\n"));
}
