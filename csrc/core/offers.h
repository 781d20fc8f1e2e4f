/*
 * Offers by name and path.
 *
 * In: an offer.  Out: the name of its protocol, and whether an element of Upgrade asks
 * for that [RFC 9110 7.8].
 */
#ifndef U101_OFFERS_H
#define U101_OFFERS_H

#include "scan.h"

/* An element of Upgrade: token ["/" token]. */
typedef struct {
    u101_slice name;
    u101_slice version; /* size 0: it has no version */
} u101_upgrade;

/* False: the element is something else. */
U101_ALWAYS_INLINE bool u101_offers_read_element(u101_slice element, u101_upgrade *upgrade)
{
    const char *const end = element.at + element.size;
    const char *const slash = memchr(element.at, '/', element.size);

    upgrade->version = (u101_slice){"", 0};
    if (slash == NULL) {
        upgrade->name = element;
        return u101_is_token(element);
    }
    upgrade->name = u101_slice_between(element.at, slash);
    upgrade->version = u101_slice_between(slash + 1, end);
    return u101_is_token(upgrade->name) && u101_is_token(upgrade->version);
}

/* As the server spells them.  The version of TLS is the lowest one. */
u101_slice u101_offers_name(const u101_offer *offer);
u101_slice u101_offers_version(const u101_offer *offer);

/* The name letter case aside, the version exactly; an offer without a version matches
 * only an element without one.  The path is not looked at. */
bool u101_offers_match(const u101_offer *offer, const u101_upgrade *upgrade);

/* Whether one element of Upgrade would match both. */
bool u101_offers_overlap(const u101_offer *left, const u101_offer *right);

#endif
