/*
 * Sec-WebSocket-Extensions [RFC 6455 9.1].
 *
 * In: a context and the offer, or an answer that the caller writes.  Out: what is
 * agreed on, or whether the answer is sound.
 * Always: the whole list is checked, even if no extension is enabled.  OWS may stand
 * around ",", ";" and "=".  The only extension that is agreed on is permessage-deflate.
 */
#ifndef U101_EXTENSIONS_H
#define U101_EXTENSIONS_H

#include "context.h"
#include "deflate.h"

#define U101_MAX_EXTENSIONS 16
#define U101_MAX_PARAMETERS 16

typedef struct {
    u101_deflate deflate;
    bool agreed;
} u101_agreement;

/* U101_SOUND or U101_WS_EXTENSIONS_INVALID. */
u101_reason u101_extensions_negotiate(const u101_context *context, const u101_websocket *offer,
                                      u101_agreement *agreement);

/* Whether the decision's request offers an extension; its list was found sound. */
bool u101_extensions_is_offered(const u101_decision *decision, const char *received,
                                u101_slice name);

/*
 * Reads the next extension of an answer that the caller writes [RFC 6455 9.1].  No
 * element may be empty, because this list is sent [RFC 9110 5.6.1.1].  False: the
 * answer is not sound.  `deflate` has its parameters if it is an acceptable
 * permessage-deflate.
 */
bool u101_extensions_read_answer(u101_slice *rest, u101_slice *name, u101_deflate_offer *deflate);

#endif
