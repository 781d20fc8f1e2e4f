/* Makes the negotiators of policies.json; policy.h says what holds. */
#include "policy.h"

#include <stdlib.h>

#include "file.h"
#include "harness.h"
#include "json.h"

/* What one policy may hold of each: more ends the program. */
enum { MAX_OFFERS = 8, MAX_LISTED = 64 };

/* The arrays that an offer points to. */
typedef struct {
    u101_slice paths[MAX_LISTED];
    u101_slice subprotocols[MAX_LISTED];
    u101_slice origins[MAX_LISTED];
    u101_slice methods[MAX_LISTED];
    u101_field fields[MAX_LISTED];
} lists;

/* The member, or NULL if it is not named or is null: it has its default. */
static const json_value *given(const json_value *object, const char *name, json_kind kind)
{
    const json_value *member = json_find(object, name);
    if (member == NULL || member->kind == JSON_NULL) {
        return NULL;
    }
    return json_member(object, name, kind);
}

static bool truth_of(const json_value *object, const char *name, bool by_default)
{
    const json_value *member = given(object, name, JSON_BOOLEAN);
    return member == NULL ? by_default : member->truth;
}

static u101_slice text_of(const json_value *string)
{
    if (string->kind != JSON_STRING) {
        check_abort("policies: a string expected");
    }
    return string->text;
}

/* The strings of a list; none if it is not given. */
static size_t read_texts(const json_value *object, const char *name, u101_slice texts[MAX_LISTED])
{
    const json_value *array = given(object, name, JSON_ARRAY);
    size_t count = 0;
    if (array != NULL && array->count > MAX_LISTED) {
        check_abort("policies: a list of more than %d", MAX_LISTED);
    }
    for (const json_value *each = array == NULL ? NULL : array->first; each != NULL;
         each = each->next) {
        texts[count++] = text_of(each);
    }
    return count;
}

static int read_window_bits(const json_value *deflate, const char *name)
{
    const json_value *member = given(deflate, name, JSON_INTEGER);
    return member == NULL ? U101_NO_WINDOW_BITS : (int)member->integer;
}

static void read_deflate(const json_value *offer, u101_websocket *websocket)
{
    const json_value *deflate = given(offer, "deflate", JSON_OBJECT);
    if (deflate == NULL) {
        return;
    }
    websocket->deflate_enabled = true;
    websocket->deflate = (u101_deflate){
        .server_no_context_takeover = truth_of(deflate, "server_no_context_takeover", false),
        .client_no_context_takeover = truth_of(deflate, "client_no_context_takeover", false),
        .require_client_max_window_bits =
            truth_of(deflate, "require_client_max_window_bits", false),
        .server_max_window_bits = read_window_bits(deflate, "server_max_window_bits"),
        .client_max_window_bits = read_window_bits(deflate, "client_max_window_bits"),
    };
}

/* A list, one entry, or null for any origin; one that is not named is "same-origin". */
static void read_origins(const json_value *offer, u101_websocket *websocket, lists *room)
{
    const json_value *origins = json_find(offer, "origins");
    websocket->origins = room->origins;
    websocket->any_origin = origins != NULL && origins->kind == JSON_NULL;
    if (origins == NULL || origins->kind == JSON_STRING) {
        room->origins[0] = origins == NULL ? slice_of("same-origin") : origins->text;
        websocket->origin_count = 1;
    } else {
        websocket->origin_count = read_texts(offer, "origins", room->origins);
    }
}

static void read_websocket(const json_value *offer, lists *room, u101_offer *read)
{
    u101_websocket *websocket = &read->as.websocket;
    read->kind = U101_OFFER_WEBSOCKET;
    *websocket = (u101_websocket){
        .subprotocols = room->subprotocols,
        .subprotocol_count = read_texts(offer, "subprotocols", room->subprotocols),
        .subprotocol_required = truth_of(offer, "subprotocol_required", false),
        .origin_required = truth_of(offer, "origin_required", false),
    };
    read_origins(offer, websocket, room);
    read_deflate(offer, websocket);
}

static void read_protocol(const json_value *offer, lists *room, u101_offer *read)
{
    u101_protocol *protocol = &read->as.protocol;
    const json_value *version = given(offer, "version", JSON_STRING);
    read->kind = U101_OFFER_PROTOCOL;
    *protocol = (u101_protocol){
        .name = json_member(offer, "name", JSON_STRING)->text,
        .version = version == NULL ? (u101_slice){"", 0} : version->text,
        .body = truth_of(offer, "body", false),
        .methods = room->methods,
        .method_count = read_texts(offer, "methods", room->methods),
        .fields = room->fields,
    };
    const json_value *pairs = given(offer, "headers", JSON_ARRAY);
    for (const json_value *pair = pairs == NULL ? NULL : pairs->first; pair != NULL;
         pair = pair->next) {
        if (pair->count != 2 || protocol->field_count == MAX_LISTED) {
            check_abort("policies: a short list of pairs expected");
        }
        room->fields[protocol->field_count++] =
            (u101_field){text_of(pair->first), text_of(pair->first->next)};
    }
}

static u101_offer read_offer(const json_value *offer, lists *room)
{
    const u101_slice type = json_member(offer, "type", JSON_STRING)->text;
    u101_offer read = {
        .kind = U101_OFFER_TLS,
        .paths = room->paths,
        .path_count = read_texts(offer, "paths", room->paths),
    };
    if (slices_equal(type, slice_of("WebSocket"))) {
        read_websocket(offer, room, &read);
    } else if (slices_equal(type, slice_of("H2C"))) {
        read.kind = U101_OFFER_H2C;
        read.as.h2c.upgrade = truth_of(offer, "upgrade", true);
        read.as.h2c.prior_knowledge = truth_of(offer, "prior_knowledge", false);
    } else if (slices_equal(type, slice_of("Protocol"))) {
        read_protocol(offer, room, &read);
    } else if (!slices_equal(type, slice_of("TLS"))) {
        check_abort("policies: an offer of unknown type");
    }
    return read;
}

static u101_limits read_limits(const json_value *object)
{
    u101_limits limits = u101_default_limits;
    for (const json_value *each = object->first; each != NULL; each = each->next) {
        size_t *limit = NULL;
        if (slices_equal(each->name, slice_of("head"))) {
            limit = &limits.head;
        } else if (slices_equal(each->name, slice_of("target"))) {
            limit = &limits.target;
        } else if (slices_equal(each->name, slice_of("fields"))) {
            limit = &limits.fields;
        } else if (slices_equal(each->name, slice_of("body"))) {
            limit = &limits.body;
        }
        if (limit == NULL || each->kind != JSON_INTEGER || each->integer < 0) {
            check_abort("policies: a limit that is not understood");
        }
        *limit = (size_t)each->integer;
    }
    return limits;
}

static u101_negotiator *make(const json_value *object)
{
    const json_value *listed = json_member(object, "offers", JSON_ARRAY);
    u101_offer offers[MAX_OFFERS];
    lists rooms[MAX_OFFERS];
    u101_slice hosts[MAX_LISTED];
    if (listed->count > MAX_OFFERS) {
        check_abort("policies: more than %d offers", MAX_OFFERS);
    }
    u101_config config = {
        .offers = offers,
        .hosts = hosts,
        .limits = read_limits(json_member(object, "limits", JSON_OBJECT)),
        .required = truth_of(object, "required", false),
    };
    for (const json_value *each = listed->first; each != NULL; each = each->next) {
        offers[config.offer_count] = read_offer(each, &rooms[config.offer_count]);
        config.offer_count++;
    }
    config.host_count = read_texts(object, "hosts", hosts);
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("policies: refused: %s", defect.text == NULL ? "no memory" : defect.text);
    }
    return negotiator;
}

policies policies_read(const char *path)
{
    const u101_slice text = file_read(path);
    json_value *file = json_read(text);
    free((char *)text.at);
    if (file->kind != JSON_OBJECT || file->count == 0) {
        check_abort("%s: an object with members expected", path);
    }
    policies read = {calloc(file->count, sizeof *read.all), 0, file};
    if (read.all == NULL) {
        check_abort("policies: out of memory");
    }
    for (const json_value *each = file->first; each != NULL; each = each->next) {
        read.all[read.count++] = (policy){each->name, make(each)};
    }
    return read;
}

void policies_free(policies *read)
{
    for (size_t i = 0; i < read->count; i++) {
        u101_negotiator_free(read->all[i].negotiator);
    }
    free(read->all);
    json_free(read->file);
    *read = (policies){NULL, 0, NULL};
}

const u101_negotiator *policies_find(const policies *read, u101_slice name)
{
    for (size_t i = 0; i < read->count; i++) {
        if (slices_equal(read->all[i].name, name)) {
            return read->all[i].negotiator;
        }
    }
    check_abort("policies: a policy that a vector names is missing");
}
