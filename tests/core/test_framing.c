/*
 * Host and framing of heads that are sound in syntax, in pairs one byte apart
 * [RFC 9112 3.2, 6].
 */
#include "framing.h"

#include "guard.h"
#include "harness.h"
#include "head.h"
#include "names.h"
#include "negotiator.h"

typedef struct {
    const char *head;
    u101_reason reason; /* U101_SWITCHED: nothing is wrong */
    const char *why;
} meaning_row;

/* The first defect of a head, on a transport that is `secure` or not. */
static u101_reason meaning_of(const u101_negotiator *negotiator, const char *text, bool secure,
                              u101_context *context)
{
    static u101_head head;
    const u101_slice bytes = guard_text(text);
    u101_reason reason = U101_SWITCHED;
    head = (u101_head){.next = 0};
    if (u101_head_read(&u101_default_limits, &head, bytes, &reason) != U101_READ_DONE) {
        check_abort("no sound head: %s", text);
    }
    *context = (u101_context){
        .negotiator = negotiator, .head = &head, .bytes = bytes.at, .secure = secure};
    return u101_read_meaning(context, &reason) ? U101_SWITCHED : reason;
}

static void check_rows(const u101_negotiator *negotiator, const meaning_row *rows, size_t count,
                       bool secure)
{
    for (size_t i = 0; i < count; i++) {
        u101_context context;
        check_case("%s", rows[i].why);
        CHECK_REASON(meaning_of(negotiator, rows[i].head, secure, &context), rows[i].reason);
    }
}

static const u101_negotiator any_host = {.hosts = {.count = 0}};

#define GET11 "GET / HTTP/1.1\r\n"
#define GET10 "GET / HTTP/1.0\r\n"

static const meaning_row host_rows[] = {
    {GET11 "Host: a\r\n\r\n", U101_SWITCHED, "a host"},
    {GET11 "\r\n", U101_HOST_MISSING, "no Host in 1.1 [RFC 9112 3.2]"},
    {GET10 "\r\n", U101_SWITCHED, "no Host in 1.0"},
    {GET11 "Host:\r\n\r\n", U101_SWITCHED, "an empty Host"},
    {GET11 "Host: a\r\nHost: a\r\n\r\n", U101_HOST_DUPLICATE, "two Hosts"},
    {GET10 "Host: a\r\nHost: a\r\n\r\n", U101_HOST_DUPLICATE, "two Hosts in 1.0"},
    {GET11 "Host:\r\nHost:\r\n\r\n", U101_HOST_DUPLICATE, "two empty Hosts"},
    {GET11 "Host: a:80\r\n\r\n", U101_SWITCHED, "a port"},
    {GET11 "Host: a:x\r\n\r\n", U101_HOST_INVALID, "a port that is no number"},
    {GET10 "Host: a b\r\n\r\n", U101_HOST_INVALID, "two hosts in one, in 1.0"},
    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SWITCHED, "the target's own"},
    {"GET http://a/ HTTP/1.1\r\nHost: A\r\n\r\n", U101_SWITCHED, "letter case aside"},
    {"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", U101_HOST_MISMATCH, "not the target's"},
    {"GET http://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_HOST_MISMATCH, "byte for byte"},
    {"GET http://a:80?b HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_SWITCHED, "port and query"},
    {"GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", U101_HOST_MISMATCH, "empty where it may not be"},
    {"GET http://a/ HTTP/1.0\r\n\r\n", U101_SWITCHED, "none to compare in 1.0"},
    {"GET http://a/ HTTP/1.0\r\nHost: b\r\n\r\n", U101_HOST_MISMATCH, "one to compare in 1.0"},
    {"CONNECT a:1 HTTP/1.1\r\nHost: b\r\n\r\n", U101_SWITCHED, "CONNECT is not compared"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", U101_SWITCHED, "the asterisk has no authority"},
};

static void test_meaning_host_is_sound_or_refused(void)
{
    check_rows(&any_host, host_rows, COUNT(host_rows), false);
}

#define HOST GET11 "Host: a\r\n"

static const meaning_row framing_rows[] = {
    {HOST "Content-Length: 0\r\n\r\n", U101_SWITCHED, "no body"},
    {HOST "Content-Length: 00\r\n\r\n", U101_SWITCHED, "two zeros"},
    {HOST "Content-Length:\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "no digit"},
    {HOST "Content-Length: +1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "a sign"},
    {HOST "Content-Length: 1 \r\n\r\n", U101_SWITCHED, "white space behind it"},
    {HOST "Content-Length: 1 1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "white space in it"},
    {HOST "Content-Length: 1,1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "a list"},
    {HOST "Content-Length: 0x1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "hexadecimal"},
    {HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "two"},
    {HOST "Content-Length: 9223372036854775807\r\n\r\n", U101_SWITCHED, "2^63-1"},
    {HOST "Content-Length: 9223372036854775808\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "2^63"},
    {HOST "Content-Length: 9999999999999999999\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "19 nines"},
    {HOST "Content-Length: 0000000000000000001\r\n\r\n", U101_SWITCHED, "19 digits"},
    {HOST "Content-Length: 00000000000000000001\r\n\r\n", U101_CONTENT_LENGTH_INVALID, "20 digits"},
    {HOST "Transfer-Encoding: chunked\r\n\r\n", U101_SWITCHED, "chunked"},
    {HOST "Transfer-Encoding: CHUNKED\r\n\r\n", U101_SWITCHED, "letter case aside"},
    {HOST "Transfer-Encoding: chunke\r\n\r\n", U101_TRANSFER_ENCODING_UNSUPPORTED, "a byte less"},
    {HOST "Transfer-Encoding:\r\n\r\n", U101_TRANSFER_ENCODING_UNSUPPORTED, "nothing"},
    {HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", U101_TRANSFER_ENCODING_UNSUPPORTED, "two"},
    {HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     U101_TRANSFER_ENCODING_UNSUPPORTED, "two lines"},
    {HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", U101_FRAMING_CONFLICT,
     "both [RFC 9112 6.1]"},
    {HOST "Transfer-Encoding: x\r\nContent-Length: x\r\n\r\n", U101_FRAMING_CONFLICT,
     "both, before either is read"},
    {GET10 "Transfer-Encoding: chunked\r\n\r\n", U101_FRAMING_CONFLICT, "chunked in 1.0"},
    {GET11 "Transfer-Encoding: x\r\n\r\n", U101_HOST_MISSING, "Host is looked at first"},
};

static void test_meaning_framing_is_sound_or_refused(void)
{
    check_rows(&any_host, framing_rows, COUNT(framing_rows), false);
}

static void test_meaning_framing_is_kept(void)
{
    u101_context context;
    CHECK_REASON(meaning_of(&any_host, HOST "Content-Length: 017\r\n\r\n", false, &context),
                 U101_SWITCHED);
    CHECK(context.content_length == 17);
    CHECK(!context.chunked);
    CHECK(u101_has_body(&context));
    CHECK_REASON(meaning_of(&any_host, HOST "Transfer-Encoding: chunked\r\n\r\n", false, &context),
                 U101_SWITCHED);
    CHECK(context.chunked);
    CHECK(u101_has_body(&context));
    CHECK_REASON(meaning_of(&any_host, HOST "Content-Length: 0\r\n\r\n", false, &context),
                 U101_SWITCHED);
    CHECK(!u101_has_body(&context));
}

#define AT(host) GET11 "Host: " host "\r\n\r\n"

static const meaning_row served_rows[] = {
    {AT("a.org"), U101_SWITCHED, "listed without a port"},
    {AT("A.ORG:1234"), U101_SWITCHED, "listed without a port: any"},
    {AT("b.org"), U101_HOST_FORBIDDEN, "not listed"},
    {AT("x.c.org"), U101_SWITCHED, "a label before a listed one"},
    {AT("c.org"), U101_HOST_FORBIDDEN, "no label before it"},
    {AT("d.org:8080"), U101_SWITCHED, "listed with its port"},
    {AT("d.org:08080"), U101_SWITCHED, "ports are numbers"},
    {AT("d.org:8081"), U101_HOST_FORBIDDEN, "listed with another port"},
    {AT("d.org"), U101_HOST_FORBIDDEN, "listed with a port that is not the default"},
    {GET11 "Host:\r\n\r\n", U101_HOST_FORBIDDEN, "an empty Host"},
    {GET10 "\r\n", U101_HOST_FORBIDDEN, "no Host"},
    {AT("a.org:x"), U101_HOST_INVALID, "a Host that is none"},
};

static u101_negotiator *serving(const u101_slice *hosts, size_t count)
{
    const u101_offer offer = {.kind = U101_OFFER_TLS};
    const u101_config config = {.offers = &offer,
                                .offer_count = 1,
                                .hosts = hosts,
                                .host_count = count,
                                .limits = u101_default_limits};
    u101_defect defect;
    u101_negotiator *negotiator = u101_negotiator_new(&config, &defect);
    if (negotiator == NULL) {
        check_abort("the hosts are refused");
    }
    return negotiator;
}

static void test_meaning_host_that_is_not_served_is_refused(void)
{
    const u101_slice hosts[] = {BYTES("a.org"), BYTES("*.c.org"), BYTES("d.org:8080")};
    u101_negotiator *negotiator = serving(hosts, COUNT(hosts));
    check_rows(negotiator, served_rows, COUNT(served_rows), false);
    u101_negotiator_free(negotiator);
}

static const meaning_row many_rows[] = {
    {AT("f0.org"), U101_SWITCHED, "the first, with any port"},
    {AT("F9999.Org:1"), U101_SWITCHED, "the last, letter case aside"},
    {AT("f10000.org"), U101_HOST_FORBIDDEN, "one more"},
    {AT("f9999.orh"), U101_HOST_FORBIDDEN, "another last byte"},
    {AT("g9999.org"), U101_HOST_FORBIDDEN, "another first byte"},
    {AT("a.f9999.org"), U101_HOST_FORBIDDEN, "a label before it"},
    {AT("a.f41.org"), U101_SWITCHED, "a label before a listed one"},
    {AT("f41.org"), U101_HOST_FORBIDDEN, "no label before it"},
    {AT("a..f41.org"), U101_HOST_FORBIDDEN, "an empty label before it"},
    {AT("f42.org"), U101_SWITCHED, "listed with its port, which is the default"},
    {AT("f42.org:00080"), U101_SWITCHED, "ports are numbers"},
    {AT("f42.org:81"), U101_HOST_FORBIDDEN, "listed with another port"},
};

static void test_meaning_host_of_ten_thousand_is_served_or_refused(void)
{
    name_list hosts = names_new("f", 10000, ".org");
    hosts.at[41] = BYTES("*.f41.org");
    hosts.at[42] = BYTES("f42.org:80");
    u101_negotiator *negotiator = serving(hosts.at, hosts.count);
    names_free(&hosts);
    check_rows(negotiator, many_rows, COUNT(many_rows), false);
    u101_negotiator_free(negotiator);
}

static void test_meaning_absent_port_is_that_of_the_transport(void)
{
    const u101_slice hosts[] = {BYTES("a:80"), BYTES("b:443")};
    u101_negotiator *negotiator = serving(hosts, COUNT(hosts));
    u101_context context;
    CHECK_REASON(meaning_of(negotiator, AT("a"), false, &context), U101_SWITCHED);
    CHECK_REASON(meaning_of(negotiator, AT("a:"), false, &context), U101_SWITCHED);
    CHECK_REASON(meaning_of(negotiator, AT("a"), true, &context), U101_HOST_FORBIDDEN);
    CHECK_REASON(meaning_of(negotiator, AT("a:80"), true, &context), U101_SWITCHED);
    CHECK_REASON(meaning_of(negotiator, AT("b"), false, &context), U101_HOST_FORBIDDEN);
    CHECK_REASON(meaning_of(negotiator, AT("b"), true, &context), U101_SWITCHED);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_meaning_host_is_sound_or_refused);
    CHECK_RUN(test_meaning_framing_is_sound_or_refused);
    CHECK_RUN(test_meaning_framing_is_kept);
    CHECK_RUN(test_meaning_host_that_is_not_served_is_refused);
    CHECK_RUN(test_meaning_host_of_ten_thousand_is_served_or_refused);
    CHECK_RUN(test_meaning_absent_port_is_that_of_the_transport);
    return check_finish();
}
