/*
 * Makes a negotiator of a config; negotiator.h says what holds.
 *
 * Strategy: everything is copied into one block behind the struct.  Its size is
 * counted first by the same calls that copy later, so that the two cannot drift.
 */
#include "negotiator.h"

#include <stdlib.h>

#include "check.h"
#include "slice.h"

/* What is left of the block; with `begin` NULL it only counts. */
typedef struct {
    char *begin;
    size_t used;
} block;

static void *take(block *memory, size_t size)
{
    const size_t at = memory->used;
    const size_t unit = sizeof(max_align_t);

    memory->used += (size + unit - 1) / unit * unit;
    return memory->begin == NULL ? NULL : memory->begin + at;
}

static u101_slice copy_slice(block *memory, u101_slice slice)
{
    char *const copy = take(memory, slice.size);

    if (copy != NULL && slice.size > 0) {
        memcpy(copy, slice.at, slice.size);
    }
    return (u101_slice){copy, slice.size};
}

static const u101_slice *copy_slices(block *memory, const u101_slice *slices, size_t count)
{
    u101_slice *const copy = take(memory, count * sizeof(*copy));

    for (size_t i = 0; i < count; i++) {
        const u101_slice slice = copy_slice(memory, slices[i]);
        if (copy != NULL) {
            copy[i] = slice;
        }
    }
    return copy;
}

static const u101_field *copy_fields(block *memory, const u101_field *fields, size_t count)
{
    u101_field *const copy = take(memory, count * sizeof(*copy));

    for (size_t i = 0; i < count; i++) {
        const u101_slice name = copy_slice(memory, fields[i].name);
        const u101_slice value = copy_slice(memory, fields[i].value);
        if (copy != NULL) {
            copy[i] = (u101_field){name, value};
        }
    }
    return copy;
}

static u101_offer copy_offer(block *memory, const u101_offer *offer)
{
    u101_offer copy = *offer;

    if (offer->kind == U101_OFFER_WEBSOCKET) {
        u101_websocket *const websocket = &copy.as.websocket;
        websocket->subprotocols =
            copy_slices(memory, websocket->subprotocols, websocket->subprotocol_count);
        websocket->origins = NULL; /* they are compiled */
        websocket->origin_count = 0;
    } else if (offer->kind == U101_OFFER_PROTOCOL) {
        u101_protocol *const protocol = &copy.as.protocol;
        protocol->name = copy_slice(memory, protocol->name);
        protocol->version = copy_slice(memory, protocol->version);
        protocol->methods = protocol->any_method
                                ? NULL
                                : copy_slices(memory, protocol->methods, protocol->method_count);
        protocol->fields = copy_fields(memory, protocol->fields, protocol->field_count);
    }
    return copy;
}

static uint32_t *take_slots(block *memory, size_t count)
{
    return take(memory, u101_index_size(count) * sizeof(uint32_t));
}

static u101_allowlist compile_hosts(block *memory, const u101_config *config)
{
    const size_t count = config->host_count;
    u101_allowed *const entries = take(memory, count * sizeof(*entries));

    for (size_t i = 0; i < count; i++) {
        const u101_slice host = copy_slice(memory, config->hosts[i]);
        u101_authority authority;
        if (entries != NULL && u101_authority_read(host, &authority)) {
            const u101_origin origin = u101_origin_of_host(&authority, authority.number);
            entries[i] = u101_allowed_of(&origin);
        }
    }
    return u101_allowlist_of(entries, count, true, take_slots(memory, count));
}

static u101_allowlist compile_origins(block *memory, const u101_websocket *websocket)
{
    const size_t count = websocket->origin_count;
    u101_allowed *const entries = take(memory, count * sizeof(*entries));

    for (size_t i = 0; i < count; i++) {
        const u101_slice text = copy_slice(memory, websocket->origins[i]);
        u101_origin origin;
        if (entries != NULL && u101_origin_read(text, &origin)) {
            entries[i] = u101_allowed_of(&origin);
        }
    }
    return u101_allowlist_of(entries, count, false, take_slots(memory, count));
}

static u101_index compile_subprotocols(block *memory, const u101_websocket *websocket)
{
    const size_t count = websocket->subprotocol_count;
    uint32_t *const slots = take_slots(memory, count);
    u101_index index = u101_index_in(slots, count);

    if (index.slots != NULL) {
        (void)u101_add_names(&index, websocket->subprotocols, count);
    }
    return index;
}

/* Fills `negotiator` from the block. */
static void compile(u101_negotiator *negotiator, block *memory, const u101_config *config)
{
    u101_offer *const offers = take(memory, config->offer_count * sizeof(*offers));

    *negotiator = (u101_negotiator){.limits = config->limits,
                                    .offer_count = config->offer_count,
                                    .offers = offers,
                                    .required = config->required};
    for (size_t i = 0; i < config->offer_count; i++) {
        const u101_offer *const offer = &config->offers[i];
        const u101_offer copy = copy_offer(memory, offer);
        if (offers != NULL) {
            offers[i] = copy;
        }
        if (offer->kind == U101_OFFER_WEBSOCKET) {
            negotiator->origins = compile_origins(memory, &offer->as.websocket);
            negotiator->subprotocols = compile_subprotocols(memory, &copy.as.websocket);
        }
        if (offer->kind == U101_OFFER_H2C) {
            negotiator->prior_knowledge = offer->as.h2c.prior_knowledge;
        }
    }
    negotiator->hosts = compile_hosts(memory, config);
}

u101_negotiator *u101_negotiator_new(const u101_config *config, u101_defect *defect)
{
    u101_negotiator counted;
    block memory = {NULL, 0};

    *defect = u101_check_config(config);
    if (defect->text != NULL) {
        return NULL;
    }
    (void)take(&memory, sizeof(u101_negotiator));
    compile(&counted, &memory, config);
    memory.begin = malloc(memory.used);
    if (memory.begin == NULL) {
        return NULL;
    }
    memory.used = 0;
    u101_negotiator *const negotiator = take(&memory, sizeof(u101_negotiator));
    compile(negotiator, &memory, config);
    return negotiator;
}

void u101_negotiator_free(u101_negotiator *negotiator)
{
    free(negotiator);
}
