"""The model itself, against the shared vectors and against its own promises."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from model import H2C, TLS, PerMessageDeflate, Policy, Verdict, decide, h2c, load_policies
from model.deflate import Extension, agree, read_extensions
from model.forward import is_same
from model.grammar import name_matches, quoted_elements, split_host, split_path
from model.last_word import RefusedError, accept, reject
from model.origin import split_origin
from strategies import Case, cases, shorten

if TYPE_CHECKING:
    from conftest import Vector

POLICIES = load_policies(Path(__file__).parent.parent / "vectors" / "policies.json")


def _assert_expected(verdict: Verdict | None, expect: dict[str, Any]) -> None:
    """Compare as `vectors/README.md` says."""
    if expect["action"] is None:
        assert verdict is None
        return
    assert verdict is not None
    assert (verdict.action, verdict.reason) == (expect["action"], expect["reason"])
    assert verdict.offset == expect.get("offset")
    if verdict.head is not None:
        _assert_expected_target(verdict.head.target, expect)
    for name, listed in expect.get("lists", {}).items():
        assert verdict.head is not None
        found = [
            element
            for value in verdict.head.values(name.encode())
            for element in quoted_elements(value)
            if element
        ]
        assert found == [element.encode("latin-1") for element in listed]
    if verdict.action == "SWITCH":
        assert verdict.status == (101 if verdict.response else None)
        assert verdict.protocol == expect.get("protocol", verdict.protocol)
        assert verdict.offer == expect.get("offer", verdict.offer)
        assert verdict.subprotocol == expect.get("subprotocol")
        assert verdict.extensions == expect.get("extensions")
        assert [list(pair) for pair in verdict.settings or ()] == expect.get("settings", [])
        assert verdict.body == expect.get("body", "").encode("latin-1")
    if verdict.action in ("SWITCH", "CONTINUE"):
        assert verdict.response == expect["response"].encode("latin-1")
    if verdict.action in ("SWITCH", "PASS"):
        assert verdict.leftover == expect.get("leftover", "").encode("latin-1")
    if verdict.action == "PASS":
        assert verdict.head is not None
        own = verdict.head.raw
        expected = expect.get("forward", own.decode("latin-1")).encode("latin-1")
        assert is_same(verdict.forward, expected, own)
    if verdict.action == "REJECT":
        assert verdict.status == expect["status"]
        for field in expect.get("response_has", []):
            assert tuple(field) in verdict.fields


def _assert_expected_target(target: bytes, expect: dict[str, Any]) -> None:
    path, query = split_path(target)
    if "path" in expect:
        assert path == expect["path"].encode()
    if "query" in expect:
        assert query == (None if expect["query"] is None else expect["query"].encode())


def test_model_vector_as_fed_agrees(vector: Vector) -> None:
    policy = POLICIES[vector.policy]
    data = b""
    continued = False
    for piece, expect in vector.feeds:
        data += piece
        verdict = decide(
            policy, data, secure=vector.secure, first=vector.first, already_continued=continued
        )
        _assert_expected(verdict, expect)
        continued = continued or (verdict is not None and verdict.action == "CONTINUE")
    for answer in vector.answers:
        assert verdict is not None
        _assert_answered(policy, verdict, answer, secure=vector.secure)


def _assert_answered(
    policy: Policy, verdict: Verdict, answer: dict[str, Any], *, secure: bool
) -> None:
    """Expect of the caller's last word what `answers` says comes of it."""
    arguments = dict(answer.get("accept", answer.get("reject")))
    if "headers" in arguments:
        arguments["headers"] = tuple(map(tuple, arguments["headers"]))
    if "body" in arguments:
        arguments["body"] = arguments["body"].encode("latin-1")

    def give() -> Verdict:
        if "accept" in answer:
            return accept(verdict, **arguments)
        return reject(policy, verdict, secure=secure, **arguments)

    if "raises" in answer:
        with pytest.raises(RefusedError):
            give()
    else:
        given = give()
        _assert_expected(given, answer["gives"])
        if given.action == "REJECT":
            content = answer["gives"].get("content", "").encode("latin-1")
            assert given.content == content


@given(case=cases())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_model_bytes_after_the_deciding_one_change_nothing_but_leftover(case: Case) -> None:
    # TLS is left out: its verdict is about what has arrived [contract 6].
    offers = tuple(offer for offer in case.policy.offers if not isinstance(offer, TLS)) or (H2C(),)
    policy = replace(case.policy, offers=offers)
    decided = None
    continued = False
    for size in range(min(len(case.data), 600) + 1):
        data = case.data[:size]
        verdict = decide(
            policy, data, secure=case.secure, first=case.first, already_continued=continued
        )
        if decided is not None:
            assert verdict is not None
            assert replace(verdict, leftover=decided.leftover) == decided
            assert verdict.leftover.startswith(decided.leftover)
        elif verdict is not None and verdict.action == "CONTINUE":
            assert not continued
            continued = True
        else:
            decided = verdict


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (b"a", (b"a", None)),
        (b"A%4a:", (b"a%4a", b"")),
        (b"a:00080", (b"a", b"00080")),
        (b"a:000080", None),
        (b"a:65535", (b"a", b"65535")),
        (b"a:65536", None),
        (b"", None),
        (b":80", None),
        (b"a%4", None),
        (b"a b", None),
        (b"[::]", (b"[::]", None)),
        (b"[:1]", None),
        (b"[::1", None),
        (b"[::1]1", None),
        (b"[v1.a:b:c]", (b"[v1.a:b:c]", None)),
        (b"[vF.~]:80", (b"[vf.~]", b"80")),
        (b"[v.a]", None),
        (b"[v1.]", None),
        (b"[v1a]", None),
        (b"[vg.a]", None),
        (b"[v1.a/]", None),
        (b"[fe80::1%25eth0]", None),
        (b"u@a", None),
    ],
)
def test_split_host_at_the_border_takes_or_refuses(text: bytes, parts: object) -> None:
    assert split_host(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (b"HTTP://A:80", (b"http", b"a", None)),
        (b"http://a:443", (b"http", b"a", 443)),
        (b"https://a:443", (b"https", b"a", None)),
        (b"http://a:0", None),
        (b"http://a:01", None),
        (b"http://a:", None),
        (b"http://a:123456", None),
        (b"http://", None),
        (b"http://a/", None),
        (b"http://u@a", None),
        (b"null", None),
        (b"1http://a", None),
    ],
)
def test_split_origin_at_the_border_takes_or_refuses(text: bytes, parts: object) -> None:
    assert split_origin(text) == parts


@pytest.mark.parametrize(
    ("entry", "host", "matches"),
    [
        (b"a", b"a", True),
        (b"a", b"b", False),
        (b"*.a", b"b.a", True),
        (b"*.a", b"c.b.a", True),
        (b"*.a", b"a", False),
        (b"*.a", b".a", False),
        (b"*.a", b"b..a", False),
        (b"*.a", b"ba", False),
        (b"*", b"a.b", True),
        (b"*", b"a.", False),
        (b"*", b"[::1]", False),
        (b"b*.a", b"bc.a", False),
    ],
)
def test_name_matches_wildcard_stands_for_whole_labels(
    entry: bytes, host: bytes, *, matches: bool
) -> None:
    assert name_matches(entry, host) is matches


@pytest.mark.parametrize(
    ("value", "offers"),
    [
        (b"a;b", [Extension(b"a", ((b"b", None),))]),
        (b'a;b="\\c"', [Extension(b"a", ((b"b", b"c"),))]),
        (b"a , ,b", [Extension(b"a", ()), Extension(b"b", ())]),
        (b'a;b="c,d"', None),
        (b'a;b="c"d', None),
        (b"a b", None),
        (b"a;;b", None),
        (b"a;b=", None),
        (b"=a", None),
        (b'a;b="\\"', None),
        (b'"a"', None),
        (b";", None),
        (b",", []),
    ],
)
def test_read_extensions_grammar_takes_or_refuses(value: bytes, offers: object) -> None:
    assert read_extensions([value]) == offers


@pytest.mark.parametrize(
    ("window", "agreed"), [(b"9", 9), (b"8", None), (b"15", 15), (b"16", None)]
)
def test_agree_server_window_takes_9_to_15(window: bytes, agreed: int | None) -> None:
    offer = Extension(b"permessage-deflate", ((b"server_max_window_bits", window),))
    answer = agree(offer, PerMessageDeflate())
    assert (answer and answer.server_max_window_bits) == agreed


@pytest.mark.parametrize(("unused", "settings_read"), [(b"AAMAAABk", ((3, 100),)), (b"AAM", None)])
def test_read_settings_needs_whole_settings(unused: bytes, settings_read: object) -> None:
    assert h2c.read_settings(unused) == settings_read


def test_read_settings_of_65_settings_is_refused() -> None:
    one = base64.urlsafe_b64encode(b"\0\3\0\0\0\1")
    assert h2c.read_settings(one * 64) == ((3, 1),) * 64
    assert h2c.read_settings(one * 65) is None


def test_shorten_keeps_what_shows_it_and_nothing_else() -> None:
    case = Case(POLICIES["all"], secure=True, data=b"x" * 70 + b"\0yyy\n", pieces=(1,))
    shortest = shorten(case, lambda one: b"\0" in one.data and one.data.endswith(b"\n"))
    assert shortest.data == b"\0\n"
    assert not shortest.secure
    assert len(shortest.policy.offers) == 1
