/*
 * The caller's last word on a decision [contract 7].
 *
 * In: a decision, and what the caller wants.  Out: the changed decision, or a defect
 * and the decision unchanged.
 */
#include "check.h"
#include "extensions.h"
#include "fields.h"

/* Finds the subprotocol among those that the client offered.  Their list was checked
 * when the request was decided [RFC 6455 4.2.2]. */
static bool find_offered(const u101_decision *decision, const char *received, u101_slice name,
                         u101_span *found)
{
    size_t cursor = decision->fields;
    u101_field field;

    while (u101_fields_next(received, decision->head_size, &cursor, &field)) {
        if (u101_fields_kind(field.name) != U101_FIELD_WS_PROTOCOL) {
            continue;
        }
        u101_list list = {.rest = field.value};
        u101_slice offered;
        while (u101_fields_next_element(&list, &offered)) {
            if (u101_equal(offered, name)) {
                *found = u101_span_in(received, offered);
                return true;
            }
        }
    }
    return false;
}

/* Whether the value may be answered: each of its extensions was offered.  `agreement`
 * has the parameters of permessage-deflate. */
static bool are_offered(const u101_decision *decision, const char *received, u101_slice value,
                        u101_agreement *agreement)
{
    do {
        u101_deflate_offer deflate;
        u101_slice name;
        if (!u101_extensions_read_answer(&value, &name, &deflate) ||
            !u101_extensions_is_offered(decision, received, name)) {
            return false;
        }
        if (deflate.acceptable && !agreement->agreed) {
            *agreement = (u101_agreement){u101_deflate_answered(&deflate), true};
        }
    } while (value.size > 0);
    return true;
}

u101_defect u101_answer_accept(u101_decision *decision, const char *received,
                               const u101_answer *answer, const u101_slice *subprotocol,
                               bool extensions)
{
    const bool websocket = decision->kind == U101_OFFER_WEBSOCKET;
    u101_span chosen = {0, 0};
    u101_agreement agreement = {.agreed = false};

    if (decision->action != U101_ACTION_SWITCH) {
        return u101_defect_of("only a SWITCH can be accepted");
    }
    if (decision->preface && answer->field_count > 0) {
        return u101_defect_of("headers: a switch without a response takes none");
    }
    const u101_defect found = u101_check_fields(answer->fields, answer->field_count);
    if (found.text != NULL) {
        return found;
    }
    if (subprotocol != NULL && subprotocol->size > 0 &&
        (!websocket || !find_offered(decision, received, *subprotocol, &chosen))) {
        return (u101_defect){"subprotocol: the client has not offered it", *subprotocol};
    }
    if (extensions && answer->extensions.size > 0 &&
        (!websocket || !are_offered(decision, received, answer->extensions, &agreement))) {
        return (u101_defect){"extensions: must be a list of extensions that the client has offered",
                             answer->extensions};
    }
    if (subprotocol != NULL) {
        decision->subprotocol = chosen;
    }
    if (extensions) {
        decision->extensions_replaced = true;
        decision->deflate_agreed = agreement.agreed;
        decision->deflate = agreement.deflate;
    }
    return u101_no_defect();
}

u101_defect u101_answer_reject(u101_decision *decision, int status, const u101_answer *answer)
{
    if (decision->action == U101_ACTION_CONTINUE) {
        return u101_defect_of("a CONTINUE is no final decision");
    }
    if (status < 200 || status > 599) {
        return u101_defect_of("status must be 200 to 599");
    }
    /* [RFC 9110 15.3.5, 15.3.6, 15.4.5] */
    if ((status == 204 || status == 205 || status == 304) && answer->body.size > 0) {
        return u101_defect_of("body must be empty with status 204, 205 and 304");
    }
    const u101_defect found = u101_check_fields(answer->fields, answer->field_count);
    if (found.text != NULL) {
        return found;
    }
    u101_decision_refuse(decision, U101_REFUSED);
    decision->status = status;
    return u101_no_defect();
}
