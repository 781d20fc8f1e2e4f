/*
 * Chooses a subprotocol; subprotocol.h says what holds.
 */
#include "subprotocol.h"

#include "chars.h"
#include "fields.h"
#include "scan.h"

/* A name is a token, or is equal to a name that the server lists, which may have other
 * bytes [contract 4]. */
static bool is_name(const u101_names *listed, u101_slice name)
{
    return u101_is_token(name) || u101_names_find(listed, name) != U101_NO_NAME;
}

static bool is_among(const u101_slice *names, size_t count, u101_slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (u101_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

/* The number of names in the client's list, 1-32 different ones.  0: it is something
 * else.  Of so few, to compare each with each costs less than to sort them. */
static size_t read_offered(const u101_context *context, const u101_names *listed,
                           u101_slice offered[U101_MAX_SUBPROTOCOLS])
{
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_WS_PROTOCOL);
    u101_slice name;
    size_t count = 0;

    while (u101_fields_next_element(&list, &name)) {
        if (count == U101_MAX_SUBPROTOCOLS || !is_name(listed, name) ||
            is_among(offered, count, name)) {
            return 0;
        }
        offered[count++] = name;
    }
    return count;
}

u101_reason u101_subprotocol_choose(const u101_context *context, const u101_compiled_offer *offer,
                                    u101_span *chosen)
{
    u101_slice offered[U101_MAX_SUBPROTOCOLS];
    size_t first = U101_NO_NAME;
    size_t count = 0;

    if (u101_has_element(context, U101_FIELD_WS_PROTOCOL)) {
        count = read_offered(context, &offer->subprotocols, offered);
        if (count == 0) {
            return U101_WS_SUBPROTOCOL_INVALID;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const size_t rank = u101_names_find(&offer->subprotocols, offered[i]);
        if (rank < first) {
            first = rank;
            *chosen = u101_span_in(context->bytes, offered[i]);
        }
    }
    return first == U101_NO_NAME && offer->offer.as.websocket.subprotocol_required
               ? U101_WS_SUBPROTOCOL_REQUIRED
               : U101_SOUND;
}
