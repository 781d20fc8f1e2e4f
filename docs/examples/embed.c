/*
 * Decides on one connection: its bytes on standard input, the decision and the
 * response on standard output.
 *
 *     cc -o embed embed.c $(pkg-config --cflags --libs upgrade101)
 *
 * A server does the same with a socket.  After a SWITCH what was read after
 * `request_size` bytes is the new protocol's; after a PASS the whole request is its
 * HTTP side's; after a REJECT it closes.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <upgrade101.h>

#define TEXT(literal) ((u101_slice){literal, sizeof(literal) - 1})

int main(void)
{
    static const char *const actions[] = {"PASS", "SWITCH", "REJECT", "CONTINUE"};
    static char received[65536]; /* more than a head may have */
    char response[4096];
    const u101_slice paths[] = {TEXT("/chat")};
    const u101_slice origins[] = {TEXT("same-origin")};
    const u101_offer offer = {.kind = U101_OFFER_WEBSOCKET,
                              .paths = paths,
                              .path_count = 1,
                              .as.websocket = {.origins = origins, .origin_count = 1}};
    const u101_config config = {.offers = &offer, .offer_count = 1, .limits = u101_default_limits};
    u101_defect defect;
    u101_negotiator *const negotiator = u101_negotiator_new(&config, &defect);
    u101_hasher *const hasher = u101_hasher_new();
    u101_handshake handshake;
    u101_decision decision;
    size_t size = 0;

    if (negotiator == NULL || hasher == NULL) {
        (void)fprintf(stderr, "%s\n", defect.text != NULL ? defect.text : "no memory");
        return 2;
    }
    u101_handshake_init(&handshake, true);
    do {
        const ssize_t count = read(STDIN_FILENO, received + size, sizeof(received) - size);
        if (count <= 0) {
            puts("the request is cut");
            return 1;
        }
        size += (size_t)count;
    } while (!u101_handshake_decide(negotiator, &handshake, (u101_slice){received, size}, false,
                                    hasher, &decision));
    printf("%s %s\n", actions[decision.action], u101_reason_row_of(decision.reason)->name);
    const size_t written = u101_decision_write_response(negotiator, &decision, received, NULL,
                                                        time(NULL), response, sizeof(response));
    u101_hasher_free(hasher);
    u101_negotiator_free(negotiator);
    return written <= sizeof(response) && fwrite(response, 1, written, stdout) == written ? 0 : 2;
}
