/*
 * permessage-deflate [RFC 7692 7.1].
 *
 * In: one extension offer, parameter by parameter, and what is configured.
 * Out: whether the offer is acceptable, and what is answered to it.
 * Always: names are compared exactly; an offer with an unknown, repeated or
 * ill-valued parameter is declined, which is no error.
 */
#ifndef U101_DEFLATE_H
#define U101_DEFLATE_H

#include "slice.h"

/* extension-param = token [ "=" ( token / quoted-string ) ] [RFC 6455 9.1] */
typedef struct {
    u101_slice name;
    u101_slice value; /* as it was sent, without the quotes */
    bool has_value;
} u101_parameter;

typedef struct {
    bool acceptable;
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    bool client_bits_offered;
    int server_bits; /* U101_NO_WINDOW_BITS: not offered */
    int client_bits; /* 15 if it was offered without a value */
} u101_deflate_offer;

/* Begins an offer of the extension `name`. */
void u101_deflate_begin(u101_deflate_offer *offer, u101_slice name);
void u101_deflate_take(u101_deflate_offer *offer, const u101_parameter *parameter);

/* Whether an acceptable offer can be agreed on.  A client that does not offer
 * client_max_window_bits cannot be bound by it [RFC 7692 7.1.2.2]. */
static inline bool u101_deflate_suits(const u101_deflate_offer *offer,
                                      const u101_deflate *configured)
{
    return offer->client_bits_offered || !configured->require_client_max_window_bits;
}

/* The answer to an acceptable offer. */
u101_deflate u101_deflate_agree(const u101_deflate_offer *offer, const u101_deflate *configured);

/* The parameters of an answer, read as an offer is. */
u101_deflate u101_deflate_answered(const u101_deflate_offer *answer);

#endif
