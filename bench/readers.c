/* Makes messages and reads them; readers.h says what holds. */
#include "readers.h"

#include <stdio.h>
#include <string.h>

#include "requests.h"
#include "upgrade101.h"

enum {
    CHUNKS = 64,
    CHUNK = 1024, /* bytes */
    MOST_BYTES = CHUNKS * (CHUNK + 16) + 16,
};

static const char response[] = "HTTP/1.1 200 OK\r\n"
                               "Date: Sat, 04 Jul 2026 12:00:00 GMT\r\n"
                               "Server: nginx/1.28.0\r\n"
                               "Content-Type: text/html; charset=utf-8\r\n"
                               "Content-Length: 10701\r\n"
                               "Connection: keep-alive\r\n"
                               "Cache-Control: public, max-age=3600\r\n"
                               "ETag: \"68667fe0-29cd\"\r\n"
                               "Last-Modified: Thu, 03 Jul 2026 13:04:32 GMT\r\n"
                               "Vary: Accept-Encoding\r\n"
                               "X-Content-Type-Options: nosniff\r\n"
                               "\r\n";

static u101_slice make_body(void)
{
    static char bytes[MOST_BYTES];
    size_t size = 0;

    for (int i = 0; i < CHUNKS; i++) {
        size += (size_t)sprintf(bytes + size, "%x\r\n", (unsigned int)CHUNK);
        memset(bytes + size, 'x', CHUNK);
        size += CHUNK;
        size += (size_t)sprintf(bytes + size, "\r\n");
    }
    size += (size_t)sprintf(bytes + size, "0\r\n\r\n");
    return (u101_slice){bytes, size};
}

static void read_body(u101_slice input)
{
    static const u101_body_limits limits = {.size = UINT64_MAX, .overhead = 16384, .fields = 100};
    u101_body body;
    u101_body_result result = U101_BODY_MORE;
    u101_slice data;
    u101_reason reason = U101_SOUND;

    u101_body_init(&body, U101_FRAMING_CHUNKED, 0, &limits);
    do {
        result = u101_body_read(&body, &input, &data, &reason);
    } while (result == U101_BODY_DATA);
    if (result != U101_BODY_DONE || body.decoded != (uint64_t)CHUNKS * CHUNK) {
        bench_abort("is read otherwise", "the body");
    }
}

static void read_response(u101_slice head)
{
    u101_response read;
    u101_reason reason = U101_SOUND;

    u101_response_init(&read, (u101_slice){"GET", 3});
    if (u101_response_read(&u101_default_limits, &read, head, &reason) != U101_RESPONSE_FINAL ||
        read.length != 10701 || !read.keeps_alive) {
        bench_abort("is read otherwise", "the response");
    }
}

void bench_read_message(const char *name, long times)
{
    const bool is_body = strcmp(name, "body") == 0;
    const u101_slice message = is_body ? make_body() : (u101_slice){response, sizeof(response) - 1};

    if (!is_body && strcmp(name, "response") != 0) {
        bench_abort("is no message that is known", name);
    }
    for (long i = 0; i < times; i++) {
        if (is_body) {
            read_body(message);
        } else {
            read_response(message);
        }
    }
}
