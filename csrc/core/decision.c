/*
 * What a decision says, written out [RFC 9110 15, RFC 9112 4].
 *
 * In: a decision, the request and what the caller adds.  Out: the bytes of its
 * response, and its parts by themselves.
 * Always: no byte of the request is in a response, except a subprotocol or an extension
 * parameter that was negotiated.
 */
#include "fields.h"
#include "forward.h"
#include "lexemes.h"
#include "negotiator.h"
#include "refusal.h"
#include "switching.h"

void u101_decision_refuse(u101_decision *decision, u101_reason reason)
{
    decision->action = U101_ACTION_REJECT;
    decision->reason = reason;
    decision->status = u101_reason_row_of(reason)->status;
    /* Only a defect of the bytes has a place, and whoever finds one sets it [contract 1]. */
    decision->offset = U101_NO_OFFSET;
}

size_t u101_decision_write_response(const u101_negotiator *negotiator,
                                    const u101_decision *decision, const char *received,
                                    const u101_answer *answer, int64_t now, char *out,
                                    size_t capacity)
{
    if (decision->action == U101_ACTION_SWITCH && !decision->preface) {
        return u101_switching_write(negotiator, decision, received, answer, out, capacity);
    }
    u101_writer writer = u101_writer_of(out, capacity);

    switch (decision->action) {
    case U101_ACTION_CONTINUE:
        u101_switching_write_continue(&writer);
        break;
    case U101_ACTION_REJECT:
        u101_refusal_write(&writer, negotiator, decision, answer, now);
        break;
    case U101_ACTION_SWITCH:
    case U101_ACTION_PASS:
        break;
    }
    return writer.size;
}

u101_response_parts u101_decision_response_parts(const u101_decision *decision, u101_slice response)
{
    const bool after_continue =
        decision->action == U101_ACTION_SWITCH && decision->expects_continue;
    u101_response_parts parts = {.begin = 0};
    u101_field field;

    if (response.size == 0) {
        return parts;
    }
    parts.begin = after_continue ? U101_CONTINUE_SIZE : 0;
    const char *const line = response.at + parts.begin;
    const char *const end = memchr(line, '\n', response.size - parts.begin);
    parts.fields = (size_t)(end + 1 - response.at);
    parts.content = parts.fields;
    while (response.at[parts.content] != '\r' &&
           u101_fields_next(response.at, response.size, &parts.content, &field)) {
        /* Goes on to the blank line. */
    }
    parts.content += 2;
    return parts;
}

size_t u101_decision_write_protocol(const u101_negotiator *negotiator,
                                    const u101_decision *decision, char *out, size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->action == U101_ACTION_SWITCH) {
        u101_switching_write_protocol(&writer, negotiator, decision);
    }
    return writer.size;
}

size_t u101_decision_write_extensions(const u101_decision *decision, const u101_answer *answer,
                                      char *out, size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->action == U101_ACTION_SWITCH) {
        u101_switching_write_extensions(&writer, decision, answer);
    }
    return writer.size;
}

size_t u101_decision_write_forward(const u101_negotiator *negotiator, const u101_decision *decision,
                                   const char *received, char *out, size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->action == U101_ACTION_PASS) {
        u101_forward_write(&writer, negotiator, decision, received);
    }
    return writer.size;
}

void u101_decision_copy_content(const u101_decision *decision, const char *received, char *out)
{
    const u101_body_limits unbounded = {UINT64_MAX, SIZE_MAX, SIZE_MAX};
    u101_slice input = {received + decision->head_size,
                        decision->request_size - decision->head_size};
    u101_body body;
    u101_slice data;
    u101_reason reason;

    u101_body_init(&body, (u101_framing)decision->framing, decision->length, &unbounded);
    while (u101_body_read(&body, &input, &data, &reason) == U101_BODY_DATA) {
        memcpy(out, data.at, data.size);
        out += data.size;
    }
}
