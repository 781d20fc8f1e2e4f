/*
 * Makes a negotiator of a config; negotiator.h says what holds.
 *
 * Strategy: everything is copied into one block after the struct.  The size of the
 * block is counted first, by the same calls that copy later, so that the two agree.
 */
#include "negotiator.h"

#include <stdlib.h>

#include "check.h"
#include "offers.h"
#include "slice.h"

/* A block that is filled from its start.  If `begin` is NULL, it only counts. */
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

/* A copied list, sorted.  `slices` is NULL while it only counts. */
static u101_names compile_names(block *memory, const u101_slice *slices, size_t count)
{
    u101_name *const names = take(memory, count * sizeof(*names));

    for (size_t i = 0; names != NULL && i < count; i++) {
        names[i] = (u101_name){slices[i], i};
    }
    return u101_names_of(names, names == NULL ? 0 : count);
}

static u101_paths compile_paths(block *memory, const u101_slice *patterns, size_t count)
{
    u101_name *const names = take(memory, count * sizeof(*names));
    size_t exact = 0;
    size_t beginnings = 0; /* from the end of the names */

    for (size_t i = 0; names != NULL && i < count; i++) {
        u101_slice pattern = patterns[i];
        if (u101_paths_is_beginning(pattern)) {
            pattern.size -= 2;
            names[count - ++beginnings] = (u101_name){pattern, i};
        } else {
            names[exact++] = (u101_name){pattern, i};
        }
    }
    return (u101_paths){u101_names_of(names, exact),
                        u101_names_of(names == NULL ? NULL : names + exact, beginnings)};
}

static u101_origins compile_origins(block *memory, const u101_websocket *websocket)
{
    const size_t count = websocket->any_origin ? 0 : websocket->origin_count;
    u101_allowed *const patterns = take(memory, count * sizeof(*patterns));
    u101_name *const exact = take(memory, count * sizeof(*exact));
    size_t pattern_count = 0;
    size_t exact_count = 0;
    u101_origins origins = {.same_origin = false};

    for (size_t i = 0; i < count; i++) {
        const u101_slice text = copy_slice(memory, websocket->origins[i]);
        if (patterns == NULL) {
            continue;
        }
        switch (u101_origins_read_entry(text, &patterns[pattern_count])) {
        case U101_ORIGINS_SAME_ORIGIN:
            origins.same_origin = true;
            break;
        case U101_ORIGINS_SAME_HOST:
            origins.same_host = true;
            break;
        case U101_ORIGINS_PATTERN:
            pattern_count++;
            break;
        case U101_ORIGINS_EXACT:
            exact[exact_count] = (u101_name){text, exact_count};
            exact_count++;
            break;
        case U101_ORIGINS_UNSOUND:
            break;
        }
    }
    origins.patterns = u101_allowlist_of(patterns, pattern_count);
    origins.exact = u101_names_of(exact, exact_count);
    return origins;
}

static u101_allowlist compile_hosts(block *memory, const u101_config *config)
{
    const size_t count = config->host_count;
    u101_allowed *const entries = take(memory, count * sizeof(*entries));

    for (size_t i = 0; i < count; i++) {
        const u101_slice host = copy_slice(memory, config->hosts[i]);
        u101_authority authority;
        if (entries != NULL && u101_authority_read(host, &authority)) {
            entries[i] =
                u101_allowlist_entry((u101_slice){"", 0}, u101_allowlist_name(authority.host),
                                     authority.colon ? authority.number : U101_ANY_PORT);
        }
    }
    return u101_allowlist_of(entries, entries == NULL ? 0 : count);
}

static u101_compiled_offer compile_offer(block *memory, const u101_offer *offer)
{
    u101_compiled_offer compiled = {.offer = *offer};

    compiled.offer.paths = copy_slices(memory, offer->paths, offer->path_count);
    compiled.paths = compile_paths(memory, compiled.offer.paths, offer->path_count);
    if (offer->kind == U101_OFFER_WEBSOCKET) {
        u101_websocket *const websocket = &compiled.offer.as.websocket;
        compiled.origins = compile_origins(memory, websocket);
        websocket->origins = NULL; /* they are compiled */
        websocket->origin_count = 0;
        websocket->subprotocols =
            copy_slices(memory, websocket->subprotocols, websocket->subprotocol_count);
        compiled.subprotocols =
            compile_names(memory, websocket->subprotocols, websocket->subprotocol_count);
    } else if (offer->kind == U101_OFFER_PROTOCOL) {
        u101_protocol *const protocol = &compiled.offer.as.protocol;
        protocol->name = copy_slice(memory, protocol->name);
        protocol->version = copy_slice(memory, protocol->version);
        protocol->methods = copy_slices(memory, protocol->methods, protocol->method_count);
        protocol->fields = copy_fields(memory, protocol->fields, protocol->field_count);
    }
    return compiled;
}

/* Fills `negotiator` from the block. */
static void compile(u101_negotiator *negotiator, block *memory, const u101_config *config)
{
    u101_compiled_offer *const offers = take(memory, config->offer_count * sizeof(*offers));

    *negotiator = (u101_negotiator){.limits = config->limits,
                                    .offer_count = config->offer_count,
                                    .offers = offers,
                                    .host_count = config->host_count,
                                    .prior_knowledge = U101_NO_OFFER,
                                    .required = config->required};
    for (size_t i = 0; i < config->offer_count; i++) {
        const u101_offer *const offer = &config->offers[i];
        const u101_compiled_offer compiled = compile_offer(memory, offer);
        if (offers != NULL) {
            offers[i] = compiled;
        }
        if (offer->kind == U101_OFFER_H2C && offer->as.h2c.prior_knowledge &&
            negotiator->prior_knowledge == U101_NO_OFFER) {
            negotiator->prior_knowledge = i;
        }
        negotiator->websocket |= offer->kind == U101_OFFER_WEBSOCKET;
    }
    negotiator->hosts = compile_hosts(memory, config);
}

/* Whether one of the offers before `last` takes each request whose path the pattern
 * matches, or each request if the pattern is NULL. */
static bool is_taken(const u101_compiled_offer *offers, size_t last, const u101_slice *pattern)
{
    for (size_t i = 0; i < last; i++) {
        if (!u101_offers_overlap(&offers[i].offer, &offers[last].offer)) {
            continue;
        }
        if (offers[i].offer.path_count == 0 ||
            (pattern != NULL && u101_paths_cover(&offers[i].paths, *pattern))) {
            return true;
        }
    }
    return false;
}

/* Whether some request reaches the offer.  The first offer with prior knowledge is
 * always reached by that. */
static bool is_reachable(const u101_negotiator *negotiator, size_t index)
{
    const u101_offer *const offer = &negotiator->offers[index].offer;

    if (negotiator->prior_knowledge == index) {
        return true;
    }
    if (offer->kind == U101_OFFER_H2C && !offer->as.h2c.upgrade) {
        return false;
    }
    for (size_t i = 0; i < offer->path_count; i++) {
        if (!is_taken(negotiator->offers, index, &offer->paths[i])) {
            return true;
        }
    }
    return offer->path_count == 0 && !is_taken(negotiator->offers, index, NULL);
}

/* The name in the defect is the config's, because the negotiator is freed before anyone
 * reads it. */
static u101_defect check_reachable(const u101_negotiator *negotiator, const u101_config *config)
{
    for (size_t i = 0; i < negotiator->offer_count; i++) {
        if (!is_reachable(negotiator, i)) {
            return (u101_defect){"offers: one can never be reached, because an earlier one of the "
                                 "same name and version has no paths or covers its paths",
                                 u101_offers_name(&config->offers[i])};
        }
    }
    return u101_no_defect();
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
    *defect = check_reachable(negotiator, config);
    if (defect->text != NULL) {
        free(negotiator);
        return NULL;
    }
    return negotiator;
}

void u101_negotiator_free(u101_negotiator *negotiator)
{
    free(negotiator);
}
