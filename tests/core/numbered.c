/* Writes names one behind the other; numbered.h says what holds. */
#include "numbered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

name_list numbered_new(const char *before, size_t count, const char *after)
{
    const size_t most = strlen(before) + strlen(after) + 21; /* 20 digits and a NUL */
    name_list made = {calloc(count + 1, sizeof(u101_slice)), count, calloc(count + 1, most)};
    if (made.at == NULL || made.text == NULL) {
        check_abort("no memory for %zu names", count);
    }
    for (size_t i = 0; i < count; i++) {
        char *const text = made.text + i * most;
        made.at[i] = (u101_slice){text, (size_t)snprintf(text, most, "%s%zu%s", before, i, after)};
    }
    return made;
}

void numbered_free(name_list *made)
{
    free(made->at);
    free(made->text);
    *made = (name_list){NULL, 0, NULL};
}
