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
#include "target.h"
#include "tls.h"
#include "websocket.h"

/* Connection is a list of tokens [RFC 9110 7.6.1]. */
static u101_reason read_connection(u101_context *context)
{
    if (u101_has_just(context, U101_FIELD_CONNECTION, U101_TEXT("Upgrade"))) {
        return U101_SOUND;
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
    return upgrade_listed ? U101_SOUND : U101_CONNECTION_OPTION_MISSING;
}

/* The number of protocols that Upgrade lists.  0: it is no such list, or lists too many. */
static size_t read_upgrades(const u101_context *context, u101_upgrade upgrades[U101_MAX_UPGRADES])
{
    if (u101_has_just(context, U101_FIELD_UPGRADE, U101_TEXT("websocket"))) {
        upgrades[0] = (u101_upgrade){u101_first_line(context, U101_FIELD_UPGRADE), {"", 0}};
        return 1;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_UPGRADE);
    u101_slice element;
    size_t count = 0;

    while (u101_fields_next_element(&list, &element)) {
        if (count == U101_MAX_UPGRADES || !u101_offers_read_element(element, &upgrades[count])) {
            return 0;
        }
        count++;
    }
    return count;
}

static u101_reason check_offer(const u101_context *context, const u101_compiled_offer *offer,
                               u101_slice version)
{
    switch (offer->offer.kind) {
    case U101_OFFER_WEBSOCKET:
        return u101_websocket_check(context, offer);
    case U101_OFFER_H2C:
        return u101_h2c_check(context);
    case U101_OFFER_PROTOCOL:
        return u101_protocol_check(context, &offer->offer.as.protocol);
    case U101_OFFER_TLS:
        break;
    }
    return u101_tls_check(context, version);
}

/* Whether the target has a path at which the protocol is offered [contract 7]. */
static bool is_offered_here(const u101_context *context, const u101_compiled_offer *offer)
{
    const u101_head *const head = context->head;

    if (offer->offer.path_count == 0) {
        return true;
    }
    const u101_slice path =
        u101_target_path((u101_form)head->form, u101_slice_at(context->bytes, head->target));
    return u101_paths_match(&offer->paths, path); /* no pattern is empty */
}

/* The first offer that an element matches, or U101_NO_OFFER.  `elsewhere` is set if it
 * matches an offer but for the path. */
static size_t find_offer(const u101_context *context, const u101_upgrade *upgrade, bool *elsewhere)
{
    const u101_negotiator *const negotiator = context->negotiator;

    for (size_t i = 0; i < negotiator->offer_count; i++) {
        if (u101_offers_match(&negotiator->offers[i].offer, upgrade)) {
            if (is_offered_here(context, &negotiator->offers[i])) {
                return i;
            }
            *elsewhere = true;
        }
    }
    return U101_NO_OFFER;
}

/* The first yes wins.  Without one the first broken offer decides, and without that the
 * first reason to pass. */
static u101_reason match(const u101_context *context, const u101_upgrade *upgrades, size_t count)
{
    u101_reason decided = U101_SOUND;
    size_t decided_by = U101_NO_OFFER;
    bool elsewhere = false;

    for (size_t i = 0; i < count; i++) {
        const size_t index = find_offer(context, &upgrades[i], &elsewhere);
        if (index == U101_NO_OFFER) {
            continue;
        }
        const u101_reason reason =
            check_offer(context, &context->negotiator->offers[index], upgrades[i].version);
        if (reason == U101_SOUND || decided_by == U101_NO_OFFER ||
            (u101_reason_is_pass(decided) && !u101_reason_is_pass(reason))) {
            decided = reason;
            decided_by = index;
        }
        if (reason == U101_SOUND) {
            break;
        }
    }
    if (decided_by == U101_NO_OFFER) {
        return elsewhere ? U101_PATH_NOT_OFFERED : U101_PROTOCOL_NOT_OFFERED;
    }
    context->decision->offer = decided_by;
    context->decision->kind = context->negotiator->offers[decided_by].offer.kind;
    return decided;
}

/* [RFC 9110 10.1.1] */
static u101_reason check_expect(const u101_context *context)
{
    if (u101_lines_in(context, U101_FIELD_EXPECT) == 0) {
        return U101_SOUND;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_EXPECT);
    u101_slice member;

    while (u101_fields_next_element(&list, &member)) {
        if (!u101_equal_nocase(member, U101_TEXT("100-continue"))) {
            return U101_EXPECTATION_FAILED;
        }
        context->decision->expects_continue = true;
    }
    return U101_SOUND;
}

/* A client that sends a key wants an upgrade.  A proxy has removed the hop-by-hop
 * fields [contract 3.1]. */
static u101_reason explain_missing_upgrade(const u101_context *context)
{
    if (context->negotiator->websocket && u101_lines_in(context, U101_FIELD_WS_KEY) > 0) {
        return U101_WS_UPGRADE_MISSING;
    }
    return context->negotiator->required ? U101_UPGRADE_REQUIRED : U101_NO_UPGRADE;
}

u101_reason u101_choose(u101_context *context)
{
    u101_upgrade upgrades[U101_MAX_UPGRADES];

    if (!u101_has_element(context, U101_FIELD_UPGRADE)) {
        return explain_missing_upgrade(context);
    }
    if (context->head->minor == '0') {
        return U101_UPGRADE_ON_HTTP_1_0;
    }
    if (context->head->form == U101_FORM_AUTHORITY) {
        return U101_UPGRADE_ON_CONNECT;
    }
    u101_reason reason = read_connection(context);
    if (reason != U101_SOUND) {
        return reason;
    }
    const size_t count = read_upgrades(context, upgrades);
    if (count == 0) {
        return U101_UPGRADE_INVALID;
    }
    reason = match(context, upgrades, count);
    return reason == U101_SOUND ? check_expect(context) : reason;
}
