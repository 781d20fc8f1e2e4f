/*
 * Sec-WebSocket-Extensions [RFC 6455 9.1].
 *
 * In: an context and the offer.  Out: what is agreed on.
 * Always: the whole list is checked, also where no extension is enabled; OWS
 * may stand around ",", ";" and "=".  The only extension is permessage-deflate.
 */
#ifndef U101_EXTENSIONS_H
#define U101_EXTENSIONS_H

#include "context.h"

#define U101_MAX_EXTENSIONS 16
#define U101_MAX_PARAMETERS 16

typedef struct {
    u101_slice name;
    u101_slice value; /* as it was sent, without the quotes */
    bool has_value;
} u101_parameter;

typedef struct {
    u101_deflate deflate;
    bool agreed;
} u101_agreement;

/* U101_SWITCHED or U101_WS_EXTENSIONS_INVALID. */
u101_reason u101_extensions_negotiate(const u101_context *context, const u101_websocket *offer,
                                      u101_agreement *agreement);

#endif
