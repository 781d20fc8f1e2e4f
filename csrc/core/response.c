/*
 * Reads the head of a response [RFC 9112 4-6], resumably, and says what follows it.
 *
 * In: the bytes since the first one of a status line, each time more of them.  Out:
 * the head as offsets and how its body ends, or the first defect in byte order.
 *
 * Always: the work is linear in the bytes, and the verdict is the same however they
 * are cut.  No byte past a limit is looked at.
 *
 * It reads no body, and does not know whether a response is due.
 */
#include "chars.h"
#include "field_lines.h"
#include "fields.h"
#include "framing.h"
#include "scan.h"
#include "slice.h"

enum {
    AT_STATUS_LINE, /* u101_field_lines_init sets it, as 0 */
    AT_PHRASE,
    AT_PHRASE_LF,
};

/* What a status line begins with; a digit stands for any. */
static const char pattern[] = "HTTP/0.0 000 ";

enum {
    MAJOR_AT = 5,
    MINOR_AT = 7,
    STATUS_AT = 9,
    PHRASE_AT = sizeof(pattern) - 1,
};

void u101_response_init(u101_response *response, u101_slice method)
{
    *response = (u101_response){
        .to_head = u101_equal(method, U101_TEXT("HEAD")),
        .to_connect = u101_equal(method, U101_TEXT("CONNECT")),
    };
    u101_field_lines_init(&response->head);
}

void u101_response_next(u101_response *response)
{
    u101_field_lines_init(&response->head);
}

static u101_read_result fail(u101_reason *reason, u101_reason found)
{
    *reason = found;
    return U101_READ_DEFECT;
}

/* What is wrong with the byte at `place` of the pattern. */
static u101_reason check_start(const u101_cursor *c, uint32_t place)
{
    const char byte = *c->at;

    if (pattern[place] == '0' ? !u101_is_digit(byte) : byte != pattern[place]) {
        return U101_BAD_VERSION;
    }
    if (place == MINOR_AT && (c->begin[MAJOR_AT] != '1' || (byte != '0' && byte != '1'))) {
        return U101_UNSUPPORTED_VERSION;
    }
    /* A status is 100 to 599 [RFC 9110 15]. */
    return place == STATUS_AT && (byte < '1' || byte > '5') ? U101_BAD_VERSION : U101_SOUND;
}

/* HTTP-version SP status-code SP, without which there is no phrase, not even an empty
 * one [RFC 9112 4]. */
static u101_reason read_start(u101_response *response, u101_cursor *c)
{
    for (; c->at < c->end; c->at++) {
        const uint32_t place = u101_cursor_offset(c);
        if (place == PHRASE_AT) {
            u101_cursor_enter(c, &response->head, AT_PHRASE);
            return U101_SOUND;
        }
        const u101_reason found = check_start(c, place);
        if (found != U101_SOUND) {
            return found;
        }
        if (place == MINOR_AT) {
            response->head.minor = *c->at;
        } else if (place == STATUS_AT) {
            response->status = *c->at - '0';
        } else if (place > STATUS_AT && place < PHRASE_AT - 1) {
            response->status = response->status * 10 + (*c->at - '0');
        }
    }
    return U101_SOUND;
}

/* status-line CRLF [RFC 9112 4] */
static u101_read_result read_status_line(u101_response *response, u101_cursor *c,
                                         u101_reason *reason)
{
    u101_head *const head = &response->head;

    if (head->state == AT_STATUS_LINE) {
        const u101_reason found = read_start(response, c);
        if (found != U101_SOUND) {
            return fail(reason, found);
        }
    }
    if (head->state == AT_PHRASE) {
        c->at = u101_scan(c->at, c->end, U101_VALUE);
        if (c->at == c->end) {
            return U101_READ_MORE;
        }
        if (*c->at != '\r') {
            return fail(reason, *c->at == '\n' ? U101_BARE_LF : U101_BAD_VERSION);
        }
        response->phrase = u101_cursor_element(c, head);
        c->at++;
        head->state = AT_PHRASE_LF;
    }
    if (head->state == AT_PHRASE_LF && c->at < c->end) {
        if (*c->at != '\n') {
            return fail(reason, U101_BARE_CR);
        }
        c->at++;
        u101_cursor_enter(c, head, U101_AT_LINE);
        head->fields = head->mark;
    }
    return U101_READ_MORE;
}

/* Whether the version and Connection let the connection go on after the response
 * [RFC 9112 9.3].  A value that is no list of tokens may have been meant to end it. */
static bool read_keeps_alive(const u101_head *head, const char *bytes)
{
    u101_list options = u101_fields_list(bytes, head, U101_FIELD_CONNECTION);
    u101_slice option;
    bool keeps_alive = head->minor == '1';

    while (u101_fields_next_element(&options, &option)) {
        if (!u101_is_token(option) || u101_equal_nocase(option, U101_TEXT("close"))) {
            return false;
        }
        keeps_alive = keeps_alive || u101_equal_nocase(option, U101_TEXT("keep-alive"));
    }
    return keeps_alive;
}

static bool is_switch(const u101_response *response)
{
    return response->status == 101 || (response->to_connect && response->status / 100 == 2);
}

/* What follows a final head that has been read [RFC 9112 6.3].  If no body can follow,
 * the fields are not looked at. */
static u101_reason read_framing(u101_response *response, const char *bytes)
{
    u101_framing framing = U101_FRAMING_NONE;
    u101_reason found = U101_SOUND;

    if (!response->to_head && response->status != 204 && response->status != 304) {
        found = u101_framing_read(&response->head, bytes, &framing, &response->length);
        framing = framing == U101_FRAMING_NONE ? U101_FRAMING_CLOSE : framing;
    }
    response->framing = (uint8_t)framing;
    response->keeps_alive =
        framing != U101_FRAMING_CLOSE && read_keeps_alive(&response->head, bytes);
    return found;
}

/* What a complete head means for the reading. */
static u101_response_result finish(u101_response *response, const char *bytes, u101_reason *reason)
{
    response->framing = U101_FRAMING_NONE;
    response->length = 0;
    response->keeps_alive = false;
    if (is_switch(response)) {
        return U101_RESPONSE_SWITCH;
    }
    if (response->status < 200) {
        response->keeps_alive = true; /* the final one follows [RFC 9110 15.2] */
        return U101_RESPONSE_INTERIM;
    }
    const u101_reason found = read_framing(response, bytes);
    if (found != U101_SOUND) {
        *reason = found;
        return U101_RESPONSE_DEFECT;
    }
    return U101_RESPONSE_FINAL;
}

u101_response_result u101_response_read(const u101_limits *limits, u101_response *response,
                                        u101_slice received, u101_reason *reason)
{
    u101_head *const head = &response->head;
    const bool more_than_allowed = received.size > limits->head;
    u101_cursor c = {received.at, received.at + head->next,
                     received.at + (more_than_allowed ? limits->head : received.size)};
    u101_read_result result = U101_READ_MORE;

    if (head->state < U101_AT_LINE) {
        result = read_status_line(response, &c, reason);
    }
    if (result == U101_READ_MORE && head->state >= U101_AT_LINE) {
        result = u101_field_lines_read(limits, head, &c, reason);
    }
    head->next = u101_cursor_offset(&c);
    if (result == U101_READ_DONE) {
        return finish(response, received.at, reason);
    }
    /* A byte past the limit is a defect before it is looked at [RFC 6585 5]. */
    if (result == U101_READ_MORE && more_than_allowed) {
        result = fail(reason, U101_HEAD_TOO_LARGE);
    }
    return result == U101_READ_DEFECT ? U101_RESPONSE_DEFECT : U101_RESPONSE_MORE;
}
