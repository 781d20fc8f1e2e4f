/* Makes exchanges and negotiators; sample.h says what holds. */
#include "sample.h"

#include "guard.h"
#include "harness.h"
#include "head.h"
#include "framing.h"

void sample_read(sample *made, const u101_negotiator *negotiator, u101_hasher *hasher,
                 const char *text)
{
    const u101_slice bytes = guard_text(text);
    u101_reason reason = U101_SWITCHED;
    *made = (sample){.head = {.next = 0}};
    made->context = (u101_context){
        .negotiator = negotiator,
        .head = &made->head,
        .bytes = bytes.at,
        .hasher = hasher,
        .decision = &made->decision,
    };
    if (u101_head_read(&u101_default_limits, &made->head, bytes, &reason) != U101_READ_DONE ||
        !u101_read_meaning(&made->context, &reason)) {
        check_abort("a sample is no sound head: %s", text);
    }
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
