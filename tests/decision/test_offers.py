"""Offers and limits are values: they compare, hash, copy, pickle and are shown.

In: one of each type. Out: its attributes, and its equals.
Not here: which arguments are sound [contract 7].
"""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from upgrade101 import H2C, TLS, Limits, PerMessageDeflate, Protocol, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable


def vary(value: object) -> object:
    """Return another value that the same argument may have."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, tuple) and len(value) > 1:
        return value[1:] + value[:1]
    if value and isinstance(value, tuple) and isinstance(value[0], str):
        return (value[0][:1] + "x",)
    return () if isinstance(value, tuple) else None


DEFLATE = PerMessageDeflate(client_max_window_bits=10)
SAMPLES: list[tuple[Callable[..., object], dict[str, Any]]] = [
    (Limits, {"head": 512, "target": 64, "fields": 9, "body": 7}),
    (
        PerMessageDeflate,
        {
            "server_no_context_takeover": True,
            "client_no_context_takeover": False,
            "server_max_window_bits": 12,
            "client_max_window_bits": 8,
            "require_client_max_window_bits": True,
        },
    ),
    (
        WebSocket,
        {
            "paths": ("/chat", "/rooms/*"),
            "subprotocols": ("chat", "echo"),
            "subprotocol_required": True,
            "origins": ("https://a", "null"),
            "origin_required": True,
            "deflate": DEFLATE,
        },
    ),
    (H2C, {"paths": ("/",), "upgrade": True, "prior_knowledge": True}),
    (
        Protocol,
        {
            "name": "SPDY",
            "version": "3.1",
            "paths": ("/a", "/b"),
            "methods": ("GET", "POST"),
            "headers": (("X-Node", "7"),),
            "body": True,
        },
    ),
    (TLS, {"paths": ("/*",)}),
]
DEFAULTS: list[tuple[Callable[[], object], dict[str, Any]]] = [
    (Limits, {"head": 16384, "target": 8192, "fields": 100, "body": 65536}),
    (
        PerMessageDeflate,
        {
            "server_no_context_takeover": False,
            "client_no_context_takeover": False,
            "server_max_window_bits": None,
            "client_max_window_bits": None,
            "require_client_max_window_bits": False,
        },
    ),
    (
        WebSocket,
        {
            "paths": None,
            "subprotocols": (),
            "subprotocol_required": False,
            "origins": "same-origin",
            "origin_required": False,
            "deflate": None,
        },
    ),
    (H2C, {"paths": None, "upgrade": True, "prior_knowledge": False}),
    (
        lambda: Protocol("a"),
        {"version": None, "paths": None, "methods": None, "headers": (), "body": False},
    ),
    (TLS, {"paths": None}),
]


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_has_its_arguments_as_attributes(
    make: Callable[..., object], arguments: dict[str, Any]
) -> None:
    offer = make(**arguments)
    for name, value in arguments.items():
        assert getattr(offer, name) == value
        assert type(getattr(offer, name)) is type(value)


@pytest.mark.parametrize(("make", "attributes"), DEFAULTS)
def test_offer_without_arguments_has_the_defaults(
    make: Callable[[], object], attributes: dict[str, Any]
) -> None:
    offer = make()
    assert {name: getattr(offer, name) for name in attributes} == attributes


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_is_immutable_and_final(
    make: Callable[..., object], arguments: dict[str, Any]
) -> None:
    offer = make(**arguments)
    for name, value in arguments.items():
        with pytest.raises(AttributeError):
            setattr(offer, name, value)
        with pytest.raises(AttributeError):
            delattr(offer, name)
    with pytest.raises(AttributeError):
        offer.other = 1
    with pytest.raises(TypeError, match="immutable type"):
        type(offer).other = 1
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Heir", (type(offer),), {})


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_copied_is_the_same_object(
    make: Callable[..., object], arguments: dict[str, Any]
) -> None:
    offer = make(**arguments)
    assert copy.copy(offer) is copy.deepcopy(offer) is offer
    assert copy.deepcopy([offer, offer])[1] is offer


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_offer_pickled_is_an_equal_one(
    make: Callable[..., object], arguments: dict[str, Any], protocol: int
) -> None:
    offer = make(**arguments)
    for dump in (pickle.dumps, pickle._dumps):
        copied = pickle.loads(dump(offer, protocol))  # noqa: S301 -- made here
        assert copied == offer
        assert copied is not offer
        assert type(copied) is type(offer)


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_repr_makes_it_again(make: Callable[..., object], arguments: dict[str, Any]) -> None:
    offer = make(**arguments)
    assert eval(repr(offer)) == offer  # noqa: S307 -- a repr made here


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_equals_the_same_and_no_other(
    make: Callable[..., object], arguments: dict[str, Any]
) -> None:
    offer = make(**arguments)
    assert offer == make(**arguments)
    assert hash(offer) == hash(make(**arguments))
    assert not offer != make(**arguments)  # noqa: SIM202 -- the other operator
    others = [other(**given) for other, given in SAMPLES if other is not make]
    others += [make(**arguments | {name: vary(arguments[name])}) for name in arguments]
    others += [tuple(arguments.values())]
    assert all(offer != other for other in others)
    with pytest.raises(TypeError):
        _ = offer < make(**arguments)


@pytest.mark.parametrize(("make", "arguments"), SAMPLES)
def test_offer_signature_is_introspectable(
    make: Callable[..., object], arguments: dict[str, Any]
) -> None:
    assert list(inspect.signature(make).parameters) == list(arguments)


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (Limits, (16384,)),
        (PerMessageDeflate, (True,)),
        (WebSocket, (["chat"],)),
        (H2C, (True,)),
        (Protocol, ()),
        (Protocol, ("a", None, ["GET"])),
        (TLS, (1,)),
    ],
)
def test_offer_with_wrong_positional_arguments_is_refused(
    make: Callable[..., object], arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(TypeError, match="argument"):
        make(*arguments)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Limits(heads=1),
        lambda: TLS(version="1.2"),
        lambda: Protocol("a", name="b"),
        lambda: H2C(**{7: True}),
    ],
)
def test_offer_with_wrong_keywords_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()
