/*
 * Reads framing; framing.h says what holds.
 */
#include "framing.h"

#include "fields.h"
#include "lexemes.h"

/* 1*DIGIT, at most 19 of them, up to 2^63-1 [RFC 9110 8.6] */
static bool read_length(u101_slice value, uint64_t *length)
{
    uint64_t number = 0;

    if (value.size == 0 || value.size > 19) {
        return false;
    }
    for (size_t i = 0; i < value.size; i++) {
        if (!u101_is_digit(value.at[i])) {
            return false;
        }
        number = number * 10 + (uint64_t)(value.at[i] - '0');
    }
    *length = number;
    return number <= INT64_MAX;
}

/* transfer-coding = token *( OWS ";" OWS token BWS "=" BWS ( token / quoted-string ) )
 * [RFC 9112 7].  False: something else. */
static bool scan_coding(u101_slice *rest, u101_slice *name, bool *parameters)
{
    u101_slice part;

    u101_skip_ows(rest);
    if (!u101_scan_token(rest, name)) {
        return false;
    }
    u101_skip_ows(rest);
    *parameters = false;
    while (u101_skip_byte(rest, ';')) {
        *parameters = true;
        u101_skip_ows(rest);
        if (!u101_scan_token(rest, &part)) {
            return false;
        }
        u101_skip_ows(rest);
        if (!u101_skip_byte(rest, '=')) {
            return false;
        }
        u101_skip_ows(rest);
        if (!(u101_skip_byte(rest, '"') ? u101_scan_quoted(rest, &part)
                                        : u101_scan_token(rest, &part))) {
            return false;
        }
        u101_skip_ows(rest);
    }
    return true;
}

/* The codings of the only line.  An empty element is a defect here: requests are
 * smuggled by lists that readers divide in different ways [RFC 9112 6.3, 11.2]. */
static u101_reason check_codings(u101_slice line)
{
    u101_slice name;
    bool parameters = false;
    bool chunked = false; /* whether the coding before is chunked */
    size_t count = 0;

    if (u101_equal_nocase(line, U101_TEXT("chunked"))) {
        return U101_SOUND;
    }
    do {
        if (chunked || !scan_coding(&line, &name, &parameters)) {
            return U101_TRANSFER_ENCODING_INVALID;
        }
        chunked = u101_equal_nocase(name, U101_TEXT("chunked"));
        count++;
    } while (u101_skip_byte(&line, ','));
    if (line.size > 0 || !chunked || parameters) {
        return U101_TRANSFER_ENCODING_INVALID;
    }
    return count > 1 ? U101_TRANSFER_ENCODING_UNSUPPORTED : U101_SOUND;
}

u101_reason u101_framing_read(const u101_head *head, const char *bytes, u101_framing *framing,
                              uint64_t *length)
{
    const uint32_t codings = head->lines[U101_FIELD_TRANSFER_ENCODING];
    const uint32_t lengths = head->lines[U101_FIELD_CONTENT_LENGTH];

    *framing = U101_FRAMING_NONE;
    *length = 0;
    if (codings > 0) {
        if (lengths > 0 || head->minor == '0') {
            return U101_FRAMING_CONFLICT;
        }
        *framing = U101_FRAMING_CHUNKED;
        return codings > 1 ? U101_TRANSFER_ENCODING_INVALID
                           : check_codings(u101_fields_known_value(bytes, head,
                                                                   U101_FIELD_TRANSFER_ENCODING));
    }
    if (lengths > 0) {
        *framing = U101_FRAMING_LENGTH;
        if (lengths > 1 ||
            !read_length(u101_fields_known_value(bytes, head, U101_FIELD_CONTENT_LENGTH), length)) {
            return U101_CONTENT_LENGTH_INVALID;
        }
    }
    return U101_SOUND;
}
