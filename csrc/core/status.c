/*
 * The reason phrases of the statuses 300-599 that are registered with IANA.
 */
#include "status.h"

typedef struct {
    int status;
    u101_slice phrase;
} row;

static const row rows[] = {
    {300, {"Multiple Choices", 16}},
    {301, {"Moved Permanently", 17}},
    {302, {"Found", 5}},
    {303, {"See Other", 9}},
    {304, {"Not Modified", 12}},
    {305, {"Use Proxy", 9}},
    {307, {"Temporary Redirect", 18}},
    {308, {"Permanent Redirect", 18}},
    {400, {"Bad Request", 11}},
    {401, {"Unauthorized", 12}},
    {402, {"Payment Required", 16}},
    {403, {"Forbidden", 9}},
    {404, {"Not Found", 9}},
    {405, {"Method Not Allowed", 18}},
    {406, {"Not Acceptable", 14}},
    {407, {"Proxy Authentication Required", 29}},
    {408, {"Request Timeout", 15}},
    {409, {"Conflict", 8}},
    {410, {"Gone", 4}},
    {411, {"Length Required", 15}},
    {412, {"Precondition Failed", 19}},
    {413, {"Content Too Large", 17}},
    {414, {"URI Too Long", 12}},
    {415, {"Unsupported Media Type", 22}},
    {416, {"Range Not Satisfiable", 21}},
    {417, {"Expectation Failed", 18}},
    {421, {"Misdirected Request", 19}},
    {422, {"Unprocessable Content", 21}},
    {423, {"Locked", 6}},
    {424, {"Failed Dependency", 17}},
    {425, {"Too Early", 9}},
    {426, {"Upgrade Required", 16}},
    {428, {"Precondition Required", 21}},
    {429, {"Too Many Requests", 17}},
    {431, {"Request Header Fields Too Large", 31}},
    {451, {"Unavailable For Legal Reasons", 29}},
    {500, {"Internal Server Error", 21}},
    {501, {"Not Implemented", 15}},
    {502, {"Bad Gateway", 11}},
    {503, {"Service Unavailable", 19}},
    {504, {"Gateway Timeout", 15}},
    {505, {"HTTP Version Not Supported", 26}},
    {506, {"Variant Also Negotiates", 23}},
    {507, {"Insufficient Storage", 20}},
    {508, {"Loop Detected", 13}},
    {510, {"Not Extended", 12}},
    {511, {"Network Authentication Required", 31}},
};

u101_slice u101_phrase_of(int status)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status) {
            return rows[i].phrase;
        }
    }
    return (u101_slice){"", 0};
}
