/*
 * Offers of permessage-deflate taken, declined and answered [RFC 7692 7.1, 7.1.2, 7.1.2.2].
 */
#include "deflate.h"

#include "guard.h"
#include "harness.h"

#define NONE U101_NO_WINDOW_BITS

typedef struct {
    const char *name;
    const char *value; /* NULL: none */
} parameter_row;

typedef struct {
    parameter_row parameters[3];
    bool acceptable;
    const char *why;
} offer_row;

static const offer_row offer_rows[] = {
    {{{0}}, true, "no parameter"},
    {{{"server_no_context_takeover", NULL}}, true, "a flag"},
    {{{"server_no_context_takeover", "1"}}, false, "a flag with a value"},
    {{{"client_no_context_takeover", NULL}}, true, "the other flag"},
    {{{"client_no_context_takeover", "true"}}, false, "the other flag with a value"},
    {{{"server_no_context_takeover", NULL}, {"server_no_context_takeover", NULL}}, false, "twice"},
    {{{"client_no_context_takeover", NULL}, {"client_no_context_takeover", NULL}}, false, "twice"},
    {{{"server_no_context_takeovers", NULL}}, false, "unknown by a byte"},
    {{{"Server_no_context_takeover", NULL}}, false, "names are compared exactly"},
    {{{"server_max_window_bits", NULL}}, false, "a value is needed"},
    {{{"server_max_window_bits", "8"}}, false, "zlib cannot produce 8"},
    {{{"server_max_window_bits", "9"}}, true, "the least"},
    {{{"server_max_window_bits", "15"}}, true, "the most"},
    {{{"server_max_window_bits", "16"}}, false, "more than the most"},
    {{{"server_max_window_bits", "09"}}, false, "a leading zero"},
    {{{"server_max_window_bits", "0"}}, false, "zero"},
    {{{"server_max_window_bits", "9x"}}, false, "no number"},
    {{{"client_max_window_bits", "1."}}, false, "a byte just below the digits"},
    {{{"server_max_window_bits", "-9"}}, false, "a sign"},
    {{{"server_max_window_bits", "115"}}, false, "three digits"},
    {{{"server_max_window_bits", "1000000000000000000000"}}, false, "more digits than fit"},
    {{{"server_max_window_bits", "9"}, {"server_max_window_bits", "9"}}, false, "twice"},
    {{{"client_max_window_bits", NULL}}, true, "a value is optional"},
    {{{"client_max_window_bits", "7"}}, false, "less than the least"},
    {{{"client_max_window_bits", "8"}}, true, "the least of the client"},
    {{{"client_max_window_bits", "15"}}, true, "the most of the client"},
    {{{"client_max_window_bits", "16"}}, false, "more than the most of the client"},
    {{{"client_max_window_bits", NULL}, {"client_max_window_bits", "9"}}, false, "twice"},
    {{{"client_max_window_bits", "1\\0"}}, true, "a quoted pair is unescaped"},
    {{{"server_no_context_takeover", NULL}, {"x", NULL}, {"server_max_window_bits", "9"}},
     false,
     "one unknown among known ones"},
    {{{"client_max_window_bits", "9"}, {"server_max_window_bits", "10"}}, true, "both"},
};

static u101_deflate_offer read_offer(const offer_row *row)
{
    u101_deflate_offer offer;
    u101_deflate_begin(&offer, guard_text("permessage-deflate"));
    for (size_t i = 0; i < COUNT(row->parameters) && row->parameters[i].name != NULL; i++) {
        const parameter_row *each = &row->parameters[i];
        u101_parameter parameter = {.name = guard_text(each->name),
                                    .has_value = each->value != NULL};
        if (parameter.has_value) {
            parameter.value = guard_text(each->value);
        }
        u101_deflate_take(&offer, &parameter);
    }
    return offer;
}

static void test_deflate_offer_is_acceptable_or_declined(void)
{
    for (size_t i = 0; i < COUNT(offer_rows); i++) {
        check_case("%s", offer_rows[i].why);
        CHECK_INT(read_offer(&offer_rows[i]).acceptable, offer_rows[i].acceptable);
    }
}

static void test_deflate_of_another_name_is_declined(void)
{
    u101_deflate_offer offer;
    u101_deflate_begin(&offer, guard_text("permessage-deflat"));
    CHECK(!offer.acceptable);
    u101_deflate_begin(&offer, guard_text("x-webkit-deflate-frame"));
    CHECK(!offer.acceptable);
}

typedef struct {
    offer_row offered;
    u101_deflate configured;
    u101_deflate agreed;
} answer_row;

static const answer_row answer_rows[] = {
    {{{{0}}, true, "nothing offered, nothing configured"},
     {false, false, false, NONE, NONE},
     {false, false, false, NONE, NONE}},
    {{{{0}}, true, "the flags are configured"},
     {true, true, false, NONE, NONE},
     {true, true, false, NONE, NONE}},
    {{{{"server_no_context_takeover", NULL}, {"client_no_context_takeover", NULL}},
      true,
      "the flags are offered"},
     {false, false, false, NONE, NONE},
     {true, true, false, NONE, NONE}},
    {{{{0}}, true, "server bits below 15 are configured"},
     {false, false, false, 12, NONE},
     {false, false, false, 12, NONE}},
    {{{{0}}, true, "15 server bits are configured: nothing to say"},
     {false, false, false, 15, NONE},
     {false, false, false, NONE, NONE}},
    {{{{"server_max_window_bits", "15"}}, true, "15 server bits are offered"},
     {false, false, false, NONE, NONE},
     {false, false, false, 15, NONE}},
    {{{{"server_max_window_bits", "15"}}, true, "both are 15"},
     {false, false, false, 15, NONE},
     {false, false, false, 15, NONE}},
    {{{{"server_max_window_bits", "10"}}, true, "fewer server bits are offered"},
     {false, false, false, 12, NONE},
     {false, false, false, 10, NONE}},
    {{{{"server_max_window_bits", "13"}}, true, "fewer server bits are configured"},
     {false, false, false, 12, NONE},
     {false, false, false, 12, NONE}},
    {{{{0}}, true, "client bits are configured but not offered"},
     {false, false, false, NONE, 10},
     {false, false, false, NONE, NONE}},
    {{{{"client_max_window_bits", NULL}}, true, "client bits are offered but not configured"},
     {false, false, false, NONE, NONE},
     {false, false, false, NONE, NONE}},
    {{{{"client_max_window_bits", NULL}}, true, "client bits without a value stand for 15"},
     {false, false, false, NONE, 10},
     {false, false, false, NONE, 10}},
    {{{{"client_max_window_bits", NULL}}, true, "15 client bits are configured"},
     {false, false, false, NONE, 15},
     {false, false, false, NONE, 15}},
    {{{{"client_max_window_bits", "8"}}, true, "fewer client bits are offered"},
     {false, false, false, NONE, 10},
     {false, false, false, NONE, 8}},
    {{{{"client_max_window_bits", "12"}}, true, "fewer client bits are configured"},
     {false, false, false, NONE, 10},
     {false, false, false, NONE, 10}},
};

static void test_deflate_answer_is_the_lesser_of_both(void)
{
    for (size_t i = 0; i < COUNT(answer_rows); i++) {
        const answer_row *row = &answer_rows[i];
        const u101_deflate_offer offer = read_offer(&row->offered);
        check_case("%s", row->offered.why);
        CHECK(offer.acceptable);
        const u101_deflate agreed = u101_deflate_agree(&offer, &row->configured);
        CHECK_INT(agreed.server_no_context_takeover, row->agreed.server_no_context_takeover);
        CHECK_INT(agreed.client_no_context_takeover, row->agreed.client_no_context_takeover);
        CHECK_INT(agreed.server_max_window_bits, row->agreed.server_max_window_bits);
        CHECK_INT(agreed.client_max_window_bits, row->agreed.client_max_window_bits);
    }
}

static void test_deflate_bound_that_is_required_suits_only_clients_that_offer_it(void)
{
    static const offer_row without = {{{"server_max_window_bits", "9"}}, true, ""};
    static const offer_row with = {{{"client_max_window_bits", NULL}}, true, ""};
    const u101_deflate free_choice = {.server_max_window_bits = NONE, .client_max_window_bits = 10};
    u101_deflate bound = free_choice;
    bound.require_client_max_window_bits = true;
    const u101_deflate_offer plain = read_offer(&without);
    const u101_deflate_offer bounded = read_offer(&with);
    CHECK(u101_deflate_suits(&plain, &free_choice));
    CHECK(!u101_deflate_suits(&plain, &bound));
    CHECK(u101_deflate_suits(&bounded, &free_choice));
    CHECK(u101_deflate_suits(&bounded, &bound));
}

static void test_deflate_answer_is_read_as_it_is_written(void)
{
    static const offer_row rows[] = {
        {{{0}}, true, "no parameter"},
        {{{"server_no_context_takeover", NULL}, {"client_no_context_takeover", NULL}}, true, ""},
        {{{"server_max_window_bits", "10"}, {"client_max_window_bits", "8"}}, true, "both bounds"},
    };
    const u101_deflate expected[] = {
        {false, false, false, NONE, NONE},
        {true, true, false, NONE, NONE},
        {false, false, false, 10, 8},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const u101_deflate_offer offer = read_offer(&rows[i]);
        const u101_deflate answered = u101_deflate_answered(&offer);
        check_case("row %zu", i);
        CHECK_INT(answered.server_no_context_takeover, expected[i].server_no_context_takeover);
        CHECK_INT(answered.client_no_context_takeover, expected[i].client_no_context_takeover);
        CHECK_INT(answered.server_max_window_bits, expected[i].server_max_window_bits);
        CHECK_INT(answered.client_max_window_bits, expected[i].client_max_window_bits);
    }
}

int main(void)
{
    CHECK_RUN(test_deflate_offer_is_acceptable_or_declined);
    CHECK_RUN(test_deflate_of_another_name_is_declined);
    CHECK_RUN(test_deflate_answer_is_the_lesser_of_both);
    CHECK_RUN(test_deflate_bound_that_is_required_suits_only_clients_that_offer_it);
    CHECK_RUN(test_deflate_answer_is_read_as_it_is_written);
    return check_finish();
}
