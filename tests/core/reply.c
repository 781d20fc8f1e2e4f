/* Reads and gives answers; reply.h says what holds. */
#include "reply.h"

#include "harness.h"

/* The text of a member; empty if it is not given or null. */
static u101_slice read_text(const json_value *arguments, const char *name, bool *given)
{
    const json_value *member = json_find(arguments, name);
    *given = member != NULL;
    return member == NULL || member->kind == JSON_NULL
               ? (u101_slice){"", 0}
               : json_member(arguments, name, JSON_STRING)->text;
}

static void read_fields(const json_value *arguments, reply *read)
{
    const json_value *pairs = json_find(arguments, "headers");
    for (const json_value *pair = pairs == NULL ? NULL : pairs->first; pair != NULL;
         pair = pair->next) {
        if (read->answer.field_count == COUNT(read->fields)) {
            check_abort("vectors: an answer of more than %zu fields", COUNT(read->fields));
        }
        read->fields[read->answer.field_count++] =
            (u101_field){pair->first->text, pair->first->next->text};
    }
}

bool reply_read(const json_value *step, reply *read)
{
    const json_value *accept = json_find(step, "accept");
    const json_value *arguments =
        accept == NULL ? json_member(step, "reject", JSON_OBJECT) : accept;
    const json_value *extensions = json_find(arguments, "extensions");
    bool body_given;
    *read = (reply){.answer = {.fields = read->fields}, .accepts = accept != NULL};
    read_fields(arguments, read);
    read->answer.body = read_text(arguments, "body", &body_given);
    read->answer.extensions = read_text(arguments, "extensions", &read->extensions_given);
    read->subprotocol = read_text(arguments, "subprotocol", &read->subprotocol_given);
    if (!read->accepts) {
        read->status = (int)json_member(arguments, "status", JSON_INTEGER)->integer;
    }
    return extensions == NULL || extensions->kind == JSON_NULL || extensions->text.size > 0;
}

u101_defect reply_give(const reply *read, u101_decision *decision, const char *received)
{
    return read->accepts ? u101_answer_accept(decision, received, &read->answer,
                                              read->subprotocol_given ? &read->subprotocol : NULL,
                                              read->extensions_given)
                         : u101_answer_reject(decision, read->status, &read->answer);
}
