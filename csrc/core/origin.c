/*
 * Reads origins; origin.h says what holds.
 */
#include "origin.h"

bool u101_origin_read(u101_slice value, u101_origin *origin)
{
    const size_t begin = u101_authority_scheme_size(value);
    u101_authority authority;

    if (begin == 0 ||
        !u101_authority_read((u101_slice){value.at + begin, value.size - begin}, &authority)) {
        return false;
    }
    origin->scheme = (u101_slice){value.at, begin - 3};
    origin->host = authority.host;
    origin->by_default = u101_authority_default_port(origin->scheme);
    origin->port = authority.colon ? authority.number : origin->by_default;
    return !authority.colon || (authority.port.size > 0 && authority.port.at[0] != '0');
}
