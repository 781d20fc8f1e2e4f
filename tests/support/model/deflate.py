"""Sec-WebSocket-Extensions and permessage-deflate (6455 9.1, 7692 7.1, [contract 4]).

In: the lines of the field; the server's configuration. Out: the offers as written, or
`None` where the grammar is broken; the parameters agreed and the answer. It always holds
that a declined offer is no error.
"""

import re
from dataclasses import dataclass

from .grammar import OWS, TOKEN, is_token
from .policy import PerMessageDeflate

MOST_OFFERS = 16
MOST_PARAMETERS = 16
SMALLEST_WINDOW, LARGEST_WINDOW = 8, 15
FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
WINDOWS = ("server_max_window_bits", "client_max_window_bits")
WINDOW_BITS = [b"%d" % bits for bits in range(SMALLEST_WINDOW, LARGEST_WINDOW + 1)]

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


@dataclass(frozen=True)
class Extension:
    """One offer: its name and its parameters in order."""

    name: bytes
    parameters: tuple[tuple[bytes, bytes | None], ...]


def _lexemes(text: bytes) -> list[bytes] | None:
    """Cut into tokens, quoted strings and separators, without the OWS around them.

    `None` where something else stands.
    """
    found = []
    text = text.strip(OWS)
    while text:
        match = TOKEN.match(text) or _QUOTED.match(text) or re.match(rb"[,;=]", text)
        if match is None:
            return None
        found.append(match[0])
        text = text[match.end() :].lstrip(OWS)
    return found


def _split(lexemes: list[bytes], separator: bytes) -> list[list[bytes]]:
    parts: list[list[bytes]] = [[]]
    for lexeme in lexemes:
        if lexeme == separator:
            parts.append([])
        else:
            parts[-1].append(lexeme)
    return parts


def _parameter(lexemes: list[bytes]) -> tuple[bytes, bytes | None] | None:
    """`token [ "=" (token | quoted-string) ]`."""
    if len(lexemes) == 1 and is_token(lexemes[0]):
        return lexemes[0], None
    if len(lexemes) != 3 or not is_token(lexemes[0]) or lexemes[1] != b"=":
        return None
    value = lexemes[2]
    if value.startswith(b'"'):
        value = re.sub(rb"\\(.)", rb"\1", value[1:-1], flags=re.DOTALL)
    # "a quoted value, unescaped, must be a token"
    return (lexemes[0], value) if is_token(value) else None


def read_extensions(lines: list[bytes]) -> list[Extension] | None:
    """[RFC 6455 9.1] "1-16 offers of at most 16 parameters"; without an element, none."""
    lexemes = _lexemes(b",".join(lines))
    if lexemes is None:
        return None
    offers = []
    for element in _split(lexemes, b","):
        if not element:
            continue
        name, *parameters = _split(element, b";")
        read = [_parameter(parameter) for parameter in parameters]
        if len(name) != 1 or not is_token(name[0]) or len(read) > MOST_PARAMETERS:
            return None
        sound = [parameter for parameter in read if parameter is not None]
        if len(sound) != len(read):
            return None
        offers.append(Extension(name[0], tuple(sound)))
    return offers if len(offers) <= MOST_OFFERS else None


def _bits(value: bytes | None) -> int | None:
    """Read window bits: "8-15, no leading zero"."""
    return int(value) if value in WINDOW_BITS else None


def agree(offer: Extension, configured: PerMessageDeflate) -> PerMessageDeflate | None:
    """Return what is agreed on one offer, `None` where it is declined [RFC 7692 7.1]."""
    names = [name.decode() for name, _ in offer.parameters]
    asked = {name.decode(): value for name, value in offer.parameters}
    # "An offer with an unknown, repeated or ill-valued parameter is declined."
    if len(names) != len(asked) or not set(names) <= {*FLAGS, *WINDOWS}:
        return None
    if any(asked.get(flag) is not None for flag in FLAGS):
        return None

    server = configured.server_max_window_bits
    if "server_max_window_bits" in asked:
        offered = _bits(asked["server_max_window_bits"])
        # zlib cannot produce 8, which "is declined".
        if offered is None or offered == SMALLEST_WINDOW:
            return None
        server = min(offered, server or LARGEST_WINDOW)
    elif server == LARGEST_WINDOW:
        # "when either is there and it is below 15 or was offered"
        server = None

    client = None
    if "client_max_window_bits" in asked:
        value = asked["client_max_window_bits"]
        # "15 if it had no value"
        offered = LARGEST_WINDOW if value is None else _bits(value)
        if offered is None:
            return None
        # "only when configured and offered"
        if configured.client_max_window_bits is not None:
            client = min(offered, configured.client_max_window_bits)
    elif configured.require_client_max_window_bits:
        return None

    return PerMessageDeflate(
        "server_no_context_takeover" in asked or configured.server_no_context_takeover,
        "client_no_context_takeover" in asked or configured.client_no_context_takeover,
        server,
        client,
    )


def write_answer(agreed: PerMessageDeflate) -> str:
    """Write the value of Sec-WebSocket-Extensions, parameters in the order of [contract 4]."""
    parts = ["permessage-deflate"]
    parts += [flag for flag in FLAGS if getattr(agreed, flag)]
    parts += [
        f"{window}={getattr(agreed, window)}"
        for window in WINDOWS
        if getattr(agreed, window) is not None
    ]
    return "; ".join(parts)
