/*
 * Writes 100 and 101; switching.h says what holds.
 */
#include "switching.h"

#include "negotiator.h"
#include "offers.h"

/* As the server spells it.  Of TLS the version that the client asked for, since no other
 * may be answered [RFC 9110 7.8]. */
static inline void write_protocol(u101_writer *writer, const u101_negotiator *negotiator,
                                  const u101_decision *decision)
{
    const u101_offer *const offer = &negotiator->offers[decision->offer].offer;

    if (decision->preface) {
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

void u101_switching_write_protocol(u101_writer *writer, const u101_negotiator *negotiator,
                                   const u101_decision *decision)
{
    write_protocol(writer, negotiator, decision);
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

void u101_switching_write_extensions(u101_writer *writer, const u101_decision *decision,
                                     const u101_answer *answer)
{
    if (decision->extensions_replaced) {
        u101_write(writer, answer->extensions);
    } else if (decision->deflate_agreed) {
        write_deflate(writer, &decision->deflate);
    }
}

/* What each 101 begins with, around the protocol [RFC 9110 15.2.2]. */
#define BEGINNING "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
#define CONNECTION "\r\nConnection: Upgrade\r\n"

/* [RFC 6455 4.2.2] */
static void write_websocket(u101_writer *writer, const u101_decision *decision,
                            const char *received, const u101_answer *answer)
{
    const bool extends =
        decision->extensions_replaced ? answer->extensions.size > 0 : decision->deflate_agreed;

    u101_write(writer, U101_TEXT(BEGINNING "websocket" CONNECTION "Sec-WebSocket-Accept: "));
    u101_write(writer, (u101_slice){decision->accept, sizeof(decision->accept)});
    u101_write(writer, U101_TEXT("\r\n"));
    if (decision->subprotocol.size > 0) {
        u101_write_field(writer, U101_TEXT("Sec-WebSocket-Protocol"),
                         u101_slice_at(received, decision->subprotocol));
    }
    if (extends) {
        u101_write(writer, U101_TEXT("Sec-WebSocket-Extensions: "));
        u101_switching_write_extensions(writer, decision, answer);
        u101_write(writer, U101_TEXT("\r\n"));
    }
}

/* The same for all other protocols. */
static void write_other(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision)
{
    const u101_offer *const offer = &negotiator->offers[decision->offer].offer;

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

void u101_switching_write_continue(u101_writer *writer)
{
    u101_write(writer, U101_TEXT(U101_CONTINUE));
}

size_t u101_switching_write(const u101_negotiator *negotiator, const u101_decision *decision,
                            const char *received, const u101_answer *answer, char *out,
                            size_t capacity)
{
    u101_writer writer = u101_writer_of(out, capacity);

    if (decision->expects_continue) {
        u101_switching_write_continue(&writer);
    }
    if (decision->kind == U101_OFFER_WEBSOCKET) {
        write_websocket(&writer, decision, received, answer);
    } else {
        write_other(&writer, negotiator, decision);
    }
    u101_write_answer_fields(&writer, answer);
    u101_write(&writer, U101_TEXT("\r\n"));
    return writer.size;
}
