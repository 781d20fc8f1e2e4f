/*
 * The way of one connection from its first byte to its decision.
 *
 * In: what has been received, or a completed head.  Out: a decision.
 * Always: the order is that of the contract: syntax, meaning, choice, body.
 */
#include "handshake.h"

#include "choose.h"
#include "head.h"
#include "framing.h"
#include "negotiator.h"
#include "reason.h"

/* Here and in `begin` member by member: to clear a struct as a whole and then set
 * some of it takes a string instruction, and as long as reading three lines. */
void u101_handshake_init(u101_handshake *handshake)
{
    u101_head *const head = &handshake->head;

    head->next = 0;
    head->mark = 0;
    head->fields = 0;
    head->field_count = 0;
    head->method = (u101_span){0, 0};
    head->target = (u101_span){0, 0};
    for (size_t i = 0; i < U101_FIELD_KINDS; i++) {
        head->lines[i] = 0;
    }
    head->state = 0;
    head->minor = '1';
    head->connect = false;
    head->is_head = false;
    head->absolute = false;
    head->kind = U101_FIELD_OTHER;
    handshake->body_awaited = false;
}

/* A decision about which nothing is known but the head as far as it was read. */
static void begin(const u101_head *head, bool secure, u101_decision *decision)
{
    decision->offer = U101_NO_OFFER;
    decision->kind = U101_OFFER_WEBSOCKET;
    decision->status = 0;
    decision->head_size = 0;
    decision->request_size = 0;
    decision->method = head->method;
    decision->target = head->target;
    decision->fields = head->fields;
    decision->minor = head->minor;
    decision->is_head = head->is_head;
    decision->secure = secure;
    decision->expects_continue = false;
    decision->deflate_agreed = false;
    decision->settings_present = false;
    decision->tls_minor = '0';
    decision->subprotocol = (u101_span){0, 0};
    decision->settings = (u101_span){0, 0};
}

void u101_decision_refuse(u101_decision *decision, u101_reason reason)
{
    decision->action = U101_ACTION_REJECT;
    decision->reason = reason;
    decision->status = u101_reason_row_of(reason)->status;
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
    if (reason == U101_SWITCHED) {
        decision->action = U101_ACTION_SWITCH;
        decision->reason = reason;
        decision->status = 101;
    } else if (u101_reason_is_pass(reason) && !negotiator->required) {
        decision->action = U101_ACTION_PASS;
        decision->reason = reason;
    } else {
        u101_decision_refuse(decision, reason);
    }
}

uint64_t u101_handshake_decide_head(u101_context *context)
{
    const u101_head *const head = context->head;
    u101_decision *const decision = context->decision;
    u101_reason reason;

    begin(head, context->secure, decision);
    decision->head_size = head->next;
    decision->request_size = head->next;
    if (u101_read_meaning(context, &reason)) {
        reason = u101_choose(context);
    }
    conclude(context->negotiator, decision, reason);
    return decision->action == U101_ACTION_SWITCH ? context->content_length : 0;
}

/* HTTP/2 with prior knowledge, in the clear or behind ALPN [RFC 9113 3.3]. */
static void decide_preface(const u101_negotiator *negotiator, u101_decision *decision)
{
    if (!negotiator->prior_knowledge) {
        u101_decision_refuse(decision, U101_HTTP2_PREFACE);
        return;
    }
    decision->action = U101_ACTION_SWITCH;
    decision->reason = U101_HTTP2_PRIOR_KNOWLEDGE;
    decision->status = 101;
    for (size_t i = 0; i < negotiator->offer_count; i++) {
        if (negotiator->offers[i].kind == U101_OFFER_H2C) {
            decision->offer = i;
            decision->kind = U101_OFFER_H2C;
        }
    }
}

/* The body is read whole before the switch [contract 3.8]. */
static bool await_body(u101_handshake *handshake, size_t received, u101_decision *decision)
{
    u101_decision *const awaiting = &handshake->awaiting;

    *decision = *awaiting;
    if (received >= awaiting->request_size) {
        return true;
    }
    if (awaiting->expects_continue && received == awaiting->head_size) {
        awaiting->expects_continue = false;
        decision->action = U101_ACTION_CONTINUE;
        decision->reason = U101_BODY_AWAITED;
        decision->status = 100;
        return true;
    }
    return false;
}

bool u101_handshake_decide(const u101_negotiator *negotiator, u101_handshake *handshake, u101_slice received,
                 bool secure, u101_hasher *hasher, u101_decision *decision)
{
    u101_reason reason;

    if (received.size == 0) {
        return false;
    }
    if (handshake->body_awaited) {
        return await_body(handshake, received.size, decision);
    }
    const u101_read_result result =
        u101_head_read(&negotiator->limits, &handshake->head, received, &reason);
    if (result == U101_READ_MORE) {
        return false;
    }
    if (result != U101_READ_DONE) {
        begin(&handshake->head, secure, decision);
        if (result == U101_READ_PREFACE) {
            decide_preface(negotiator, decision);
        } else {
            u101_decision_refuse(decision, reason);
        }
        return true;
    }
    u101_context context =
        u101_context_of(negotiator, &handshake->head, received.at, secure, hasher, decision);
    context.leftover = received.size > handshake->head.next;
    const uint64_t body = u101_handshake_decide_head(&context);
    if (body == 0) {
        return true;
    }
    decision->request_size += (size_t)body;
    handshake->awaiting = *decision;
    handshake->body_awaited = true;
    return await_body(handshake, received.size, decision);
}

size_t u101_handshake_wanted(const u101_negotiator *negotiator, const u101_handshake *handshake)
{
    /* One byte more than the head may have: it tells that the head is too large,
     * or that something follows it. */
    return handshake->body_awaited ? handshake->awaiting.request_size : negotiator->limits.head + 1;
}
