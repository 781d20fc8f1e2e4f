/*
 * Names and matches offers; offers.h says what holds.
 */
#include "offers.h"

#include "slice.h"
#include "tls.h"

u101_slice u101_offers_name(const u101_offer *offer)
{
    switch (offer->kind) {
    case U101_OFFER_WEBSOCKET:
        return U101_TEXT("websocket");
    case U101_OFFER_H2C:
        return U101_TEXT("h2c");
    case U101_OFFER_TLS:
        return U101_TEXT("TLS");
    case U101_OFFER_PROTOCOL:
        break;
    }
    return offer->as.protocol.name;
}

u101_slice u101_offers_version(const u101_offer *offer)
{
    if (offer->kind == U101_OFFER_TLS) {
        return U101_TEXT("1.0");
    }
    return offer->kind == U101_OFFER_PROTOCOL ? offer->as.protocol.version : (u101_slice){"", 0};
}

bool u101_offers_match(const u101_offer *offer, u101_slice name, u101_slice version)
{
    if (offer->kind == U101_OFFER_TLS) {
        return u101_tls_is_named(name, version);
    }
    return u101_equal(u101_offers_version(offer), version) &&
           u101_equal_nocase(u101_offers_name(offer), name);
}
