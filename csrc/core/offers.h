/*
 * Offers by name.
 *
 * In: an offer.  Out: the protocol it stands for, and whether an element of
 * Upgrade is that one [RFC 9110 7.8].
 */
#ifndef U101_OFFERS_H
#define U101_OFFERS_H

#include "upgrade101.h"

/* As the server spells it; the version of TLS is the lowest. */
u101_slice u101_offers_name(const u101_offer *offer);
u101_slice u101_offers_version(const u101_offer *offer);

/* The name without regard to letter case, the version exactly; an offer without
 * a version matches only an element without one. */
bool u101_offers_match(const u101_offer *offer, u101_slice name, u101_slice version);

#endif
