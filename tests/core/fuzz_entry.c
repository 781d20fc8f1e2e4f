/*
 * The entry of a libFuzzer program.
 *
 * In: the bytes that libFuzzer made.  Out: 0.  FUZZ_TARGET names the target, one of
 * those in fuzz.h.
 */
#include "fuzz.h"

#ifndef FUZZ_TARGET
#define FUZZ_TARGET fuzz_decide
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return FUZZ_TARGET(data, size);
}
