"""Which origins an offer takes ([contract 4], "Origins"; 6454 7.1).

In: the entries of an offer, the value of Origin and that of Host. Out: yes or no. It always
holds that a value is taken if one entry takes it. What follows from a no is not known here.
"""

from __future__ import annotations

import re

from .grammar import DEFAULT_PORTS, LARGEST_PORT, SCHEME, URI_HOST, name_matches, split_host

# "the port of 1-5 digits without leading zero": the strict reading takes no lone 0 either.
_PORT = rb"(?::(?P<port>[1-9][0-9]{0,4}))?"
_ORIGIN = re.compile(rb"(?P<scheme>" + SCHEME + rb")://" + URI_HOST + _PORT)
_ANY_PORT = b":*"

Origin = tuple[bytes, bytes, int | None]


def split_origin(text: bytes) -> Origin | None:
    """Return (scheme, host, port) in lower case, the default port dropped [RFC 6454 6.2]."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    port = None if match["port"] is None else int(match["port"])
    if port is not None and port > LARGEST_PORT:
        return None
    if port == DEFAULT_PORTS.get(scheme):
        port = None
    return scheme, match["host"].lower(), port


def is_allowed(entries: str | tuple[str, ...], origin: bytes, host_value: bytes) -> bool:
    """Tell whether one of the entries, or the "one entry alone as a string", takes it."""
    listed = (entries,) if isinstance(entries, str) else entries
    return any(_takes(entry.encode(), origin, host_value) for entry in listed)


def _takes(entry: bytes, origin: bytes, host_value: bytes) -> bool:
    if entry in (b"same-origin", b"same-host"):
        return _is_same(origin, host_value, ports=entry == b"same-origin")
    pattern = split_origin(entry.removesuffix(_ANY_PORT))
    if pattern is None:
        # `null` as well: "that value exactly"
        return entry == origin
    theirs = split_origin(origin)
    return (
        theirs is not None
        and theirs[0] == pattern[0]
        and name_matches(pattern[1], theirs[1])
        # "a port `*` for any port, given or not"
        and (entry.endswith(_ANY_PORT) or theirs[2] == pattern[2])
    )


def _is_same(origin: bytes, host_value: bytes, *, ports: bool) -> bool:
    """Compare with Host, "letter case aside, ports as numbers".

    "An absent or empty one in Host standing for the default of the origin's scheme."
    """
    ours = split_host(host_value)
    theirs = split_origin(origin)
    if ours is None or theirs is None or theirs[0] not in DEFAULT_PORTS:
        return False
    scheme, host, port = theirs
    default = DEFAULT_PORTS[scheme]
    same_port = int(ours[1] or default) == (default if port is None else port)
    return ours[0] == host and (same_port or not ports)
