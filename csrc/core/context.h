/*
 * What the checks of one completed head share.
 *
 * In: the pieces that a decision depends on.  Out: one struct that is handed from
 * check to check instead of six arguments.
 * Always: it lives on the stack of one call and owns nothing.
 */
#ifndef U101_CONTEXT_H
#define U101_CONTEXT_H

#include "authority.h"
#include "fields.h"
#include "framing.h"
#include "slice.h"

typedef struct {
    const u101_negotiator *negotiator;
    const u101_head *head;
    const char *bytes; /* the head begins here */
    u101_hasher *hasher;
    u101_decision *decision;
    u101_authority host; /* of Host; its host is empty if Host is empty or missing */
    bool secure;
    bool leftover;       /* whether bytes after the head are there */
    bool names_settings; /* whether Connection lists HTTP2-Settings */
} u101_context;

/* A context about which nothing is known but its head. */
static inline u101_context u101_context_of(const u101_negotiator *negotiator, const u101_head *head,
                                           const char *bytes, bool secure, u101_hasher *hasher,
                                           u101_decision *decision)
{
    return (u101_context){
        .negotiator = negotiator,
        .head = head,
        .bytes = bytes,
        .hasher = hasher,
        .decision = decision,
        .host = {.host = {bytes, 0}, .port = {bytes, 0}, .number = U101_NO_PORT, .colon = false},
        .secure = secure,
        .leftover = false,
        .names_settings = false,
    };
}

static inline uint32_t u101_lines_in(const u101_context *context, u101_field_kind kind)
{
    return context->head->lines[kind];
}

/* The value of the first line of a field; the empty slice if there is no line. */
static inline u101_slice u101_first_line(const u101_context *context, u101_field_kind kind)
{
    return u101_fields_known_value(context->bytes, context->head, kind);
}

/* Whether a list field has this line and no other, as most clients write it.  Then
 * there is no list to walk. */
static inline bool u101_has_just(const u101_context *context, u101_field_kind kind, u101_slice line)
{
    return u101_lines_in(context, kind) == 1 && u101_equal(u101_first_line(context, kind), line);
}

/* Whether a list field has an element. */
static inline bool u101_has_element(const u101_context *context, u101_field_kind kind)
{
    if (u101_lines_in(context, kind) == 0) {
        return false;
    }
    const u101_slice line = u101_first_line(context, kind);
    if (line.size > 0 && line.at[0] != ',') {
        return true;
    }
    u101_list list = u101_fields_list(context->bytes, context->head, kind);
    u101_slice element;
    return u101_fields_next_element(&list, &element);
}

static inline bool u101_has_body(const u101_context *context)
{
    return u101_framing_has_body(context->decision);
}

static inline bool u101_method_is(const u101_context *context, u101_slice method)
{
    return u101_equal(u101_slice_at(context->bytes, context->head->method), method);
}

#endif
