/*
 * Chooses a subprotocol; subprotocol.h says what holds.
 */
#include "subprotocol.h"

#include "chars.h"
#include "fields.h"
#include "negotiator.h"
#include "scan.h"

/* Whether no name of a long list is there twice.  A client can choose names of one
 * hash: it then costs what comparing each with each does, and they are few. */
static bool are_different(const u101_slice *names, size_t count)
{
    uint32_t slots[2 * U101_MAX_SUBPROTOCOLS];
    u101_index index = u101_index_in(slots, count);

    return u101_add_names(&index, names, count) == count;
}

/* The client's list: 1-32 different tokens; 0: it is something else.  As long as it
 * is short, each is compared with those before it. */
static size_t read_offered(const u101_context *context, u101_slice offered[U101_MAX_SUBPROTOCOLS])
{
    u101_list list = u101_fields_list(context->bytes, context->head, U101_FIELD_WS_PROTOCOL);
    u101_slice name;
    size_t count = 0;

    while (u101_fields_next_element(&list, &name)) {
        if (count == U101_MAX_SUBPROTOCOLS || !u101_is_token(name) ||
            (count < U101_SHORT_LIST && u101_walk_names(offered, count, name) != U101_NO_ENTRY)) {
            return 0;
        }
        offered[count++] = name;
    }
    return count <= U101_SHORT_LIST || are_different(offered, count) ? count : 0;
}

/* The number of the offered one that is the first in the server's order; `count`:
 * none is in common. */
static size_t find_common(const u101_index *index, const u101_websocket *offer,
                          const u101_slice *offered, size_t count)
{
    size_t first = offer->subprotocol_count;
    size_t common = count;

    for (size_t i = 0; i < count && first > 0; i++) {
        const size_t found = u101_find_name(index, offer->subprotocols, first, offered[i]);
        if (found < first) {
            first = found;
            common = i;
        }
    }
    return common;
}

u101_reason u101_subprotocol_choose(const u101_context *context, const u101_websocket *offer,
                                    u101_span *chosen)
{
    u101_slice offered[U101_MAX_SUBPROTOCOLS];
    size_t count = 0;

    if (u101_lines_in(context, U101_FIELD_WS_PROTOCOL) > 0) {
        count = read_offered(context, offered);
        if (count == 0) {
            return U101_WS_SUBPROTOCOL_INVALID;
        }
    }
    const size_t common = find_common(&context->negotiator->subprotocols, offer, offered, count);
    if (common < count) {
        *chosen = u101_span_in(context->bytes, offered[common]);
        return U101_SWITCHED;
    }
    return offer->subprotocol_required ? U101_WS_SUBPROTOCOL_REQUIRED : U101_SWITCHED;
}
