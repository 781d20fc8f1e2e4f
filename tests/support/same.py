"""A decision of the extension beside the model's verdict.

In: the two, on the same bytes or parts. Out: an assertion that fails if they differ.
Always: all that a decision tells is compared but the words of a refusal and of `detail`, which
the model does not write.
Not here: how the two came about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from expected import CONTINUE, MOST_DETAIL, NO_CONTENT, NOT_MODIFIED, take_apart
from model.forward import is_same
from model.grammar import QUOTED, quoted_elements, split_path
from model.verdict import STATUS

if TYPE_CHECKING:
    from model import Verdict
    from model.head import Head

    import upgrade101

OF_EVERY_REFUSAL = (b"date", b"content-type", b"content-length")
WINDOWS = ("server_max_window_bits", "client_max_window_bits")
FLAGS = ("server_no_context_takeover", "client_no_context_takeover")


def assert_same(decision: upgrade101.Decision | None, verdict: Verdict | None) -> None:
    """Expect of the decision what the verdict says."""
    if verdict is None:
        assert decision is None
        return
    assert decision is not None
    assert (decision.action.name, decision.reason.name) == (verdict.action, verdict.reason)
    assert decision.status == verdict.status
    assert decision.reason.status == STATUS.get(verdict.reason, decision.reason.status)
    assert decision.offset == verdict.offset
    assert (decision.status, decision.headers, decision.content) == take_apart(decision.response)
    assert re.fullmatch(rf"[ -~]{{0,{MOST_DETAIL}}}", decision.detail)
    assert_same_request(decision.request, verdict.head)
    if verdict.action == "REJECT":
        assert_same_refusal(decision, verdict)
        return
    assert decision.response == verdict.response
    assert decision.protocol == verdict.protocol
    assert decision.subprotocol == verdict.subprotocol
    assert decision.extensions == verdict.extensions
    assert decision.settings == verdict.settings
    assert decision.body == verdict.body
    assert decision.leftover == verdict.leftover
    if verdict.action == "PASS":
        assert verdict.head is not None
        assert is_same(decision.forward, verdict.forward, verdict.head.raw)
    else:
        assert decision.forward == b""


def assert_same_deflate(decision: upgrade101.Decision, verdict: Verdict) -> None:
    """Compare the parameters agreed, which the caller's own answer to extensions leaves open."""
    assert (decision.deflate is None) == (verdict.deflate is None)
    if verdict.deflate is not None:
        for name in FLAGS + WINDOWS:
            assert getattr(decision.deflate, name) == getattr(verdict.deflate, name)


def assert_same_refusal(decision: upgrade101.Decision, verdict: Verdict) -> None:
    """Expect a complete response with the fields of [contract 1] and those of its reason."""
    assert decision.leftover == decision.body == decision.forward == b""
    assert CONTINUE not in decision.response
    written = {name.lower(): value for name, value in decision.headers}
    own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in verdict.fields]
    ours = [name.lower() for name, _ in own]
    # "A refusal's Date and Content-Type are replaced by the caller's own."
    left = [
        (name, value)
        for name, value in decision.headers
        if name.lower() not in OF_EVERY_REFUSAL or name.lower() in ours
    ]
    assert sorted(left) == sorted(own)
    assert b"date" in written
    assert verdict.status == NOT_MODIFIED or b"content-type" in written
    length = written.get(b"content-length")
    content = decision.content
    if verdict.status in (NO_CONTENT, NOT_MODIFIED):
        assert length is None
    elif verdict.bodiless:
        assert content == b""
        assert length is not None
        assert length.isdigit()
    else:
        assert length == b"%d" % len(content)
    if verdict.content is not None:
        assert content == verdict.content
    elif not verdict.bodiless:
        assert len(content.decode("ascii").splitlines()) == 1
        assert decision.reason.text in content.decode("ascii")


def assert_same_request(request: upgrade101.Request | None, head: Head | None) -> None:
    """Expect of a head that was completed to be told as it was sent."""
    if head is None:
        assert request is None
        return
    assert request is not None
    assert request.head == head.raw
    assert request.method == head.method.decode("latin-1")
    assert request.target == head.target.decode("latin-1")
    assert request.version == head.version.decode("latin-1")
    assert request.headers == head.fields
    path, query = split_path(head.target)
    assert request.path == (path or b"").decode("latin-1")
    assert request.query == (None if query is None else query.decode("latin-1"))
    for name in {name.lower() for name, _ in head.fields}:
        values = head.values(name)
        # What a quote means that is never closed is nowhere said.
        if all(b'"' not in re.sub(QUOTED, b"", value) for value in values):
            listed = [element for value in values for element in quoted_elements(value) if element]
            assert request.get_list(name.decode()) == tuple(
                element.decode("latin-1") for element in listed
            )
