/*
 * The caller's last word on a decision [contract 7].
 *
 * In: a decision, and what the caller wants.  Out: the decision changed, or a
 * defect and the decision as it was.
 */
#include "check.h"
#include "fields.h"
#include "slice.h"

/* Finds the subprotocol among those the client offered.  The request was found
 * sound, so its list is one [RFC 6455 4.2.2]. */
static bool find_offered(const u101_decision *decision, const char *received, u101_slice name,
                         u101_span *found)
{
    size_t cursor = decision->fields;
    u101_field field;

    while (u101_fields_next(received, decision->head_size, &cursor, &field)) {
        if (u101_field_kind_of(field.name) != U101_FIELD_WS_PROTOCOL) {
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

u101_defect u101_answer_accept(u101_decision *decision, const char *received, const u101_answer *answer,
                        const u101_slice *subprotocol)
{
    u101_span chosen = {0, 0};

    if (decision->action != U101_ACTION_SWITCH) {
        return u101_defect_of("only a SWITCH can be accepted");
    }
    if (decision->reason == U101_HTTP2_PRIOR_KNOWLEDGE && answer->field_count > 0) {
        return u101_defect_of("a switch without a response takes no fields");
    }
    const u101_defect found = u101_check_fields(answer->fields, answer->field_count);
    if (found.text != NULL) {
        return found;
    }
    if (subprotocol != NULL && subprotocol->size > 0 &&
        (decision->kind != U101_OFFER_WEBSOCKET ||
         !find_offered(decision, received, *subprotocol, &chosen))) {
        return (u101_defect){"a subprotocol was not offered by the client", *subprotocol};
    }
    if (subprotocol != NULL) {
        decision->subprotocol = chosen;
    }
    return u101_no_defect();
}

u101_defect u101_answer_reject(u101_decision *decision, int status, const u101_answer *answer)
{
    if (decision->action == U101_ACTION_CONTINUE) {
        return u101_defect_of("a CONTINUE is no final decision");
    }
    if (status < 300 || status > 599) {
        return u101_defect_of("a status must be 300 to 599");
    }
    /* [RFC 9110 15.4.5] */
    if (status == 304 && answer->body.size > 0) {
        return u101_defect_of("a 304 has no body");
    }
    const u101_defect found = u101_check_fields(answer->fields, answer->field_count);
    if (found.text != NULL) {
        return found;
    }
    u101_decision_refuse(decision, U101_REFUSED);
    decision->status = status;
    return u101_no_defect();
}
