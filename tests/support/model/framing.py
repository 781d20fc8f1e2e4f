"""How the body of a request or a response is framed (9112 6, [contract 2]).

In: the values of Transfer-Encoding and Content-Length, and the version. Out: the reason of
the first rule that is broken, or how long the body is. It always holds that a list which two
readers could take for different ones is a defect.
"""

from __future__ import annotations

import re

from .grammar import QUOTED, TOKEN, quoted_elements

LARGEST_LENGTH = 2**63 - 1
MOST_LENGTH_DIGITS = 19
# [RFC 9112 7] White space around `;` and `=` is of its grammar.
_PARAMETER = (
    rb"[ \t]*;[ \t]*"
    + TOKEN.pattern
    + rb"[ \t]*=[ \t]*(?:"
    + TOKEN.pattern
    + rb"|"
    + QUOTED
    + rb")"
)
_CODING = re.compile(rb"(?P<name>" + TOKEN.pattern + rb")(?P<parameters>(?:" + _PARAMETER + rb")*)")


def framing_defect(codings: list[bytes], lengths: list[bytes], version: bytes) -> str | None:
    """Return the first rule of "Framing" that is broken [RFC 9112 6.1, 6.3]."""
    if codings and (lengths or version == b"1.0"):
        return "FRAMING_CONFLICT"
    if codings:
        return _coding_defect(codings)
    if lengths and (len(lengths) > 1 or not _is_length(lengths[0])):
        return "CONTENT_LENGTH_INVALID"
    return None


def _coding_defect(lines: list[bytes]) -> str | None:
    # "more than one line"
    if len(lines) > 1:
        return "TRANSFER_ENCODING_INVALID"
    matches = [_CODING.fullmatch(element) for element in quoted_elements(lines[0])]
    codings = [match for match in matches if match is not None]
    # "an element that is empty or not a token with optional parameters"
    if len(codings) != len(matches):
        return "TRANSFER_ENCODING_INVALID"
    *others, last = codings
    # "chunked (with or without parameters) anywhere but at the end, or a last element other
    # than chunked (letter case aside, without parameters)"
    if any(other["name"].lower() == b"chunked" for other in others):
        return "TRANSFER_ENCODING_INVALID"
    if last[0].lower() != b"chunked":
        return "TRANSFER_ENCODING_INVALID"
    return "TRANSFER_ENCODING_UNSUPPORTED" if others else None


def _is_length(digits: bytes) -> bool:
    """Tell "1-19 digits up to 2^63-1"."""
    return digits.isdigit() and len(digits) <= MOST_LENGTH_DIGITS and int(digits) <= LARGEST_LENGTH


def body_length(codings: list[bytes], lengths: list[bytes]) -> int | None:
    """Return the length that fields without defect give, `None` for chunked."""
    if codings:
        return None
    return int(lengths[0]) if lengths else 0
