/*
 * The reason phrases of the statuses 300-599 that are registered with IANA.
 */
#include "status.h"

#define FIRST 300

static const u101_slice phrases[] = {
    [300 - FIRST] = {"Multiple Choices", 16},
    [301 - FIRST] = {"Moved Permanently", 17},
    [302 - FIRST] = {"Found", 5},
    [303 - FIRST] = {"See Other", 9},
    [304 - FIRST] = {"Not Modified", 12},
    [305 - FIRST] = {"Use Proxy", 9},
    [307 - FIRST] = {"Temporary Redirect", 18},
    [308 - FIRST] = {"Permanent Redirect", 18},
    [400 - FIRST] = {"Bad Request", 11},
    [401 - FIRST] = {"Unauthorized", 12},
    [402 - FIRST] = {"Payment Required", 16},
    [403 - FIRST] = {"Forbidden", 9},
    [404 - FIRST] = {"Not Found", 9},
    [405 - FIRST] = {"Method Not Allowed", 18},
    [406 - FIRST] = {"Not Acceptable", 14},
    [407 - FIRST] = {"Proxy Authentication Required", 29},
    [408 - FIRST] = {"Request Timeout", 15},
    [409 - FIRST] = {"Conflict", 8},
    [410 - FIRST] = {"Gone", 4},
    [411 - FIRST] = {"Length Required", 15},
    [412 - FIRST] = {"Precondition Failed", 19},
    [413 - FIRST] = {"Content Too Large", 17},
    [414 - FIRST] = {"URI Too Long", 12},
    [415 - FIRST] = {"Unsupported Media Type", 22},
    [416 - FIRST] = {"Range Not Satisfiable", 21},
    [417 - FIRST] = {"Expectation Failed", 18},
    [421 - FIRST] = {"Misdirected Request", 19},
    [422 - FIRST] = {"Unprocessable Content", 21},
    [423 - FIRST] = {"Locked", 6},
    [424 - FIRST] = {"Failed Dependency", 17},
    [425 - FIRST] = {"Too Early", 9},
    [426 - FIRST] = {"Upgrade Required", 16},
    [428 - FIRST] = {"Precondition Required", 21},
    [429 - FIRST] = {"Too Many Requests", 17},
    [431 - FIRST] = {"Request Header Fields Too Large", 31},
    [451 - FIRST] = {"Unavailable For Legal Reasons", 29},
    [500 - FIRST] = {"Internal Server Error", 21},
    [501 - FIRST] = {"Not Implemented", 15},
    [502 - FIRST] = {"Bad Gateway", 11},
    [503 - FIRST] = {"Service Unavailable", 19},
    [504 - FIRST] = {"Gateway Timeout", 15},
    [505 - FIRST] = {"HTTP Version Not Supported", 26},
    [506 - FIRST] = {"Variant Also Negotiates", 23},
    [507 - FIRST] = {"Insufficient Storage", 20},
    [508 - FIRST] = {"Loop Detected", 13},
    [510 - FIRST] = {"Not Extended", 12},
    [511 - FIRST] = {"Network Authentication Required", 31},
};

u101_slice u101_status_phrase(int status)
{
    const size_t count = sizeof(phrases) / sizeof(phrases[0]);

    if (status < FIRST || (size_t)(status - FIRST) >= count) {
        return (u101_slice){"", 0};
    }
    return phrases[status - FIRST];
}
