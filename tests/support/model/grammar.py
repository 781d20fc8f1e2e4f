"""The pieces of grammar that several fields share (9110 5.6, 3986 3.2.2).

In: bytes of a field value or a target. Out: their parts, or `None` where they do not have
the form. It always holds that a form matches the whole input or not at all. Nothing here
knows which field it reads.
"""

import re

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
OWS = b" \t"
# [RFC 9110 5.6.4] A quoted-string; controls are no field value in the first place.
QUOTED = rb'"(?:[\t \x21\x23-\x5B\x5D-\x7E\x80-\xFF]|\\[\t\x20-\x7E\x80-\xFF])*"'

# [RFC 3986 3.2.2] a non-empty reg-name, "or an IP literal in brackets: hex digits, `.` and at
# least two `:`, or an IPvFuture".
_REG_NAME = rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
_IPV6 = rb"[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*"
_IPVFUTURE = rb"[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+"
URI_HOST = rb"(?P<host>" + _REG_NAME + rb"|\[(?:" + _IPV6 + rb"|" + _IPVFUTURE + rb")\])"
_HOST = re.compile(URI_HOST + rb"(?::(?P<port>[0-9]{0,5}))?")
SCHEME = rb"[A-Za-z][A-Za-z0-9+\-.]*"
_ABSOLUTE = re.compile(
    rb"(?P<scheme>" + SCHEME + rb")://(?P<authority>[^/?]*)(?P<rest>(?:[/?].*)?)", re.DOTALL
)

LARGEST_PORT = 65535
DEFAULT_PORTS = {b"http": 80, b"ws": 80, b"https": 443, b"wss": 443}


def is_token(text: bytes) -> bool:
    """Tell whether this is a token [RFC 9110 5.6.2]."""
    return TOKEN.fullmatch(text) is not None


def elements(values: list[bytes]) -> list[bytes]:
    """Return the elements of a list field [RFC 9110 5.6.1.2].

    "Several lines are one list in order, and empty elements are skipped."
    """
    listed = [element.strip(OWS) for element in b",".join(values).split(b",")]
    return [element for element in listed if element]


def quoted_elements(value: bytes) -> list[bytes]:
    """Return all elements of one line, also the empty ones; a comma in quotes separates none."""
    pieces = re.findall(QUOTED + rb"|.", value, re.DOTALL)
    listed = [b""]
    for piece in pieces:
        if piece == b",":
            listed.append(b"")
        else:
            listed[-1] += piece
    return [element.strip(OWS) for element in listed]


def split_host(text: bytes) -> tuple[bytes, bytes | None] | None:
    """Return `uri-host [":" port]` as (host in lower case, port digits or `None`)."""
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or b"0") > LARGEST_PORT:
        return None
    return match["host"].lower(), match["port"]


def split_absolute_form(target: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return (scheme in lower case, authority unchecked, rest); `None` for other forms."""
    match = _ABSOLUTE.fullmatch(target)
    return None if match is None else (match["scheme"].lower(), match["authority"], match["rest"])


def split_path(target: bytes) -> tuple[bytes | None, bytes | None]:
    """Return path and query of a sound target, `None` for what it does not have [contract 7]."""
    absolute = split_absolute_form(target)
    if target.startswith(b"/"):
        text = target
    elif absolute is not None:
        text = absolute[2]
    else:
        # "other forms have no path"
        return None, None
    path, mark, query = text.partition(b"?")
    return path or b"/", query if mark else None


def without_dot(host: bytes) -> bytes:
    """Leave out "one trailing dot of a name"."""
    return host.removesuffix(b".")


def name_matches(entry: bytes, host: bytes) -> bool:
    """Compare in lower case: "a first label `*` stands for one or more non-empty labels"."""
    if entry == host:
        return True
    if entry != b"*" and not entry.startswith(b"*."):
        return False
    suffix = entry[1:]
    # An IP literal has no labels.
    if host.startswith(b"[") or not host.endswith(suffix):
        return False
    return all(host[: len(host) - len(suffix)].split(b"."))
