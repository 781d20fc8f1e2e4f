/*
 * Reads entries and admits origins; origins.h says what holds.
 */
#include "origins.h"

#include "chars.h"
#include "origin.h"
#include "scan.h"
#include "slice.h"

/* A pattern is an origin whose port and whose first label may be "*".  A reg-name may
 * have a "*", so what is before the port is read as an origin. */
static bool read_pattern(u101_slice text, u101_allowed *pattern)
{
    const bool any_port = text.size > 2 && memcmp(text.at + text.size - 2, ":*", 2) == 0;
    u101_origin origin;

    if (!u101_origin_read((u101_slice){text.at, text.size - (any_port ? 2 : 0)}, &origin) ||
        (any_port && origin.host.at + origin.host.size != text.at + text.size - 2)) {
        return false;
    }
    *pattern =
        u101_allowlist_entry(origin.scheme, origin.host, any_port ? U101_ANY_PORT : origin.port);
    /* A "*" is a whole label, the first one, and the only "*". */
    return memchr(pattern->host.at, '*', pattern->host.size) == NULL &&
           (!pattern->wildcard || pattern->host.size == 0 || pattern->host.at[0] == '.');
}

u101_origins_kind u101_origins_read_entry(u101_slice text, u101_allowed *pattern)
{
    if (u101_equal(text, U101_TEXT("same-origin"))) {
        return U101_ORIGINS_SAME_ORIGIN;
    }
    if (u101_equal(text, U101_TEXT("same-host"))) {
        return U101_ORIGINS_SAME_HOST;
    }
    if (read_pattern(text, pattern)) {
        return U101_ORIGINS_PATTERN;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~' || text.at[i] == '*') {
            return U101_ORIGINS_UNSOUND;
        }
    }
    return text.size > 0 ? U101_ORIGINS_EXACT : U101_ORIGINS_UNSOUND;
}

/* Whether the value is "http://" or "https://" and then Host, which has no port.  It is
 * the usual case of the same origin, and needs no parsing. */
static bool is_host_with_scheme(u101_slice value, const u101_authority *host)
{
    if (host->colon || host->host.size == 0 || value.size < host->host.size) {
        return false;
    }
    const u101_slice scheme = {value.at, value.size - host->host.size};
    return (u101_equal(scheme, U101_TEXT("https://")) ||
            u101_equal(scheme, U101_TEXT("http://"))) &&
           u101_equal((u101_slice){value.at + scheme.size, host->host.size}, host->host);
}

/* If Host has no port, the default port of the origin's scheme stands for it.  An
 * origin whose scheme has no default port is never the same. */
static bool is_same(const u101_origins *origins, const u101_origin *origin,
                    const u101_authority *host)
{
    const int port = host->number == U101_NO_PORT ? origin->by_default : host->number;

    return origin->by_default != U101_NO_PORT && u101_equal_nocase(origin->host, host->host) &&
           (origins->same_host || origin->port == port);
}

bool u101_origins_admit(const u101_origins *origins, u101_slice value, const u101_authority *host)
{
    const bool same = origins->same_origin || origins->same_host;
    u101_origin origin;

    if (same && is_host_with_scheme(value, host)) {
        return true;
    }
    if (u101_origin_read(value, &origin) &&
        ((same && is_same(origins, &origin, host)) ||
         u101_allowlist_has(&origins->patterns, origin.scheme, origin.host, origin.port))) {
        return true;
    }
    return u101_names_find(&origins->exact, value) != U101_NO_NAME;
}
