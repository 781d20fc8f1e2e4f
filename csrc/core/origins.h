/*
 * The origins that a WebSocket offer admits [contract 4, RFC 6455 10.2].
 *
 * In: an entry of the configuration, or the values of Origin and Host.  Out: the kind
 * of the entry, or whether an entry admits the origin.
 * Always: an entry that is neither a word nor a pattern is a value, such as `null`.
 * Values are compared byte for byte.
 */
#ifndef U101_ORIGINS_H
#define U101_ORIGINS_H

#include "allowlist.h"
#include "names.h"

typedef struct {
    u101_allowlist patterns;
    u101_names exact;
    bool same_origin;
    bool same_host;
} u101_origins;

typedef enum {
    U101_ORIGINS_UNSOUND, /* it is no entry */
    U101_ORIGINS_SAME_ORIGIN,
    U101_ORIGINS_SAME_HOST,
    U101_ORIGINS_PATTERN, /* `pattern` is set */
    U101_ORIGINS_EXACT,
} u101_origins_kind;

u101_origins_kind u101_origins_read_entry(u101_slice text, u101_allowed *pattern);

/* `host` is Host's; its host is empty if Host is. */
bool u101_origins_admit(const u101_origins *origins, u101_slice value, const u101_authority *host);

#endif
