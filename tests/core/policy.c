/* Makes the negotiators of policies.json; policy.h says what holds. */
#include "policy.h"

#include <stdlib.h>

#include "file.h"
#include "harness.h"
#include "json.h"

/* What one policy may hold of each: more ends the program. */
enum { MAX_OFFERS = 8, MAX_LISTED = 8 };

/* An offer and the arrays that it points to. */
typedef struct {
    u101_slice subprotocols[MAX_LISTED];
    u101_slice origins[MAX_LISTED];
    u101_slice methods[MAX_LISTED];
    u101_field fields[MAX_LISTED];
} lists;

static bool truth_of(const json_value *object, const char *name)
{
    return json_member(object, name, JSON_BOOLEAN)->truth;
}

static u101_slice text_of(const json_value *string)
{
    if (string->kind != JSON_STRING) {
        check_abort("policies: a string expected");
    }
    return string->text;
}

static size_t read_texts(const json_value *array, u101_slice texts[MAX_LISTED])
{
    if (array->count > MAX_LISTED) {
        check_abort("policies: a list of more than %d", MAX_LISTED);
    }
    size_t count = 0;
    for (const json_value *each = array->first; each != NULL; each = each->next) {
        texts[count++] = text_of(each);
    }
    return count;
}

/* A member that is a string or null. */
static u101_slice read_optional_text(const json_value *object, const char *name)
{
    const json_value *member = json_find(object, name);
    if (member == NULL) {
        check_abort("policies: no member %s", name);
    }
    return member->kind == JSON_NULL ? (u101_slice){NULL, 0} : text_of(member);
}

static int read_window_bits(const json_value *deflate, const char *name)
{
    const json_value *member = json_find(deflate, name);
    if (member != NULL && member->kind == JSON_NULL) {
        return U101_NO_WINDOW_BITS;
    }
    return (int)json_member(deflate, name, JSON_INTEGER)->integer;
}

static void read_deflate(const json_value *offer, u101_websocket *websocket)
{
    const json_value *deflate = json_find(offer, "deflate");
    if (deflate != NULL && deflate->kind == JSON_NULL) {
        return;
    }
    deflate = json_member(offer, "deflate", JSON_OBJECT);
    websocket->deflate_enabled = true;
    websocket->deflate = (u101_deflate){
        .server_no_context_takeover = truth_of(deflate, "server_no_context_takeover"),
        .client_no_context_takeover = truth_of(deflate, "client_no_context_takeover"),
        .server_max_window_bits = read_window_bits(deflate, "server_max_window_bits"),
        .client_max_window_bits = read_window_bits(deflate, "client_max_window_bits"),
    };
}

static void read_origins(const json_value *offer, u101_websocket *websocket, lists *room)
{
    const json_value *origins = json_find(offer, "origins");
    if (origins != NULL && origins->kind == JSON_NULL) {
        websocket->origin_rule = U101_ORIGINS_ANY;
    } else if (origins != NULL && origins->kind == JSON_STRING &&
               slices_equal(origins->text, slice_of("same-origin"))) {
        websocket->origin_rule = U101_ORIGINS_SAME;
    } else {
        websocket->origin_rule = U101_ORIGINS_LISTED;
        websocket->origins = room->origins;
        websocket->origin_count =
            read_texts(json_member(offer, "origins", JSON_ARRAY), room->origins);
    }
}

static u101_offer read_websocket(const json_value *offer, lists *room)
{
    u101_websocket websocket = {
        .subprotocols = room->subprotocols,
        .subprotocol_count =
            read_texts(json_member(offer, "subprotocols", JSON_ARRAY), room->subprotocols),
        .subprotocol_required = truth_of(offer, "subprotocol_required"),
        .origin_required = truth_of(offer, "origin_required"),
    };
    read_origins(offer, &websocket, room);
    read_deflate(offer, &websocket);
    return (u101_offer){.kind = U101_OFFER_WEBSOCKET, .as.websocket = websocket};
}

static u101_offer read_protocol(const json_value *offer, lists *room)
{
    u101_protocol protocol = {
        .name = json_member(offer, "name", JSON_STRING)->text,
        .version = read_optional_text(offer, "version"),
        .body = truth_of(offer, "body"),
        .methods = room->methods,
        .fields = room->fields,
    };
    const json_value *methods = json_find(offer, "methods");
    if (methods != NULL && methods->kind == JSON_NULL) {
        protocol.any_method = true;
    } else {
        methods = json_member(offer, "methods", JSON_ARRAY);
        protocol.method_count = read_texts(methods, room->methods);
    }
    const json_value *pairs = json_member(offer, "headers", JSON_ARRAY);
    for (const json_value *pair = pairs->first; pair != NULL; pair = pair->next) {
        if (pair->count != 2 || protocol.field_count == MAX_LISTED) {
            check_abort("policies: a short list of pairs expected");
        }
        room->fields[protocol.field_count++] =
            (u101_field){text_of(pair->first), text_of(pair->first->next)};
    }
    return (u101_offer){.kind = U101_OFFER_PROTOCOL, .as.protocol = protocol};
}

static u101_offer read_offer(const json_value *offer, lists *room)
{
    const u101_slice type = json_member(offer, "type", JSON_STRING)->text;
    u101_offer read = {.kind = U101_OFFER_TLS};
    if (slices_equal(type, slice_of("WebSocket"))) {
        read = read_websocket(offer, room);
    } else if (slices_equal(type, slice_of("H2C"))) {
        read.kind = U101_OFFER_H2C;
        read.as.h2c.prior_knowledge = truth_of(offer, "prior_knowledge");
    } else if (slices_equal(type, slice_of("Protocol"))) {
        read = read_protocol(offer, room);
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
        .required = truth_of(object, "required"),
    };
    for (const json_value *each = listed->first; each != NULL; each = each->next) {
        offers[config.offer_count] = read_offer(each, &rooms[config.offer_count]);
        config.offer_count++;
    }
    if (json_find(object, "hosts") != NULL) {
        config.host_count = read_texts(json_member(object, "hosts", JSON_ARRAY), hosts);
    }
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
