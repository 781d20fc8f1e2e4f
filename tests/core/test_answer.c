/*
 * The caller's last word: taken, or refused with the decision as it was.
 */
#include "guard.h"
#include "harness.h"
#include "sample.h"
#include "slice.h"

#define HANDSHAKE                                                                                  \
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"                 \
    "Sec-WebSocket-Extensions: permessage-deflate, x-other;a=b\r\n"

static const u101_slice received = BYTES(HANDSHAKE "Sec-WebSocket-Protocol: a, b\r\nX: c\r\n"
                                                   "sec-websocket-protocol: c\r\n\r\n");

static const u101_answer no_answer = {.field_count = 0};
static const u101_field sound_fields[] = {{BYTES("X"), BYTES("y")}};
static const u101_answer sound = {.fields = sound_fields, .field_count = 1};
static const u101_field bad_fields[] = {{BYTES("X"), BYTES("y")}, {BYTES("Upgrade"), BYTES("y")}};
static const u101_answer bad = {.fields = bad_fields, .field_count = 2};

/* A switch to websocket with the subprotocol "b" and permessage-deflate. */
static u101_decision switched(void)
{
    const u101_slice subprotocols[] = {BYTES("b")};
    const u101_offer offer = {
        .kind = U101_OFFER_WEBSOCKET,
        .as.websocket = {.subprotocols = subprotocols,
                         .subprotocol_count = 1,
                         .deflate_enabled = true,
                         .deflate = {.server_max_window_bits = U101_NO_WINDOW_BITS,
                                     .client_max_window_bits = U101_NO_WINDOW_BITS}}};
    u101_negotiator *negotiator = sample_negotiator(&offer, 1);
    u101_hasher *hasher = u101_hasher_new();
    u101_handshake handshake;
    u101_decision decision = {.action = U101_ACTION_PASS};
    u101_handshake_init(&handshake, true);
    CHECK(u101_handshake_decide(negotiator, &handshake, received, false, hasher, &decision));
    CHECK_ACTION(decision.action, U101_ACTION_SWITCH);
    u101_hasher_free(hasher);
    u101_negotiator_free(negotiator);
    return decision;
}

static u101_slice subprotocol_of(const u101_decision *decision)
{
    return u101_slice_at(received.at, decision->subprotocol);
}

/* Whether nothing has changed that the caller's word may change. */
static bool is_same(const u101_decision *left, const u101_decision *right)
{
    return left->action == right->action && left->reason == right->reason &&
           left->status == right->status && left->subprotocol.at == right->subprotocol.at &&
           left->subprotocol.size == right->subprotocol.size &&
           left->extensions_replaced == right->extensions_replaced &&
           left->deflate_agreed == right->deflate_agreed;
}

/* Whether accepting with a subprotocol is a defect. */
static bool is_refused(u101_decision *decision, const u101_answer *answer,
                       const u101_slice *subprotocol)
{
    const u101_decision before = *decision;
    const u101_slice head = guard_slice(received);
    const u101_defect defect = u101_answer_accept(decision, head.at, answer, subprotocol, false);
    if (defect.text != NULL) {
        CHECK(is_same(&before, decision));
    }
    return defect.text != NULL;
}

static void test_answer_accept_keeps_the_subprotocol_or_takes_another(void)
{
    u101_decision decision = switched();
    CHECK_TEXT(subprotocol_of(&decision), "b");
    CHECK(!is_refused(&decision, &no_answer, NULL));
    CHECK_TEXT(subprotocol_of(&decision), "b");
    CHECK(!is_refused(&decision, &sound, &BYTES("a")));
    CHECK_TEXT(subprotocol_of(&decision), "a");
    CHECK(!is_refused(&decision, &sound, &BYTES("c")));
    CHECK_TEXT(subprotocol_of(&decision), "c");
    CHECK(!is_refused(&decision, &sound, &BYTES("")));
    CHECK_SIZE(subprotocol_of(&decision).size, 0);
}

static void test_answer_accept_of_a_subprotocol_not_offered_is_refused(void)
{
    u101_decision decision = switched();
    CHECK(is_refused(&decision, &no_answer, &BYTES("d")));
    CHECK(is_refused(&decision, &no_answer, &BYTES("A")));
    CHECK(is_refused(&decision, &no_answer, &BYTES("a, b")));
    CHECK(is_refused(&decision, &no_answer, &BYTES("websocket")));
    CHECK_TEXT(subprotocol_of(&decision), "b");
    CHECK(!is_refused(&decision, &no_answer, &BYTES("a")));
}

static void test_answer_accept_with_a_field_of_the_library_s_is_refused(void)
{
    u101_decision decision = switched();
    CHECK(is_refused(&decision, &bad, &BYTES("a")));
    CHECK_TEXT(subprotocol_of(&decision), "b");
    CHECK(!is_refused(&decision, &sound, &BYTES("a")));
}

static void test_answer_accept_of_what_is_no_switch_is_refused(void)
{
    u101_decision decision = switched();
    decision.action = U101_ACTION_PASS;
    CHECK(is_refused(&decision, &no_answer, NULL));
    decision.action = U101_ACTION_CONTINUE;
    CHECK(is_refused(&decision, &no_answer, NULL));
    decision.action = U101_ACTION_REJECT;
    CHECK(is_refused(&decision, &no_answer, NULL));
}

static void test_answer_accept_of_prior_knowledge_takes_no_fields(void)
{
    u101_decision decision = {
        .action = U101_ACTION_SWITCH, .preface = true, .kind = U101_OFFER_H2C};
    CHECK(!is_refused(&decision, &no_answer, NULL));
    CHECK(is_refused(&decision, &sound, NULL));
}

static void test_answer_accept_of_another_protocol_has_no_subprotocol(void)
{
    u101_decision decision = switched();
    decision.kind = U101_OFFER_PROTOCOL;
    decision.subprotocol = (u101_span){0, 0};
    CHECK(is_refused(&decision, &no_answer, &BYTES("a")));
    CHECK(!is_refused(&decision, &no_answer, &BYTES("")));
}

/* ---- another answer to the extensions ---- */

typedef struct {
    const char *value;
    bool taken;
    bool deflate; /* whether permessage-deflate is what is agreed on then */
    const char *why;
} extensions_row;

static const extensions_row extensions_rows[] = {
    {"", true, false, "none"},
    {"permessage-deflate", true, true, "one that was offered"},
    {"permessage-deflate; server_max_window_bits=10", true, true, "with a parameter"},
    {"x-other", true, false, "another that was offered"},
    {"x-other;b, permessage-deflate", true, true, "both, in another order"},
    {"permessage-deflate, permessage-deflate; server_max_window_bits=10", true, true,
     "one twice: the first counts"},
    {"permessage-inflate", false, false, "one that was not offered"},
    {"Permessage-deflate", false, false, "names are compared exactly"},
    {"x-other, y-other", false, false, "one that was and one that was not"},
    {"permessage-deflate;", false, false, "an unsound parameter"},
    {"permessage-deflate,", false, false, "an empty element"},
    {"a", false, false, "a parameter's name"},
};

static void test_answer_accept_with_other_extensions_takes_those_offered(void)
{
    for (size_t i = 0; i < COUNT(extensions_rows); i++) {
        const extensions_row *row = &extensions_rows[i];
        const u101_answer answer = {.extensions = guard_text(row->value)};
        u101_decision decision = switched();
        const u101_decision before = decision;
        check_case("%s", row->why);
        CHECK(decision.deflate_agreed);
        const u101_defect defect = u101_answer_accept(&decision, received.at, &answer, NULL, true);
        CHECK_INT(defect.text == NULL, row->taken);
        if (row->taken) {
            CHECK(decision.extensions_replaced);
            CHECK_INT(decision.deflate_agreed, row->deflate);
            CHECK_TEXT(subprotocol_of(&decision), "b");
        } else {
            CHECK(is_same(&before, &decision));
            CHECK_TEXT(defect.value, row->value);
        }
    }
}

static void test_answer_accept_with_parameters_agrees_on_those(void)
{
    const u101_answer answer = {.extensions =
                                    BYTES("permessage-deflate; server_max_window_bits=10; "
                                          "client_no_context_takeover")};
    u101_decision decision = switched();
    CHECK(u101_answer_accept(&decision, received.at, &answer, NULL, true).text == NULL);
    CHECK_INT(decision.deflate.server_max_window_bits, 10);
    CHECK_INT(decision.deflate.client_max_window_bits, U101_NO_WINDOW_BITS);
    CHECK(decision.deflate.client_no_context_takeover);
    CHECK(!decision.deflate.server_no_context_takeover);
    const u101_answer twice = {
        .extensions = BYTES("permessage-deflate; server_max_window_bits=9, permessage-deflate")};
    CHECK(u101_answer_accept(&decision, received.at, &twice, NULL, true).text == NULL);
    CHECK_INT(decision.deflate.server_max_window_bits, 9); /* the first counts */
}

/* Not told so, the answer's extensions are not looked at. */
static void test_answer_accept_as_negotiated_keeps_the_extensions(void)
{
    const u101_answer answer = {.extensions = BYTES("nonsense;")};
    u101_decision decision = switched();
    CHECK(u101_answer_accept(&decision, received.at, &answer, NULL, false).text == NULL);
    CHECK(!decision.extensions_replaced);
    CHECK(decision.deflate_agreed);
}

static void test_answer_accept_of_another_protocol_has_no_extensions(void)
{
    const u101_answer answer = {.extensions = BYTES("x-other")};
    u101_decision decision = switched();
    decision.kind = U101_OFFER_PROTOCOL;
    CHECK(u101_answer_accept(&decision, received.at, &answer, NULL, true).text != NULL);
    CHECK(!decision.extensions_replaced);
    CHECK(u101_answer_accept(&decision, received.at, &no_answer, NULL, true).text == NULL);
}

typedef struct {
    u101_action action;
    int status;
    const u101_answer *answer;
    bool taken;
    const char *why;
} reject_row;

static const u101_answer with_body = {.body = BYTES("b")};

static const reject_row reject_rows[] = {
    {U101_ACTION_SWITCH, 403, &sound, true, "a switch"},
    {U101_ACTION_PASS, 403, &sound, true, "a pass"},
    {U101_ACTION_REJECT, 403, &sound, true, "a reject"},
    {U101_ACTION_CONTINUE, 403, &sound, false, "a continue is not final"},
    {U101_ACTION_SWITCH, 199, &sound, false, "below the statuses"},
    {U101_ACTION_SWITCH, 200, &sound, true, "the least status: it answers as HTTP"},
    {U101_ACTION_SWITCH, 200, &with_body, true, "and with a page"},
    {U101_ACTION_SWITCH, 204, &no_answer, true, "a 204"},
    {U101_ACTION_SWITCH, 204, &with_body, false, "a 204 with a body [RFC 9110 15.3.5]"},
    {U101_ACTION_SWITCH, 203, &with_body, true, "a status before it"},
    {U101_ACTION_SWITCH, 205, &no_answer, true, "a 205"},
    {U101_ACTION_SWITCH, 205, &with_body, false, "a 205 with a body [RFC 9110 15.3.6]"},
    {U101_ACTION_SWITCH, 206, &with_body, true, "a status after it"},
    {U101_ACTION_SWITCH, 599, &sound, true, "the greatest status"},
    {U101_ACTION_SWITCH, 600, &sound, false, "above the statuses"},
    {U101_ACTION_SWITCH, -403, &sound, false, "a negative status"},
    {U101_ACTION_SWITCH, 304, &no_answer, true, "a 304"},
    {U101_ACTION_SWITCH, 304, &with_body, false, "a 304 with a body [RFC 9110 15.4.5]"},
    {U101_ACTION_SWITCH, 305, &with_body, true, "another status with a body"},
    {U101_ACTION_SWITCH, 403, &bad, false, "a field of the library's"},
};

static void test_answer_reject_is_taken_or_refused(void)
{
    for (size_t i = 0; i < COUNT(reject_rows); i++) {
        const reject_row *row = &reject_rows[i];
        u101_decision decision = switched();
        decision.action = row->action;
        const u101_decision before = decision;
        check_case("%s", row->why);
        CHECK_INT(u101_answer_reject(&decision, row->status, row->answer).text == NULL, row->taken);
        if (row->taken) {
            CHECK_ACTION(decision.action, U101_ACTION_REJECT);
            CHECK_REASON(decision.reason, U101_REFUSED);
            CHECK_INT(decision.status, row->status);
        } else {
            CHECK(is_same(&before, &decision));
        }
    }
}

int main(void)
{
    CHECK_RUN(test_answer_accept_keeps_the_subprotocol_or_takes_another);
    CHECK_RUN(test_answer_accept_of_a_subprotocol_not_offered_is_refused);
    CHECK_RUN(test_answer_accept_with_a_field_of_the_library_s_is_refused);
    CHECK_RUN(test_answer_accept_of_what_is_no_switch_is_refused);
    CHECK_RUN(test_answer_accept_of_prior_knowledge_takes_no_fields);
    CHECK_RUN(test_answer_accept_of_another_protocol_has_no_subprotocol);
    CHECK_RUN(test_answer_accept_with_other_extensions_takes_those_offered);
    CHECK_RUN(test_answer_accept_with_parameters_agrees_on_those);
    CHECK_RUN(test_answer_accept_as_negotiated_keeps_the_extensions);
    CHECK_RUN(test_answer_accept_of_another_protocol_has_no_extensions);
    CHECK_RUN(test_answer_reject_is_taken_or_refused);
    return check_finish();
}
