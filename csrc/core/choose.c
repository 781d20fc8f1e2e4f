/*
 * Chooses a protocol; choose.h says what holds.
 */
#include "choose.h"

#include "chars.h"
#include "fields.h"
#include "h2c.h"
#include "negotiator.h"
#include "offers.h"
#include "protocol.h"
#include "reason.h"
#include "scan.h"
#include "tls.h"
#include "websocket.h"

/* A protocol of Upgrade: token ["/" token]. */
typedef struct {
    u101_slice name;
    u101_slice version;
} upgrade;

/* Connection is a list of tokens [RFC 9110 7.6.1]. */
static u101_reason read_connection(u101_context *context)
{
    if (u101_has_just(context, U101_FIELD_CONNECTION, U101_TEXT("Upgrade"))) {
        return U101_SWITCHED;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_CONNECTION);
    u101_slice option;
    bool upgrade_listed = false;

    while (u101_fields_next_element(&list, &option)) {
        if (!u101_is_token(option)) {
            return U101_CONNECTION_INVALID;
        }
        if (u101_equal_nocase(option, U101_TEXT("Upgrade"))) {
            upgrade_listed = true;
        } else if (u101_equal_nocase(option, U101_TEXT("HTTP2-Settings"))) {
            context->names_settings = true;
        }
    }
    return upgrade_listed ? U101_SWITCHED : U101_CONNECTION_OPTION_MISSING;
}

static bool read_upgrade(u101_slice element, upgrade *read)
{
    const char *const end = element.at + element.size;
    const char *const slash = memchr(element.at, '/', element.size);

    read->version = (u101_slice){"", 0};
    if (slash == NULL) {
        read->name = element;
        return u101_is_token(element);
    }
    read->name = u101_slice_between(element.at, slash);
    read->version = u101_slice_between(slash + 1, end);
    return u101_is_token(read->name) && u101_is_token(read->version);
}

/* How many protocols Upgrade lists; 0: it is no such list, or has too many. */
static size_t read_upgrades(const u101_context *context, upgrade upgrades[U101_MAX_UPGRADES])
{
    if (u101_has_just(context, U101_FIELD_UPGRADE, U101_TEXT("websocket"))) {
        upgrades[0] = (upgrade){u101_first_line(context, U101_FIELD_UPGRADE), {"", 0}};
        return 1;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_UPGRADE);
    u101_slice element;
    size_t count = 0;

    while (u101_fields_next_element(&list, &element)) {
        if (count == U101_MAX_UPGRADES || !read_upgrade(element, &upgrades[count])) {
            return 0;
        }
        count++;
    }
    return count;
}

static u101_reason check_offer(const u101_context *context, const u101_offer *offer,
                               u101_slice version)
{
    switch (offer->kind) {
    case U101_OFFER_WEBSOCKET:
        return u101_websocket_check(context, &offer->as.websocket);
    case U101_OFFER_H2C:
        return u101_h2c_check(context);
    case U101_OFFER_PROTOCOL:
        return u101_protocol_check(context, &offer->as.protocol);
    case U101_OFFER_TLS:
        break;
    }
    return u101_tls_check(context, version);
}

/* The offer that an element names, or U101_NO_OFFER. */
static size_t find_offer(const u101_negotiator *negotiator, const upgrade *named)
{
    for (size_t i = 0; i < negotiator->offer_count; i++) {
        if (u101_offers_match(&negotiator->offers[i], named->name, named->version)) {
            return i;
        }
    }
    return U101_NO_OFFER;
}

/* The first yes wins; else the first broken one decides, else the first pass. */
static u101_reason match(const u101_context *context, const upgrade *upgrades, size_t count)
{
    u101_reason decided = U101_PROTOCOL_NOT_OFFERED;
    size_t decided_by = U101_NO_OFFER;

    for (size_t i = 0; i < count; i++) {
        const size_t index = find_offer(context->negotiator, &upgrades[i]);
        if (index == U101_NO_OFFER) {
            continue;
        }
        const u101_reason reason =
            check_offer(context, &context->negotiator->offers[index], upgrades[i].version);
        if (reason == U101_SWITCHED || decided_by == U101_NO_OFFER ||
            (u101_reason_is_pass(decided) && !u101_reason_is_pass(reason))) {
            decided = reason;
            decided_by = index;
        }
        if (reason == U101_SWITCHED) {
            break;
        }
    }
    if (decided_by != U101_NO_OFFER) {
        context->decision->offer = decided_by;
        context->decision->kind = context->negotiator->offers[decided_by].kind;
    }
    return decided;
}

/* [RFC 9110 10.1.1] */
static u101_reason check_expect(const u101_context *context)
{
    if (u101_lines_in(context, U101_FIELD_EXPECT) == 0) {
        return U101_SWITCHED;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_EXPECT);
    u101_slice member;

    while (u101_fields_next_element(&list, &member)) {
        if (!u101_equal_nocase(member, U101_TEXT("100-continue"))) {
            return U101_EXPECTATION_FAILED;
        }
        context->decision->expects_continue = true;
    }
    return U101_SWITCHED;
}

u101_reason u101_choose(u101_context *context)
{
    upgrade upgrades[U101_MAX_UPGRADES];

    if (u101_lines_in(context, U101_FIELD_UPGRADE) == 0) {
        return context->negotiator->required ? U101_UPGRADE_REQUIRED : U101_NO_UPGRADE;
    }
    if (context->head->minor == '0') {
        return U101_UPGRADE_ON_HTTP_1_0;
    }
    if (context->head->connect) {
        return U101_UPGRADE_ON_CONNECT;
    }
    u101_reason reason = read_connection(context);
    if (reason != U101_SWITCHED) {
        return reason;
    }
    const size_t count = read_upgrades(context, upgrades);
    if (count == 0) {
        return U101_UPGRADE_INVALID;
    }
    reason = match(context, upgrades, count);
    return reason == U101_SWITCHED ? check_expect(context) : reason;
}
