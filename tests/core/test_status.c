/*
 * The phrases of status codes [RFC 9110 15, RFC 9112 4].
 */
#include "status.h"

#include "harness.h"

typedef struct {
    int status;
    const char *phrase;
} status_row;

/* The registry of IANA from 200 on [RFC 9110 16.2]. */
static const status_row status_rows[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
};

/* A status without a row has no registered phrase.  It may be left out [RFC 9112 4]. */
static const char *registered(int status)
{
    for (size_t i = 0; i < COUNT(status_rows); i++) {
        if (status_rows[i].status == status) {
            return status_rows[i].phrase;
        }
    }
    return "";
}

static void test_status_has_its_registered_phrase_or_none(void)
{
    for (int status = 199; status <= 600; status++) {
        check_case("%d", status);
        CHECK_TEXT(u101_status_phrase(status), registered(status));
    }
    CHECK_SIZE(u101_status_phrase(0).size, 0);
    CHECK_SIZE(u101_status_phrase(-400).size, 0);
}

static void test_status_of_each_reason_has_a_phrase(void)
{
    for (int i = 0; i < U101_REASON_COUNT; i++) {
        const u101_reason_row *row = u101_reason_row_of((u101_reason)i);
        check_case("%s", row->name);
        if (row->status >= 200) {
            CHECK(u101_status_phrase(row->status).size > 0);
        }
    }
}

int main(void)
{
    CHECK_RUN(test_status_has_its_registered_phrase_or_none);
    CHECK_RUN(test_status_of_each_reason_has_a_phrase);
    return check_finish();
}
