"""What the caller answers to a decision, and what comes of it [contract 7].

In: a policy, a verdict, the caller's arguments. Out: the final verdict; `RefusedError` where an
argument cannot be given. It always holds that the verdict answered to is left as it is. Which
of two exceptions is raised is not known here.
"""

from __future__ import annotations

from dataclasses import replace
from types import EllipsisType
from typing import TYPE_CHECKING

from . import deflate
from .grammar import elements, is_token
from .verdict import Fields, Verdict, connection_fields

if TYPE_CHECKING:
    from .policy import Policy

OURS = ("upgrade", "connection", "content-length", "transfer-encoding", "trailer")
NO_BODY = (204, 205, 304)
LEAST_STATUS, MOST_STATUS = 200, 599


class RefusedError(ValueError):
    """The caller's arguments, or the moment, are wrong."""


def accept(
    verdict: Verdict,
    headers: Fields = (),
    subprotocol: str | EllipsisType | None = ...,
    extensions: str | EllipsisType | None = ...,
) -> Verdict:
    """Accept "with fields of its own", another subprotocol and another answer to extensions."""
    if verdict.action != "SWITCH" or verdict.head is None:
        raise RefusedError
    _check_fields(headers)
    # "takes no fields where the response is empty"
    if headers and not verdict.response:
        raise RefusedError
    chosen = verdict.subprotocol if isinstance(subprotocol, EllipsisType) else subprotocol
    agreed = verdict.extensions if isinstance(extensions, EllipsisType) else extensions
    websocket = verdict.protocol == "websocket"
    # "a subprotocol must have been offered by the client"
    offered = elements(verdict.head.values(b"Sec-WebSocket-Protocol"))
    if chosen is not None and not (websocket and _in_bytes(chosen) in offered):
        raise RefusedError
    if agreed is not None and not (websocket and _are_offered(verdict, agreed)):
        raise RefusedError
    return replace(
        verdict,
        response=_rewrite(verdict, chosen, agreed, headers),
        subprotocol=chosen,
        extensions=agreed,
    )


def reject(
    policy: Policy,
    verdict: Verdict,
    status: int,
    headers: Fields = (),
    body: bytes = b"",
    *,
    secure: bool,
) -> Verdict:
    """Refuse any decision "that is not final yet (SWITCH, PASS) or a REJECT"."""
    if verdict.action == "CONTINUE" or not LEAST_STATUS <= status <= MOST_STATUS:
        raise RefusedError
    _check_fields(headers)
    # "with 204, 205 or 304 a body is a ValueError"
    if body and status in NO_BODY:
        raise RefusedError
    # "to HEAD it has no body"
    bodiless = verdict.bodiless or (verdict.head is not None and verdict.head.method == b"HEAD")
    return Verdict(
        "REJECT",
        "REFUSED",
        status,
        # "A 426 of the caller's carries the fields of 3.1 as well."
        fields=connection_fields(policy, status, secure=secure) + headers,
        bodiless=bodiless,
        content=b"" if bodiless else body,
        head=verdict.head,
    )


def _check_fields(headers: Fields) -> None:
    """Hold that "field names must be tokens and values free of every control but HTAB"."""
    for name, value in headers:
        if not is_token(_in_bytes(name)) or value != value.strip(" \t"):
            raise RefusedError
        if any(code != b"\t"[0] and (code < b" "[0] or code == 0x7F) for code in _in_bytes(value)):
            raise RefusedError
        if name.lower() in OURS or name.lower().startswith("sec-websocket-"):
            raise RefusedError


def _in_bytes(text: str) -> bytes:
    """Encode: "text is latin-1; a character above U+00FF is refused"."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise RefusedError from None


def _are_offered(verdict: Verdict, value: str) -> bool:
    """Tell a value "sound by 6455 9.1, each of its extensions offered by the client"."""
    assert verdict.head is not None, "a SWITCH to WebSocket has a head"
    theirs = deflate.read_extensions(verdict.head.values(b"Sec-WebSocket-Extensions")) or []
    ours = deflate.read_extensions([_in_bytes(value)])
    if not ours or value != value.strip(" \t"):
        return False
    return {extension.name for extension in ours} <= {extension.name for extension in theirs}


def _rewrite(
    verdict: Verdict, subprotocol: str | None, extensions: str | None, headers: Fields
) -> bytes:
    """Write the 101 anew, with "response fields in this order" [contract 4]."""
    if not verdict.response:
        return b""
    lines = verdict.response.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    ours = ("Sec-WebSocket-Protocol: ", "Sec-WebSocket-Extensions: ")
    if verdict.protocol == "websocket":
        lines = [line for line in lines if not line.startswith(ours)]
    if subprotocol is not None:
        lines.append(ours[0] + subprotocol)
    if extensions is not None:
        lines.append(ours[1] + extensions)
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
