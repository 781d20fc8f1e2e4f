/*
 * Writes the response of a decision [RFC 9110 15, RFC 9112 4].
 *
 * In: a decision, the request and what the caller adds.  Out: the bytes.
 * Always: no byte of the request is in a response, but a subprotocol or an
 * extension parameter that was negotiated.
 */
#include "response.h"

#include "negotiator.h"
#include "offers.h"
#include "refusal.h"

void u101_write_field(u101_writer *writer, u101_slice name, u101_slice value)
{
    u101_write(writer, name);
    u101_write(writer, U101_TEXT(": "));
    u101_write(writer, value);
    u101_write(writer, U101_TEXT("\r\n"));
}

void u101_write_answer_fields(u101_writer *writer, const u101_answer *answer)
{
    for (size_t i = 0; answer != NULL && i < answer->field_count; i++) {
        u101_write_field(writer, answer->fields[i].name, answer->fields[i].value);
    }
}

/* As the server spells it; of TLS the version that the client asked for, since
 * no other may be answered [RFC 9110 7.8]. */
static void write_protocol(u101_writer *writer, const u101_negotiator *negotiator,
                           const u101_decision *decision)
{
    const u101_offer *const offer = &negotiator->offers[decision->offer];

    if (decision->reason == U101_HTTP2_PRIOR_KNOWLEDGE) {
        u101_write(writer, decision->secure ? U101_TEXT("h2") : U101_TEXT("h2c"));
        return;
    }
    if (offer->kind == U101_OFFER_TLS) {
        u101_write(writer, U101_TEXT("TLS/1."));
        u101_write(writer, (u101_slice){&decision->tls_minor, 1});
        return;
    }
    const u101_slice version = u101_offers_version(offer);
    u101_write(writer, u101_offers_name(offer));
    if (version.size > 0) {
        u101_write(writer, U101_TEXT("/"));
        u101_write(writer, version);
    }
}

static void write_bits(u101_writer *writer, u101_slice parameter, int bits)
{
    if (bits != U101_NO_WINDOW_BITS) {
        u101_write(writer, parameter);
        u101_write_number(writer, (uint64_t)bits);
    }
}

/* [RFC 7692 7.1] */
static void write_deflate(u101_writer *writer, const u101_deflate *deflate)
{
    u101_write(writer, U101_TEXT("permessage-deflate"));
    if (deflate->server_no_context_takeover) {
        u101_write(writer, U101_TEXT("; server_no_context_takeover"));
    }
    if (deflate->client_no_context_takeover) {
        u101_write(writer, U101_TEXT("; client_no_context_takeover"));
    }
    write_bits(writer, U101_TEXT("; server_max_window_bits="), deflate->server_max_window_bits);
    write_bits(writer, U101_TEXT("; client_max_window_bits="), deflate->client_max_window_bits);
}

/* What each 101 begins with, around the protocol [RFC 9110 15.2.2]. */
#define BEGINNING "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
#define CONNECTION "\r\nConnection: Upgrade\r\n"

/* [RFC 6455 4.2.2] */
static void write_websocket(u101_writer *writer, const u101_decision *decision,
                            const char *received)
{
    u101_write(writer, U101_TEXT(BEGINNING "websocket" CONNECTION "Sec-WebSocket-Accept: "));
    u101_write(writer, (u101_slice){decision->accept, sizeof(decision->accept)});
    u101_write(writer, U101_TEXT("\r\n"));
    if (decision->subprotocol.size > 0) {
        u101_write_field(writer, U101_TEXT("Sec-WebSocket-Protocol"),
                         u101_slice_at(received, decision->subprotocol));
    }
    if (decision->deflate_agreed) {
        u101_write(writer, U101_TEXT("Sec-WebSocket-Extensions: "));
        write_deflate(writer, &decision->deflate);
        u101_write(writer, U101_TEXT("\r\n"));
    }
}

/* The same for all other protocols. */
static void write_other(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision)
{
    const u101_offer *const offer = &negotiator->offers[decision->offer];

    u101_write(writer, U101_TEXT(BEGINNING));
    write_protocol(writer, negotiator, decision);
    if (offer->kind == U101_OFFER_TLS) {
        u101_write(writer, U101_TEXT(", HTTP/1.1"));
    }
    u101_write(writer, U101_TEXT(CONNECTION));
    if (offer->kind == U101_OFFER_PROTOCOL) {
        const u101_protocol *const protocol = &offer->as.protocol;
        for (size_t i = 0; i < protocol->field_count; i++) {
            u101_write_field(writer, protocol->fields[i].name, protocol->fields[i].value);
        }
    }
}

static void write_continue(u101_writer *writer)
{
    u101_write(writer, U101_TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void write_switch(u101_writer *writer, const u101_negotiator *negotiator,
                         const u101_decision *decision, const char *received,
                         const u101_answer *answer)
{
    if (decision->expects_continue) {
        write_continue(writer);
    }
    if (decision->kind == U101_OFFER_WEBSOCKET) {
        write_websocket(writer, decision, received);
    } else {
        write_other(writer, negotiator, decision);
    }
    u101_write_answer_fields(writer, answer);
    u101_write(writer, U101_TEXT("\r\n"));
}

size_t u101_decision_write_response(const u101_negotiator *negotiator, const u101_decision *decision,
                           const char *received, const u101_answer *answer, int64_t now, char *out,
                           size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    switch (decision->action) {
    case U101_ACTION_SWITCH:
        if (decision->reason == U101_SWITCHED) {
            write_switch(&writer, negotiator, decision, received, answer);
        }
        break;
    case U101_ACTION_CONTINUE:
        write_continue(&writer);
        break;
    case U101_ACTION_REJECT:
        u101_refusal_write(&writer, negotiator, decision, answer, now);
        break;
    case U101_ACTION_PASS:
        break;
    }
    return writer.size;
}

size_t u101_decision_write_protocol(const u101_negotiator *negotiator, const u101_decision *decision,
                           char *out, size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->action == U101_ACTION_SWITCH) {
        write_protocol(&writer, negotiator, decision);
    }
    return writer.size;
}

size_t u101_decision_write_extensions(const u101_decision *decision, char *out, size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->action == U101_ACTION_SWITCH && decision->deflate_agreed) {
        write_deflate(&writer, &decision->deflate);
    }
    return writer.size;
}
