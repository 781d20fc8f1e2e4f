/* Makes contexts and negotiators; sample.h says what holds. */
#include "sample.h"

#include "framing.h"
#include "guard.h"
#include "harness.h"
#include "head.h"
#include "host.h"

void sample_head(sample *made, const u101_negotiator *negotiator, u101_hasher *hasher,
                 const char *text)
{
    const u101_slice bytes = guard_text(text);
    u101_reason reason = U101_SOUND;
    u101_field_lines_init(&made->head);
    made->decision = (u101_decision){.offer = U101_NO_OFFER, .offset = U101_NO_OFFSET};
    made->context =
        u101_context_of(negotiator, &made->head, bytes.at, false, hasher, &made->decision);
    if (u101_head_read(&u101_default_limits, &made->head, bytes, &reason) != U101_READ_DONE) {
        check_abort("a sample is no whole head: %s", text);
    }
    made->decision.head_size = made->head.next;
    made->decision.fields = made->head.fields;
}

void sample_read(sample *made, const u101_negotiator *negotiator, u101_hasher *hasher,
                 const char *text)
{
    u101_framing framing = U101_FRAMING_NONE;
    sample_head(made, negotiator, hasher, text);
    if (u101_host_check(&made->context) != U101_SOUND ||
        u101_framing_read(&made->head, made->context.bytes, &framing, &made->decision.length) !=
            U101_SOUND) {
        check_abort("a sample has no sound meaning: %s", text);
    }
    made->decision.framing = (uint8_t)framing;
}

u101_negotiator *sample_negotiator(const u101_offer *offers, size_t count)
{
    const u101_config config = {
        .offers = offers,
        .offer_count = count,
        .limits = u101_default_limits,
    };
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("a sample is refused: %s", defect.text == NULL ? "no memory" : defect.text);
    }
    return negotiator;
}
