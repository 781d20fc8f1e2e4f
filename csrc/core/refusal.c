/*
 * Writes refusals; refusal.h says what holds.
 */
#include "refusal.h"

#include "date.h"
#include "negotiator.h"
#include "offers.h"
#include "status.h"

/* The content for each reason: "NAME: sentence [section]." and the line's end. */
static const u101_slice sentences[U101_REASON_COUNT] = {
#define U101_REASON(name, code, status, rfc, field, text)                                          \
    {#name ": " text " [" rfc "].\n", sizeof(#name ": " text " [" rfc "].\n") - 1},
#include "reasons.def"
#undef U101_REASON
};

static bool is_given(const u101_answer *answer, u101_slice name)
{
    for (size_t i = 0; answer != NULL && i < answer->field_count; i++) {
        if (u101_equal_nocase(answer->fields[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* [RFC 9112 4] */
static void write_status_line(u101_writer *writer, int status)
{
    char line[] = "HTTP/1.1 000 ";

    line[9] = (char)('0' + status / 100);
    line[10] = (char)('0' + status / 10 % 10);
    line[11] = (char)('0' + status % 10);
    u101_write(writer, (u101_slice){line, sizeof(line) - 1});
    u101_write(writer, u101_status_phrase(status));
    u101_write(writer, U101_TEXT("\r\n"));
}

#define CLOSE "Connection: close\r\n"
#define TYPE "Content-Type: text/plain; charset=utf-8\r\n"
#define LENGTH "Content-Length: "

/* Date [RFC 9110 6.6.1] and then `rest`, which is at most CLOSE, TYPE and LENGTH. */
static inline void write_date(u101_writer *writer, int64_t now, u101_slice rest)
{
    static const char name[] = "Date: ";
    char line[sizeof(name) - 1 + U101_DATE_SIZE + 2 + sizeof(CLOSE TYPE LENGTH)];
    char *at = line;

    memcpy(at, name, sizeof(name) - 1);
    at += sizeof(name) - 1;
    u101_date_write(now, at);
    at += U101_DATE_SIZE;
    memcpy(at, "\r\n", 2);
    memcpy(at + 2, rest.at, rest.size);
    u101_write(writer, (u101_slice){line, (size_t)(at + 2 - line) + rest.size});
}

/* Whether asking for an offer would be of no use: h2c and TLS on a TLS transport, and
 * h2c that is reached by prior knowledge only. */
static bool is_useless(const u101_offer *offer, bool secure)
{
    return (offer->kind == U101_OFFER_H2C && (secure || !offer->as.h2c.upgrade)) ||
           (offer->kind == U101_OFFER_TLS && secure);
}

/* Whether an earlier offer that is listed has the same name and version. */
static bool is_listed_before(const u101_negotiator *negotiator, size_t index, bool all, bool secure)
{
    const u101_offer *const offer = &negotiator->offers[index].offer;

    for (size_t i = 0; i < index; i++) {
        const u101_offer *const earlier = &negotiator->offers[i].offer;
        if ((all || !is_useless(earlier, secure)) &&
            u101_equal_nocase(u101_offers_name(earlier), u101_offers_name(offer)) &&
            u101_equal_nocase(u101_offers_version(earlier), u101_offers_version(offer))) {
            return true;
        }
    }
    return false;
}

/* The protocols that may be asked for, in the server's order
 * [RFC 9110 15.5.22, contract 3.1]. */
static void write_upgrade(u101_writer *writer, const u101_negotiator *negotiator, bool secure)
{
    bool all = true; /* whether offers are listed though they are of no use: there are no others */
    bool first = true;

    for (size_t i = 0; i < negotiator->offer_count; i++) {
        all = all && is_useless(&negotiator->offers[i].offer, secure);
    }
    u101_write(writer, U101_TEXT("Upgrade: "));
    for (size_t i = 0; i < negotiator->offer_count; i++) {
        const u101_offer *const offer = &negotiator->offers[i].offer;
        const u101_slice version = u101_offers_version(offer);
        if ((!all && is_useless(offer, secure)) || is_listed_before(negotiator, i, all, secure)) {
            continue;
        }
        u101_write(writer, first ? U101_TEXT("") : U101_TEXT(", "));
        u101_write(writer, u101_offers_name(offer));
        u101_write(writer, version.size > 0 ? U101_TEXT("/") : U101_TEXT(""));
        u101_write(writer, version);
        first = false;
    }
    u101_write(writer, U101_TEXT("\r\n"));
}

/* [RFC 9110 15.5.6] */
static void write_allow(u101_writer *writer, const u101_protocol *protocol)
{
    u101_write(writer, U101_TEXT("Allow: "));
    for (size_t i = 0; i < protocol->method_count; i++) {
        u101_write(writer, i == 0 ? U101_TEXT("") : U101_TEXT(", "));
        u101_write(writer, protocol->methods[i]);
    }
    u101_write(writer, U101_TEXT("\r\n"));
}

/* The offer that has decided, if it is a Protocol that lists its methods. */
static const u101_protocol *find_protocol(const u101_negotiator *negotiator,
                                          const u101_decision *decision)
{
    if (decision->offer == U101_NO_OFFER || decision->kind != U101_OFFER_PROTOCOL) {
        return NULL;
    }
    const u101_protocol *const protocol = &negotiator->offers[decision->offer].offer.as.protocol;
    return protocol->method_count > 0 ? protocol : NULL;
}

/* The fields that the reason itself needs. */
static void write_reason_fields(u101_writer *writer, const u101_negotiator *negotiator,
                                const u101_decision *decision)
{
    const u101_protocol *protocol = NULL;

    switch (decision->reason) {
    case U101_WS_METHOD:
        u101_write(writer, U101_TEXT("Allow: GET\r\n"));
        break;
    case U101_METHOD_NOT_ALLOWED:
        protocol = find_protocol(negotiator, decision);
        if (protocol != NULL) {
            write_allow(writer, protocol);
        }
        break;
    case U101_WS_VERSION_MISSING:
    case U101_WS_VERSION_DUPLICATE:
    case U101_WS_VERSION_UNSUPPORTED: /* [RFC 6455 4.4] */
        u101_write(writer, U101_TEXT("Sec-WebSocket-Version: 13\r\n"));
        break;
    case U101_CAPACITY:
        u101_write(writer, U101_TEXT("Retry-After: 1\r\n"));
        break;
    default:
        break;
    }
}

/* A 204 has no content.  In a 304 the length would be that of another response
 * [RFC 9110 8.6, 15.4.5]. */
static bool has_length(const u101_decision *decision)
{
    return decision->status != 204 && decision->status != 304;
}

/* All fields up to the value of Content-Length. */
static void write_fields(u101_writer *writer, const u101_negotiator *negotiator,
                         const u101_decision *decision, const u101_answer *answer, int64_t now)
{
    if (answer == NULL && decision->status != 426 && has_length(decision)) {
        write_date(writer, now, U101_TEXT(CLOSE TYPE LENGTH));
        return;
    }
    if (!is_given(answer, U101_TEXT("Date"))) {
        write_date(writer, now, U101_TEXT(""));
    }
    if (decision->status == 426) {
        u101_write(writer, U101_TEXT("Connection: Upgrade, close\r\n"));
        write_upgrade(writer, negotiator, decision->secure);
    } else {
        u101_write(writer, U101_TEXT(CLOSE));
    }
    if (decision->status != 304 && !is_given(answer, U101_TEXT("Content-Type"))) {
        u101_write(writer, U101_TEXT(TYPE));
    }
    u101_write(writer, has_length(decision) ? U101_TEXT(LENGTH) : U101_TEXT(""));
}

void u101_refusal_write(u101_writer *writer, const u101_negotiator *negotiator,
                        const u101_decision *decision, const u101_answer *answer, int64_t now)
{
    u101_slice content = {"", 0};

    if (decision->reason != U101_REFUSED) {
        content = sentences[decision->reason];
    } else if (answer != NULL) {
        content = answer->body;
    }
    write_status_line(writer, decision->status);
    write_fields(writer, negotiator, decision, answer, now);
    if (has_length(decision)) {
        u101_write_number(writer, content.size);
        u101_write(writer, U101_TEXT("\r\n"));
    }
    write_reason_fields(writer, negotiator, decision);
    u101_write_answer_fields(writer, answer);
    u101_write(writer, U101_TEXT("\r\n"));
    /* To HEAD the fields alone are the response [RFC 9110 9.3.2]. */
    if (!decision->is_head) {
        u101_write(writer, content);
    }
}
