/*
 * The kind of a field, told by the size of its name and two or three comparisons of
 * eight bytes.
 *
 * In: a name.  Out: the kind.
 * Always: letter case aside.  It is inlined wherever it is called, which is in the loops
 * over the lines of a head that arrives.  u101_fields_kind is the same as a function.
 */
#ifndef U101_FIELD_KIND_H
#define U101_FIELD_KIND_H

#include "slice.h"

/* Letters, digits and "-" with bit 0x20 set are told apart as well as without
 * it, for no other byte but a control character turns into one of them. */
U101_ALWAYS_INLINE uint64_t u101_fold_eight(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word | UINT64_C(0x2020202020202020);
}

U101_ALWAYS_INLINE uint32_t u101_fold_four(const char *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof(word));
    return word | UINT32_C(0x20202020);
}

/* Whether a name of four bytes or more is `lower`; the last words overlap. */
U101_ALWAYS_INLINE bool u101_is_name(const char *name, const char *lower, size_t size)
{
    if (size < 8) {
        return u101_fold_four(name) == u101_fold_four(lower) &&
               u101_fold_four(name + size - 4) == u101_fold_four(lower + size - 4);
    }
    for (size_t i = 0; i + 8 <= size; i += 8) {
        if (u101_fold_eight(name + i) != u101_fold_eight(lower + i)) {
            return false;
        }
    }
    return u101_fold_eight(name + size - 8) == u101_fold_eight(lower + size - 8);
}

U101_ALWAYS_INLINE u101_field_kind u101_kind_if(bool is, u101_field_kind kind)
{
    return is ? kind : U101_FIELD_OTHER;
}

U101_ALWAYS_INLINE u101_field_kind u101_field_kind_of(u101_slice name)
{
    const char *const at = name.at;

    switch (name.size) {
    case 4:
        return u101_kind_if(u101_is_name(at, "host", 4), U101_FIELD_HOST);
    case 6:
        if (u101_is_name(at, "origin", 6)) {
            return U101_FIELD_ORIGIN;
        }
        return u101_kind_if(u101_is_name(at, "expect", 6), U101_FIELD_EXPECT);
    case 7:
        return u101_kind_if(u101_is_name(at, "upgrade", 7), U101_FIELD_UPGRADE);
    case 10:
        return u101_kind_if(u101_is_name(at, "connection", 10), U101_FIELD_CONNECTION);
    case 14:
        if (u101_is_name(at, "content-length", 14)) {
            return U101_FIELD_CONTENT_LENGTH;
        }
        return u101_kind_if(u101_is_name(at, "http2-settings", 14), U101_FIELD_HTTP2_SETTINGS);
    case 17:
        if (u101_is_name(at, "sec-websocket-key", 17)) {
            return U101_FIELD_WS_KEY;
        }
        return u101_kind_if(u101_is_name(at, "transfer-encoding", 17),
                            U101_FIELD_TRANSFER_ENCODING);
    case 21:
        return u101_kind_if(u101_is_name(at, "sec-websocket-version", 21), U101_FIELD_WS_VERSION);
    case 22:
        return u101_kind_if(u101_is_name(at, "sec-websocket-protocol", 22), U101_FIELD_WS_PROTOCOL);
    case 24:
        return u101_kind_if(u101_is_name(at, "sec-websocket-extensions", 24),
                            U101_FIELD_WS_EXTENSIONS);
    default:
        return U101_FIELD_OTHER;
    }
}

#endif
