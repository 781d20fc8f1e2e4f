"""The pieces of grammar that several fields share (9110 5.6, 3986 3.2.2).

In: bytes of a field value or a target. Out: their parts, or `None` where they do not have
the form. It always holds that a form matches the whole input or not at all. Nothing here
knows which field it reads.
"""

import re

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
OWS = b" \t"

# [RFC 3986 3.2.2] a non-empty reg-name, "or `[`, hex digits, `.` and at least two `:`, `]`".
_REG_NAME = rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
_IP_LITERAL = rb"\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*\]"
_URI_HOST = rb"(?P<host>" + _REG_NAME + rb"|" + _IP_LITERAL + rb")"
_HOST = re.compile(_URI_HOST + rb"(?::(?P<port>[0-9]{0,5}))?")
_SCHEME = rb"[A-Za-z][A-Za-z0-9+\-.]*"
_ABSOLUTE = re.compile(_SCHEME + rb"://(?P<authority>[^/?]*)(?:[/?].*)?", re.DOTALL)
# "the port of 1-5 digits without leading zero": the strict reading takes no lone 0 either.
_ORIGIN = re.compile(
    rb"(?P<scheme>" + _SCHEME + rb")://" + _URI_HOST + rb"(?::(?P<port>[1-9][0-9]{0,4}))?"
)

LARGEST_PORT = 65535
DEFAULT_PORTS = {b"http": 80, b"https": 443}


def is_token(text: bytes) -> bool:
    """Tell whether this is a token [RFC 9110 5.6.2]."""
    return TOKEN.fullmatch(text) is not None


def elements(values: list[bytes]) -> list[bytes]:
    """Return the elements of a list field [RFC 9110 5.6.1.2].

    "Several lines are one list in order, and empty elements are skipped."
    """
    listed = [element.strip(OWS) for element in b",".join(values).split(b",")]
    return [element for element in listed if element]


def split_host(text: bytes) -> tuple[bytes, bytes | None] | None:
    """Return `uri-host [":" port]` as (host in lower case, port digits or `None`)."""
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or b"0") > LARGEST_PORT:
        return None
    return match["host"].lower(), match["port"]


def absolute_form_authority(target: bytes) -> bytes | None:
    """Return the authority of an absolute-form target, unchecked; `None` for other forms."""
    match = _ABSOLUTE.fullmatch(target)
    return None if match is None else match["authority"]


def split_origin(text: bytes) -> tuple[bytes, bytes, int | None] | None:
    """Return (scheme, host, port) in lower case, the default port dropped [RFC 6454 6.2]."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    port = None if match["port"] is None else int(match["port"])
    if port == DEFAULT_PORTS.get(scheme):
        port = None
    return scheme, match["host"].lower(), port


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
