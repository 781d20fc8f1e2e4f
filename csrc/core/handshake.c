/*
 * The way of one request from its first byte to its decision.
 *
 * In: what has been received, or a completed head.  Out: a decision.
 * Always: the order is that of the contract: syntax, meaning, choice, body.
 */
#include "handshake.h"

#include "choose.h"
#include "framing.h"
#include "head.h"
#include "host.h"
#include "negotiator.h"
#include "reason.h"
#include "target.h"

/* Bytes of a chunked body that u101_handshake_wanted asks for at once.  So a caller
 * that gathers bytes gathers no long tail for nothing. */
#define STEP ((size_t)65536)

void u101_handshake_init(u101_handshake *handshake, bool first)
{
    u101_field_lines_init(&handshake->head);
    handshake->head.later = !first;
    handshake->body_awaited = false;
}

/* A decision of which only the head is known, as far as it was read.  Each member by
 * itself: u101_field_lines_init says why. */
static void begin(const u101_head *head, bool secure, u101_decision *decision)
{
    decision->offer = U101_NO_OFFER;
    decision->kind = U101_OFFER_WEBSOCKET;
    decision->status = 0;
    decision->head_size = 0;
    decision->request_size = 0;
    decision->offset = U101_NO_OFFSET;
    decision->method = head->method;
    decision->target = head->target;
    decision->fields = head->fields;
    decision->form = head->form;
    decision->minor = head->minor;
    decision->is_head = head->is_head;
    decision->secure = secure;
    decision->tls_minor = '0';
    decision->preface = false;
    decision->framing = U101_FRAMING_NONE;
    decision->expects_continue = false;
    decision->deflate_agreed = false;
    decision->extensions_replaced = false;
    decision->settings_present = false;
    decision->length = 0;
    decision->content_size = 0;
    decision->subprotocol = (u101_span){0, 0};
    decision->settings = (u101_span){0, 0};
}

void u101_handshake_refuse(const u101_handshake *handshake, u101_reason reason, bool secure,
                           u101_decision *decision)
{
    if (handshake->body_awaited) {
        *decision = handshake->awaiting;
    } else {
        begin(&handshake->head, secure, decision);
    }
    u101_decision_refuse(decision, reason);
}

/* Sets action and status from the reason that the choice came to. */
static void conclude(const u101_negotiator *negotiator, u101_decision *decision, u101_reason reason)
{
    if (reason == U101_SOUND) {
        decision->action = U101_ACTION_SWITCH;
        decision->reason = U101_SWITCHED;
        decision->status = 101;
    } else if (u101_reason_is_pass(reason) && !negotiator->required) {
        decision->action = U101_ACTION_PASS;
        decision->reason = reason;
    } else {
        u101_decision_refuse(decision, reason);
    }
}

/* What the head means before any upgrade is looked at [contract 2]. */
static u101_reason check_meaning(u101_context *context)
{
    u101_decision *const decision = context->decision;
    u101_framing framing = U101_FRAMING_NONE;
    const u101_reason reason = u101_host_check(context);

    if (reason != U101_SOUND) {
        return reason;
    }
    const u101_reason found =
        u101_framing_read(context->head, context->bytes, &framing, &decision->length);
    decision->framing = (uint8_t)framing;
    return found;
}

void u101_handshake_decide_head(u101_context *context)
{
    const u101_head *const head = context->head;
    u101_decision *const decision = context->decision;

    begin(head, context->secure, decision);
    decision->head_size = head->next;
    decision->request_size = head->next;
    u101_reason reason = check_meaning(context);
    if (reason == U101_SOUND) {
        reason = u101_choose(context);
    }
    conclude(context->negotiator, decision, reason);
}

/* HTTP/2 with prior knowledge, in the clear or after ALPN [RFC 9113 3.3]. */
static void decide_preface(const u101_negotiator *negotiator, const u101_head *head,
                           u101_decision *decision)
{
    decision->preface = true;
    decision->method = (u101_span){0, 3};
    decision->target = (u101_span){4, 1};
    decision->form = U101_FORM_ASTERISK;
    decision->minor = '0';
    decision->fields = U101_PREFACE_HEAD_SIZE - 2; /* the blank line */
    if (negotiator->prior_knowledge == U101_NO_OFFER || head->later) {
        u101_decision_refuse(decision, U101_HTTP2_PREFACE);
        decision->offset = U101_PREFACE_SIZE - 1;
        return;
    }
    decision->action = U101_ACTION_SWITCH;
    decision->reason = U101_HTTP2_PRIOR_KNOWLEDGE;
    decision->offer = negotiator->prior_knowledge;
    decision->kind = U101_OFFER_H2C;
}

/* Begins to read the body, which is read whole before the switch [contract 3.8]. */
static void expect_body(const u101_negotiator *negotiator, u101_handshake *handshake,
                        const u101_decision *decision)
{
    const u101_body_limits limits = {.size = negotiator->limits.body,
                                     .overhead = negotiator->limits.head,
                                     .fields = negotiator->limits.fields};

    u101_body_init(&handshake->body, (u101_framing)decision->framing, decision->length, &limits);
    handshake->awaiting = *decision;
    handshake->body_awaited = true;
}

/* Reads on in the body.  True: it has ended, or has a defect. */
static bool read_body(u101_handshake *handshake, u101_slice received, u101_decision *decision)
{
    u101_body *const body = &handshake->body;
    const size_t begin = handshake->awaiting.head_size;
    const size_t at = begin + (size_t)body->read;
    u101_slice input = {received.at + at, received.size - at};
    u101_body_result result = U101_BODY_DATA;
    u101_slice data;
    u101_reason reason;

    while (result == U101_BODY_DATA) {
        result = u101_body_read(body, &input, &data, &reason);
    }
    if (result == U101_BODY_MORE) {
        return false;
    }
    *decision = handshake->awaiting;
    decision->request_size = begin + (size_t)body->read;
    decision->content_size = (size_t)body->decoded;
    if (result == U101_BODY_DEFECT) {
        u101_decision_refuse(decision, reason);
        decision->offset = decision->request_size;
    }
    return true;
}

static bool await_body(u101_handshake *handshake, u101_slice received, u101_decision *decision)
{
    u101_decision *const awaiting = &handshake->awaiting;

    if (read_body(handshake, received, decision)) {
        return true;
    }
    if (awaiting->expects_continue && received.size == awaiting->head_size) {
        awaiting->expects_continue = false;
        *decision = *awaiting;
        decision->action = U101_ACTION_CONTINUE;
        decision->reason = U101_BODY_AWAITED;
        decision->status = 100;
        return true;
    }
    return false;
}

bool u101_handshake_decide(const u101_negotiator *negotiator, u101_handshake *handshake,
                           u101_slice received, bool secure, u101_hasher *hasher,
                           u101_decision *decision)
{
    u101_head *const head = &handshake->head;
    u101_reason reason;

    if (received.size == 0) {
        return false;
    }
    if (handshake->body_awaited) {
        return await_body(handshake, received, decision);
    }
    const u101_read_result result = u101_head_read(&negotiator->limits, head, received, &reason);
    if (result == U101_READ_MORE) {
        return false;
    }
    if (result != U101_READ_DONE) {
        begin(head, secure, decision);
        if (result == U101_READ_PREFACE) {
            decide_preface(negotiator, head, decision);
        } else {
            u101_decision_refuse(decision, reason);
            decision->offset = head->next;
        }
        return true;
    }
    u101_context context = u101_context_of(negotiator, head, received.at, secure, hasher, decision);
    context.leftover = received.size > head->next;
    u101_handshake_decide_head(&context);
    if (decision->action != U101_ACTION_SWITCH || !u101_has_body(&context)) {
        return true;
    }
    expect_body(negotiator, handshake, decision);
    return await_body(handshake, received, decision);
}

size_t u101_handshake_wanted(const u101_negotiator *negotiator, const u101_handshake *handshake)
{
    if (handshake->body_awaited) {
        const u101_decision *const awaiting = &handshake->awaiting;
        const size_t begin = awaiting->head_size;
        return awaiting->framing == U101_FRAMING_LENGTH
                   ? begin + (size_t)awaiting->length
                   : begin + (size_t)handshake->body.read + STEP;
    }
    /* One byte more than the head may have: it tells that the head is too large, or
     * that something follows it. */
    return negotiator->limits.head + 1;
}
