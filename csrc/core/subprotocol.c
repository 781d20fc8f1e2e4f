/*
 * Chooses a subprotocol; subprotocol.h says what holds.
 */
#include "subprotocol.h"

#include "chars.h"
#include "fields.h"

/* The client's list: 1-32 different tokens; 0: it is something else. */
static size_t read_offered(const u101_exchange *exchange, u101_slice offered[U101_MAX_SUBPROTOCOLS])
{
    u101_list list = u101_list_of(exchange->bytes, exchange->head, U101_FIELD_WS_PROTOCOL);
    u101_slice name;
    size_t count = 0;

    while (u101_next_element(&list, &name)) {
        if (count == U101_MAX_SUBPROTOCOLS || !u101_is_token(name)) {
            return 0;
        }
        for (size_t i = 0; i < count; i++) {
            if (u101_equal(offered[i], name)) {
                return 0;
            }
        }
        offered[count++] = name;
    }
    return count;
}

u101_reason u101_choose_subprotocol(const u101_exchange *exchange, const u101_websocket *offer,
                                    u101_span *chosen)
{
    u101_slice offered[U101_MAX_SUBPROTOCOLS];
    size_t count = 0;

    if (u101_lines_in(exchange, U101_FIELD_WS_PROTOCOL) > 0) {
        count = read_offered(exchange, offered);
        if (count == 0) {
            return U101_WS_SUBPROTOCOL_INVALID;
        }
    }
    for (size_t i = 0; i < offer->subprotocol_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (u101_equal(offer->subprotocols[i], offered[j])) {
                *chosen = u101_span_in(exchange->bytes, offered[j]);
                return U101_SWITCHED;
            }
        }
    }
    return offer->subprotocol_required ? U101_WS_SUBPROTOCOL_REQUIRED : U101_SWITCHED;
}
