/*
 * Reads and compares origins; origin.h says what holds.
 */
#include "origin.h"

#include "slice.h"

/* The port that an origin of the scheme has when it names none. */
static int default_port(u101_slice scheme)
{
    if (u101_equal_nocase(scheme, U101_TEXT("http"))) {
        return 80;
    }
    return u101_equal_nocase(scheme, U101_TEXT("https")) ? 443 : U101_NO_PORT;
}

bool u101_origin_read(u101_slice value, u101_origin *origin)
{
    const size_t begin = u101_authority_scheme_size(value);

    *origin = (u101_origin){.by_scheme = U101_NO_PORT, .number = U101_NO_PORT};
    if (u101_equal(value, U101_TEXT("null"))) {
        origin->null = true;
        return true;
    }
    if (begin == 0 || !u101_authority_read((u101_slice){value.at + begin, value.size - begin},
                                           &origin->authority)) {
        return false;
    }
    origin->scheme = (u101_slice){value.at, begin - 3};
    origin->by_scheme = default_port(origin->scheme);
    if (!origin->authority.colon) {
        origin->number = origin->by_scheme;
        return true;
    }
    origin->number = origin->authority.number;
    return origin->authority.port.size > 0 && origin->authority.port.at[0] != '0';
}

bool u101_is_host_as_origin(u101_slice value, const u101_authority *host)
{
    if (host->colon || host->host.size == 0 || value.size < host->host.size) {
        return false;
    }
    const u101_slice scheme = {value.at, value.size - host->host.size};
    return (u101_equal(scheme, U101_TEXT("https://")) ||
            u101_equal(scheme, U101_TEXT("http://"))) &&
           u101_equal((u101_slice){value.at + scheme.size, host->host.size}, host->host);
}

bool u101_is_same_origin(const u101_origin *origin, const u101_authority *host)
{
    const int number = host->number == U101_NO_PORT ? origin->by_scheme : host->number;

    return origin->by_scheme != U101_NO_PORT && origin->number == number &&
           u101_equal_nocase(origin->authority.host, host->host);
}
