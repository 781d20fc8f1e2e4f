/*
 * Host of heads that are sound in syntax, in pairs one byte apart [RFC 9112 3.2].
 */
#include "host.h"

#include "guard.h"
#include "harness.h"
#include "numbered.h"
#include "sample.h"

typedef struct {
    const char *head;
    u101_reason reason; /* U101_SOUND: nothing is wrong */
    const char *why;
} host_row;

static u101_reason check_host(const u101_negotiator *negotiator, const char *head, bool secure)
{
    sample made;
    sample_head(&made, negotiator, NULL, head);
    made.context.secure = secure;
    return u101_host_check(&made.context);
}

static void check_rows(const u101_negotiator *negotiator, const host_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case("%s", rows[i].why);
        CHECK_REASON(check_host(negotiator, rows[i].head, false), rows[i].reason);
    }
}

/* NULL and 0: any host. */
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

#define GET11 "GET / HTTP/1.1\r\n"
#define GET10 "GET / HTTP/1.0\r\n"

static const host_row host_rows[] = {
    {GET11 "Host: a\r\n\r\n", U101_SOUND, "a host"},
    {GET11 "\r\n", U101_HOST_MISSING, "no Host in 1.1 [RFC 9112 3.2]"},
    {GET10 "\r\n", U101_SOUND, "no Host in 1.0"},
    {GET11 "Host:\r\n\r\n", U101_SOUND, "an empty Host"},
    {GET11 "Host: a\r\nHost: a\r\n\r\n", U101_HOST_DUPLICATE, "two Hosts"},
    {GET10 "Host: a\r\nHost: a\r\n\r\n", U101_HOST_DUPLICATE, "two Hosts in 1.0"},
    {GET11 "Host:\r\nHost:\r\n\r\n", U101_HOST_DUPLICATE, "two empty Hosts"},
    {GET11 "Host: a:80\r\n\r\n", U101_SOUND, "a port"},
    {GET11 "Host: a:x\r\n\r\n", U101_HOST_INVALID, "a port that is no number"},
    {GET10 "Host: a b\r\n\r\n", U101_HOST_INVALID, "two hosts in one, in 1.0"},
    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "the target's own"},
    {"GET http://a/ HTTP/1.1\r\nHost: A\r\n\r\n", U101_SOUND, "letter case aside"},
    {"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", U101_HOST_MISMATCH, "not the target's"},
    {"GET http://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_SOUND, "the default port of http"},
    {"GET http://a/ HTTP/1.1\r\nHost: a:81\r\n\r\n", U101_HOST_MISMATCH, "another port"},
    {"GET http://a/ HTTP/1.1\r\nHost: a:\r\n\r\n", U101_SOUND, "an empty port"},
    {"GET http://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", U101_HOST_MISMATCH, "the port of https"},
    {"GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "the port in the target"},
    {"GET http://a:/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "an empty one there"},
    {"GET http://a:080/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_SOUND, "ports are numbers"},
    {"GET https://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", U101_SOUND, "https and its port"},
    {"GET https://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_HOST_MISMATCH, "https and 80"},
    {"GET ws://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_SOUND, "ws and its port"},
    {"GET ws://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", U101_HOST_MISMATCH, "ws and 443"},
    {"GET WSS://a:443/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "wss and its port"},
    {"GET wss://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_HOST_MISMATCH, "wss and 80"},
    {"GET app://a/ HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "another scheme, no port"},
    {"GET app://a/ HTTP/1.1\r\nHost: a:\r\n\r\n", U101_SOUND, "an empty port of it"},
    {"GET app://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_HOST_MISMATCH, "no default of it"},
    {"GET app://a:1/ HTTP/1.1\r\nHost: a:1\r\n\r\n", U101_SOUND, "a port of it"},
    {"GET http://a/ HTTP/1.1\r\nHost: a.\r\n\r\n", U101_HOST_MISMATCH, "a final dot"},
    {"GET http://a:80?b HTTP/1.1\r\nHost: a:80\r\n\r\n", U101_SOUND, "port and query"},
    {"GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", U101_HOST_MISMATCH, "empty where it may not be"},
    {"GET http://a/ HTTP/1.0\r\n\r\n", U101_SOUND, "none to compare in 1.0"},
    {"GET http://a/ HTTP/1.0\r\nHost: b\r\n\r\n", U101_HOST_MISMATCH, "one to compare in 1.0"},
    {"CONNECT a:1 HTTP/1.1\r\nHost: b\r\n\r\n", U101_SOUND, "CONNECT is not compared"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", U101_SOUND, "the asterisk has no authority"},
};

static void test_host_is_sound_or_refused(void)
{
    u101_negotiator *negotiator = serving(NULL, 0);
    check_rows(negotiator, host_rows, COUNT(host_rows));
    u101_negotiator_free(negotiator);
}

static void test_host_is_taken_apart_for_what_follows(void)
{
    u101_negotiator *negotiator = serving(NULL, 0);
    sample made;
    sample_head(&made, negotiator, NULL, GET11 "Host: a:80\r\n\r\n");
    CHECK_REASON(u101_host_check(&made.context), U101_SOUND);
    CHECK_TEXT(made.context.host.host, "a");
    CHECK_INT(made.context.host.number, 80);
    sample_head(&made, negotiator, NULL, GET11 "Host:\r\n\r\n");
    CHECK_REASON(u101_host_check(&made.context), U101_SOUND);
    CHECK_SIZE(made.context.host.host.size, 0);
    CHECK_INT(made.context.host.number, U101_NO_PORT);
    u101_negotiator_free(negotiator);
}

#define AT(host) GET11 "Host: " host "\r\n\r\n"

static const host_row served_rows[] = {
    {AT("a.org"), U101_SOUND, "listed without a port"},
    {AT("A.ORG:1234"), U101_SOUND, "listed without a port: any"},
    {AT("b.org"), U101_HOST_FORBIDDEN, "not listed"},
    {AT("x.c.org"), U101_SOUND, "a label before a listed one"},
    {AT("x.c.org."), U101_SOUND, "a final dot"},
    {AT("a.org."), U101_SOUND, "a final dot without a label before it"},
    {AT("a.org..:80"), U101_HOST_FORBIDDEN, "two final dots"},
    {AT("e.org"), U101_SOUND, "listed with a final dot"},
    {AT("e.org."), U101_SOUND, "a final dot in both"},
    {AT("[v1.a]"), U101_SOUND, "an IPvFuture"},
    {AT("[v1.b]"), U101_HOST_FORBIDDEN, "another IPvFuture"},
    {AT("c.org"), U101_HOST_FORBIDDEN, "no label before it"},
    {AT("d.org:8080"), U101_SOUND, "listed with its port"},
    {AT("d.org:08080"), U101_SOUND, "ports are numbers"},
    {AT("d.org:8081"), U101_HOST_FORBIDDEN, "listed with another port"},
    {AT("d.org"), U101_HOST_FORBIDDEN, "listed with a port that is not the default"},
    {GET11 "Host:\r\n\r\n", U101_HOST_FORBIDDEN, "an empty Host"},
    {GET10 "\r\n", U101_HOST_FORBIDDEN, "no Host"},
    {AT("a.org:x"), U101_HOST_INVALID, "a Host that is none"},
};

static void test_host_that_is_not_served_is_refused(void)
{
    const u101_slice hosts[] = {BYTES("a.org"), BYTES("*.c.org"), BYTES("d.org:8080"),
                                BYTES("e.org."), BYTES("[v1.a]")};
    u101_negotiator *negotiator = serving(hosts, COUNT(hosts));
    check_rows(negotiator, served_rows, COUNT(served_rows));
    u101_negotiator_free(negotiator);
}

static const host_row many_rows[] = {
    {AT("f0.org"), U101_SOUND, "the first, with any port"},
    {AT("F9999.Org:1"), U101_SOUND, "the last, letter case aside"},
    {AT("f10000.org"), U101_HOST_FORBIDDEN, "one more"},
    {AT("f9999.orh"), U101_HOST_FORBIDDEN, "another last byte"},
    {AT("g9999.org"), U101_HOST_FORBIDDEN, "another first byte"},
    {AT("a.f9999.org"), U101_HOST_FORBIDDEN, "a label before it"},
    {AT("a.f41.org"), U101_SOUND, "a label before a listed one"},
    {AT("f41.org"), U101_HOST_FORBIDDEN, "no label before it"},
    {AT("a..f41.org"), U101_HOST_FORBIDDEN, "an empty label before it"},
    {AT("f42.org"), U101_SOUND, "listed with its port, which is the default"},
    {AT("f42.org:00080"), U101_SOUND, "ports are numbers"},
    {AT("f42.org:81"), U101_HOST_FORBIDDEN, "listed with another port"},
};

static void test_host_of_ten_thousand_is_served_or_refused(void)
{
    name_list hosts = numbered_new("f", 10000, ".org");
    hosts.at[41] = BYTES("*.f41.org");
    hosts.at[42] = BYTES("f42.org:80");
    u101_negotiator *negotiator = serving(hosts.at, hosts.count);
    numbered_free(&hosts);
    check_rows(negotiator, many_rows, COUNT(many_rows));
    u101_negotiator_free(negotiator);
}

static void test_host_absent_port_is_that_of_the_transport(void)
{
    const u101_slice hosts[] = {BYTES("a:80"), BYTES("b:443")};
    u101_negotiator *negotiator = serving(hosts, COUNT(hosts));
    CHECK_REASON(check_host(negotiator, AT("a"), false), U101_SOUND);
    CHECK_REASON(check_host(negotiator, AT("a:"), false), U101_SOUND);
    CHECK_REASON(check_host(negotiator, AT("a"), true), U101_HOST_FORBIDDEN);
    CHECK_REASON(check_host(negotiator, AT("a:80"), true), U101_SOUND);
    CHECK_REASON(check_host(negotiator, AT("b"), false), U101_HOST_FORBIDDEN);
    CHECK_REASON(check_host(negotiator, AT("b"), true), U101_SOUND);
    u101_negotiator_free(negotiator);
}

int main(void)
{
    CHECK_RUN(test_host_is_sound_or_refused);
    CHECK_RUN(test_host_is_taken_apart_for_what_follows);
    CHECK_RUN(test_host_that_is_not_served_is_refused);
    CHECK_RUN(test_host_of_ten_thousand_is_served_or_refused);
    CHECK_RUN(test_host_absent_port_is_that_of_the_transport);
    return check_finish();
}
