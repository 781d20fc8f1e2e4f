/*
 * The reason phrases of the statuses 200-599 that are registered with IANA.
 */
#include "status.h"

#define FIRST 200
#define PHRASE(text)                                                                               \
    {                                                                                              \
        "" text, sizeof(text) - 1                                                                  \
    }

static const u101_slice phrases[] = {
    [200 - FIRST] = PHRASE("OK"),
    [201 - FIRST] = PHRASE("Created"),
    [202 - FIRST] = PHRASE("Accepted"),
    [203 - FIRST] = PHRASE("Non-Authoritative Information"),
    [204 - FIRST] = PHRASE("No Content"),
    [205 - FIRST] = PHRASE("Reset Content"),
    [206 - FIRST] = PHRASE("Partial Content"),
    [207 - FIRST] = PHRASE("Multi-Status"),
    [208 - FIRST] = PHRASE("Already Reported"),
    [226 - FIRST] = PHRASE("IM Used"),
    [300 - FIRST] = PHRASE("Multiple Choices"),
    [301 - FIRST] = PHRASE("Moved Permanently"),
    [302 - FIRST] = PHRASE("Found"),
    [303 - FIRST] = PHRASE("See Other"),
    [304 - FIRST] = PHRASE("Not Modified"),
    [305 - FIRST] = PHRASE("Use Proxy"),
    [307 - FIRST] = PHRASE("Temporary Redirect"),
    [308 - FIRST] = PHRASE("Permanent Redirect"),
    [400 - FIRST] = PHRASE("Bad Request"),
    [401 - FIRST] = PHRASE("Unauthorized"),
    [402 - FIRST] = PHRASE("Payment Required"),
    [403 - FIRST] = PHRASE("Forbidden"),
    [404 - FIRST] = PHRASE("Not Found"),
    [405 - FIRST] = PHRASE("Method Not Allowed"),
    [406 - FIRST] = PHRASE("Not Acceptable"),
    [407 - FIRST] = PHRASE("Proxy Authentication Required"),
    [408 - FIRST] = PHRASE("Request Timeout"),
    [409 - FIRST] = PHRASE("Conflict"),
    [410 - FIRST] = PHRASE("Gone"),
    [411 - FIRST] = PHRASE("Length Required"),
    [412 - FIRST] = PHRASE("Precondition Failed"),
    [413 - FIRST] = PHRASE("Content Too Large"),
    [414 - FIRST] = PHRASE("URI Too Long"),
    [415 - FIRST] = PHRASE("Unsupported Media Type"),
    [416 - FIRST] = PHRASE("Range Not Satisfiable"),
    [417 - FIRST] = PHRASE("Expectation Failed"),
    [421 - FIRST] = PHRASE("Misdirected Request"),
    [422 - FIRST] = PHRASE("Unprocessable Content"),
    [423 - FIRST] = PHRASE("Locked"),
    [424 - FIRST] = PHRASE("Failed Dependency"),
    [425 - FIRST] = PHRASE("Too Early"),
    [426 - FIRST] = PHRASE("Upgrade Required"),
    [428 - FIRST] = PHRASE("Precondition Required"),
    [429 - FIRST] = PHRASE("Too Many Requests"),
    [431 - FIRST] = PHRASE("Request Header Fields Too Large"),
    [451 - FIRST] = PHRASE("Unavailable For Legal Reasons"),
    [500 - FIRST] = PHRASE("Internal Server Error"),
    [501 - FIRST] = PHRASE("Not Implemented"),
    [502 - FIRST] = PHRASE("Bad Gateway"),
    [503 - FIRST] = PHRASE("Service Unavailable"),
    [504 - FIRST] = PHRASE("Gateway Timeout"),
    [505 - FIRST] = PHRASE("HTTP Version Not Supported"),
    [506 - FIRST] = PHRASE("Variant Also Negotiates"),
    [507 - FIRST] = PHRASE("Insufficient Storage"),
    [508 - FIRST] = PHRASE("Loop Detected"),
    [510 - FIRST] = PHRASE("Not Extended"),
    [511 - FIRST] = PHRASE("Network Authentication Required"),
};

u101_slice u101_status_phrase(int status)
{
    const size_t count = sizeof(phrases) / sizeof(phrases[0]);

    if (status < FIRST || (size_t)(status - FIRST) >= count) {
        return (u101_slice){"", 0};
    }
    return phrases[status - FIRST];
}
