/*
 * Negotiates permessage-deflate; deflate.h says what holds.
 */
#include "deflate.h"

#include "chars.h"

#define ILL_VALUED 0

void u101_deflate_begin(u101_deflate_offer *offer, u101_slice name)
{
    *offer = (u101_deflate_offer){.acceptable = u101_equal(name, U101_TEXT("permessage-deflate")),
                                  .server_bits = U101_NO_WINDOW_BITS};
}

/* 8-15 without a leading zero [RFC 7692 7.1.2], unescaped; else ILL_VALUED. */
static int read_bits(u101_slice value)
{
    int bits = 0;

    for (size_t i = 0; i < value.size; i++) {
        const char byte = value.at[i];
        if (byte == '\\') {
            continue;
        }
        if (!u101_is_digit(byte) || bits > 1 || (byte == '0' && bits == 0)) {
            return ILL_VALUED;
        }
        bits = bits * 10 + (byte - '0');
    }
    return bits >= 8 && bits <= 15 ? bits : ILL_VALUED;
}

/* A flag has no value, and occurs once. */
static bool take_flag(bool *flag, const u101_parameter *parameter)
{
    const bool sound = !*flag && !parameter->has_value;

    *flag = true;
    return sound;
}

/* A value is needed.  zlib cannot produce a window of 8 bits. */
static bool take_server_bits(u101_deflate_offer *offer, const u101_parameter *parameter)
{
    const bool first = offer->server_bits == U101_NO_WINDOW_BITS;

    offer->server_bits = parameter->has_value ? read_bits(parameter->value) : ILL_VALUED;
    return first && offer->server_bits > 8;
}

/* A value is optional [RFC 7692 7.1.2.2]. */
static bool take_client_bits(u101_deflate_offer *offer, const u101_parameter *parameter)
{
    const bool first = !offer->client_bits_offered;

    offer->client_bits_offered = true;
    offer->client_bits = parameter->has_value ? read_bits(parameter->value) : 15;
    return first && offer->client_bits != ILL_VALUED;
}

void u101_deflate_take(u101_deflate_offer *offer, const u101_parameter *parameter)
{
    bool sound = false;

    if (!offer->acceptable) {
        return;
    }
    if (u101_equal(parameter->name, U101_TEXT("server_no_context_takeover"))) {
        sound = take_flag(&offer->server_no_context_takeover, parameter);
    } else if (u101_equal(parameter->name, U101_TEXT("client_no_context_takeover"))) {
        sound = take_flag(&offer->client_no_context_takeover, parameter);
    } else if (u101_equal(parameter->name, U101_TEXT("server_max_window_bits"))) {
        sound = take_server_bits(offer, parameter);
    } else if (u101_equal(parameter->name, U101_TEXT("client_max_window_bits"))) {
        sound = take_client_bits(offer, parameter);
    }
    offer->acceptable = sound;
}

static int lesser(int left, int right)
{
    return left < right ? left : right;
}

u101_deflate u101_deflate_agree(const u101_deflate_offer *offer, const u101_deflate *configured)
{
    u101_deflate agreed = {
        .server_no_context_takeover =
            offer->server_no_context_takeover || configured->server_no_context_takeover,
        .client_no_context_takeover =
            offer->client_no_context_takeover || configured->client_no_context_takeover,
        .server_max_window_bits = U101_NO_WINDOW_BITS,
        .client_max_window_bits = U101_NO_WINDOW_BITS,
    };

    if (offer->server_bits != U101_NO_WINDOW_BITS) {
        agreed.server_max_window_bits =
            configured->server_max_window_bits == U101_NO_WINDOW_BITS
                ? offer->server_bits
                : lesser(offer->server_bits, configured->server_max_window_bits);
    } else if (configured->server_max_window_bits < 15) {
        agreed.server_max_window_bits = configured->server_max_window_bits;
    }
    /* It must not be answered to a client that has not offered it [RFC 7692 7.1.2.2]. */
    if (offer->client_bits_offered && configured->client_max_window_bits != U101_NO_WINDOW_BITS) {
        agreed.client_max_window_bits =
            lesser(offer->client_bits, configured->client_max_window_bits);
    }
    return agreed;
}

u101_deflate u101_deflate_answered(const u101_deflate_offer *answer)
{
    return (u101_deflate){
        .server_no_context_takeover = answer->server_no_context_takeover,
        .client_no_context_takeover = answer->client_no_context_takeover,
        .server_max_window_bits = answer->server_bits,
        .client_max_window_bits =
            answer->client_bits_offered ? answer->client_bits : U101_NO_WINDOW_BITS,
    };
}
