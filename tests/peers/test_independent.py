"""Parts of the extension against implementations that others wrote of the same.

`hashlib` and `base64` for the key and its answer, `hyperframe` and `h2` for the settings,
`websockets` for permessage-deflate: each on generated values, through whole requests. What
the two sides say differently has to be in the list of `disagreements`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import string
import struct
from itertools import product
from typing import Any

import heads
import pytest
from disagreements import (
    ACCEPTS,
    REFUSES,
    Answer,
    Difference,
    Disagreement,
    assert_shown,
    differences,
    entries_of,
    uncovered,
)
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import H2Error
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import SettingsFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import parse_extension

import upgrade101

EXAMPLES = int(os.environ.get("U101_FUZZ_EXAMPLES", "0"))
profile = settings(
    max_examples=EXAMPLES or 500,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
)

# ---- the key and its answer ---------------------------------------------------------------

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BASE64 = string.ascii_letters + string.digits + "+/"
NEAR_BASE64 = BASE64 + "=-_ !\xe9"
WEBSOCKET = upgrade101.Negotiator(upgrade101.WebSocket())


def _shake(key: bytes) -> upgrade101.Decision:
    decision = WEBSOCKET.decide(heads.websocket(key=key.decode("latin-1")))
    assert decision is not None
    return decision


def _assert_answered(key: bytes) -> None:
    accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
    decision = _shake(key)
    assert decision.reason is upgrade101.Reason.SWITCHED
    assert b"\r\nSec-WebSocket-Accept: %b\r\n" % accept in decision.response


@given(nonce=st.binary(min_size=16, max_size=16))
@profile
def test_key_of_16_bytes_is_answered_as_hashlib_does(nonce: bytes) -> None:
    _assert_answered(base64.b64encode(nonce))


@given(key=st.text(BASE64, min_size=22, max_size=22))
@profile
def test_key_with_any_unused_bits_is_answered_as_hashlib_does(key: str) -> None:
    # 22 characters are 132 bits, four more than 16 bytes have.
    _assert_answered(key.encode() + b"==")


def _decoded_size(key: bytes) -> int | None:
    try:
        return len(base64.b64decode(key, validate=True))
    except binascii.Error:
        return None


@given(
    nonce=st.binary(min_size=15, max_size=17),
    edits=st.lists(st.tuples(st.integers(0, 24), st.sampled_from(NEAR_BASE64)), max_size=2),
)
@profile
def test_key_near_the_border_is_accepted_as_base64_does(
    nonce: bytes, edits: list[tuple[int, str]]
) -> None:
    key = base64.b64encode(nonce)
    for at, character in edits:
        key = key[:at] + character.encode("latin-1") + key[at + 1 :]
    # White space around a value is none of the value's.
    key = key.strip(b" ")
    accepted = _shake(key).reason is upgrade101.Reason.SWITCHED
    assert accepted == (_decoded_size(key) == 16)


# ---- HTTP2-Settings -----------------------------------------------------------------------

H2C = upgrade101.Negotiator(upgrade101.H2C())
ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, CONNECT_PROTOCOL = 2, 4, 5, 8
BORDERS = {
    ENABLE_PUSH: (0, 1, 2),
    INITIAL_WINDOW_SIZE: (0, 2**31 - 1, 2**31),
    MAX_FRAME_SIZE: (2**14 - 1, 2**14, 2**24 - 1, 2**24),
    CONNECT_PROTOCOL: (0, 1, 2),
}
UNBOUNDED = [(name, value) for name in (0, 1, 3, 6, 9, 255) for value in (0, 100, 2**32 - 1)]
NEAR = [(name, value) for name, values in BORDERS.items() for value in values]
SOUND = [*UNBOUNDED, (2, 0), (2, 1), (4, 2**31 - 1), (5, 2**14), (5, 2**24 - 1), (8, 1)]


def _offer(value: bytes) -> upgrade101.Decision:
    decision = H2C.decide(heads.h2c(value.decode("latin-1")))
    assert decision is not None
    return decision


@given(pairs=st.lists(st.sampled_from(SOUND), max_size=8).map(dict))
@profile
def test_settings_that_hyperframe_wrote_are_decoded(pairs: dict[int, int]) -> None:
    payload = SettingsFrame(settings=pairs).serialize_body()
    assert _offer(base64.urlsafe_b64encode(payload)).settings == tuple(pairs.items())


def test_settings_of_an_h2_client_are_decoded() -> None:
    client = H2Connection()
    value = client.initiate_upgrade_connection()
    assert value is not None
    assert dict(_offer(value).settings or ()) == dict(client.local_settings)


def _compare_with_h2(value: bytes) -> list[Difference]:
    decision = _offer(value)
    server = H2Connection(H2Configuration(client_side=False))
    ours = Answer(REFUSES, decision.reason.name)
    if decision.settings is not None:
        settings_now = dict(server.remote_settings) | dict(decision.settings)
        ours = Answer(ACCEPTS, decision.reason.name, {"settings": settings_now})
    try:
        server.initiate_upgrade_connection(value)
    except (binascii.Error, HyperframeError, H2Error) as error:
        return differences(value, ours, Answer(REFUSES, str(error)))
    theirs = Answer(ACCEPTS, agreed={"settings": dict(server.remote_settings)})
    return differences(value, ours, theirs)


@given(
    pairs=st.lists(st.sampled_from(UNBOUNDED + NEAR), max_size=4),
    repeat=st.sampled_from([1, 1, 1, 30]),
    rest=st.sampled_from([0, 0, 6, 12, 5]).flatmap(lambda size: st.binary(max_size=size)),
    tail=st.sampled_from([*[b""] * 9, b"=", b"==", b"!", b"+", b"/", b"A", b"AA"]),
)
@profile
def test_settings_are_taken_as_h2_does_but_for_what_is_listed(
    pairs: list[tuple[int, int]], repeat: int, rest: bytes, tail: bytes
) -> None:
    payload = b"".join(struct.pack(">HL", *pair) for pair in pairs) * repeat + rest
    value = base64.urlsafe_b64encode(payload).rstrip(b"=") + tail
    assert uncovered("h2", _compare_with_h2(value)) == []


@pytest.mark.parametrize("entry", entries_of("h2"), ids=lambda entry: entry.name)
def test_disagreement_example_is_covered_by_its_entry_alone(entry: Disagreement) -> None:
    assert_shown(entry, _compare_with_h2(entry.example))


# ---- permessage-deflate -------------------------------------------------------------------

FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
WINDOWS = ("server_max_window_bits", "client_max_window_bits")
Parameters = list[tuple[str, str | None]]
Configuration = dict[str, Any]

CONFIGURATIONS: list[Configuration] = [
    dict(zip(FLAGS + WINDOWS, values, strict=True))
    for values in product(
        (False, True), (False, True), (None, *range(9, 16)), (None, *range(8, 16))
    )
]
WINDOW_VALUES = ["", *(f"={value}" for value in [*range(7, 17), "08", "1", "a", "+9"])]
PIECES = [
    *[f"; {name}" for name in FLAGS] * 4,
    *(f"; {name}=a" for name in FLAGS),
    *(f"; {name}{value}" for name in WINDOWS for value in WINDOW_VALUES),
    "; a",
    *[", permessage-deflate"] * 8,
    ", a",
]


def _negotiate(configuration: Configuration, extensions: str) -> Answer:
    deflate = upgrade101.PerMessageDeflate(**configuration)
    negotiator = upgrade101.Negotiator(upgrade101.WebSocket(deflate=deflate))
    decision = negotiator.decide(heads.websocket(f"Sec-WebSocket-Extensions: {extensions}"))
    assert decision is not None
    if decision.deflate is None:
        assert decision.extensions is None
        return Answer(REFUSES, decision.reason.name)
    agreed = {name: getattr(decision.deflate, name) for name in (*FLAGS, *WINDOWS)}
    written = parse_extension(decision.extensions or "")
    assert written == [("permessage-deflate", _write(agreed))]
    return Answer(ACCEPTS, decision.reason.name, agreed)


def _write(agreed: dict[str, int | None]) -> Parameters:
    """Write what was agreed in the order of RFC 7692."""
    flags: Parameters = [(name, None) for name in FLAGS if agreed[name]]
    return flags + [(name, str(agreed[name])) for name in WINDOWS if agreed[name] is not None]


def _negotiate_by_websockets(configuration: Configuration, extensions: str) -> Answer:
    factory = ServerPerMessageDeflateFactory(**configuration)
    for name, offered in parse_extension(extensions):
        if name != factory.name:
            continue
        try:
            answered, _ = factory.process_request_params(offered, [])
        except NegotiationError:
            continue
        values = dict(answered)
        agreed: dict[str, object] = {name: name in values for name in FLAGS}
        agreed |= {name: int(values[name] or 0) if name in values else None for name in WINDOWS}
        return Answer(ACCEPTS, agreed=agreed)
    return Answer(REFUSES)


@given(
    configuration=st.sampled_from(CONFIGURATIONS),
    pieces=st.lists(st.sampled_from(PIECES), max_size=8),
    space=st.sampled_from(["", " ", "\t"]),
    quoted=st.booleans(),
)
@profile
def test_deflate_is_negotiated_as_websockets_does_but_for_what_is_listed(
    configuration: Configuration,
    pieces: list[str],
    space: str,
    quoted: bool,  # noqa: FBT001
) -> None:
    extensions = "permessage-deflate" + "".join(pieces)
    if quoted:
        extensions = re.sub(r"=(\S)(\w*)", r'="\\\1\2"', extensions)
    extensions = re.sub(r"([,;=]) ?", rf"{space}\1{space}", extensions)
    found = differences(
        extensions.encode(),
        _negotiate(configuration, extensions),
        _negotiate_by_websockets(configuration, extensions),
    )
    assert uncovered("websockets", found) == []
