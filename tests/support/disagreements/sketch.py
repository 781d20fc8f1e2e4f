"""What stands in a request, read by nobody's rules.

In: bytes. Out: parts of the first head in them, or a yes or no about them. It always holds
that broken bytes have parts too: an entry must be able to see what a refused request says.
"""

from __future__ import annotations

import re

from model.grammar import elements, is_token, split_host
from model.head import has_valid_form, is_target_byte

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def head(data: bytes) -> bytes:
    """Return what stands before the first empty line, the end of its last line included."""
    match = re.search(rb"\n\r?\n", data)
    return data if match is None else data[: match.start() + 1]


def is_complete(data: bytes) -> bool:
    """Tell whether some reader can find the end of a head."""
    return head(data) != data


def request_line(data: bytes) -> list[bytes]:
    """Return method, target and version, as far as they are there."""
    first = re.split(rb"\r?\n", head(data).lstrip(b"\r\n"), maxsplit=1)[0]
    return [*first.split(b" ", 2), b"", b""][:3]


def values(data: bytes, name: bytes) -> list[bytes]:
    """Return the value of each line of that name, in order."""
    lines = [line.partition(b":") for line in head(data).split(b"\n")[1:]]
    return [value.strip(b" \t\r") for own, _, value in lines if own.lower() == name.lower()]


def has_bad_target(data: bytes) -> bool:
    """Tell a target of none of the forms that its method allows [RFC 9112 3.2]."""
    method, target, _ = request_line(data)
    sound = all(is_target_byte(bytes([code])) for code in target)
    return not sound or not has_valid_form(method, target)


def has_bad_host(data: bytes) -> bool:
    """Tell a Host that is no `uri-host [":" port]` [RFC 9112 3.2]."""
    return any(value and split_host(value) is None for value in values(data, b"Host"))


def has_other_host(data: bytes) -> bool:
    """Tell a Host that is not the authority of the target [RFC 9112 3.2.2]."""
    authority = re.split(rb"[/?]", request_line(data)[1].partition(b"://")[2])[0]
    return authority.lower() not in [value.lower() for value in values(data, b"Host")]


def is_preface_begun(data: bytes) -> bool:
    """Tell the first bytes of what HTTP/2 clients send first [RFC 9113 3.4]."""
    return PREFACE.startswith(data)


def has_no_token_list(data: bytes, name: bytes) -> bool:
    """Tell a list field with an element that is no token."""
    return not all(map(is_token, elements(values(data, name))))


def has_long_head(data: bytes) -> bool:
    """Tell a head beyond our limits: of its size, its target or its field lines."""
    lines = head(data).count(b"\n") - 1
    return len(head(data)) + 2 > 16384 or len(request_line(data)[1]) > 8192 or lines > 100
