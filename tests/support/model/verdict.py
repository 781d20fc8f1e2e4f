"""A verdict and the closed table of reasons [contract 1, contract 9].

In: a reason and what goes with it. Out: a `Verdict`. It always holds that the action and
the status follow from the reason and from `required`. It does not write the date or the
sentence of a refusal: the model has an opinion on their presence, not on their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .policy import H2C, TLS, PerMessageDeflate, Policy, Protocol

if TYPE_CHECKING:
    from .head import Head

# The status of a PASS is the one it gets if an upgrade is required.
PASSES = {
    426: "NO_UPGRADE WS_UPGRADE_MISSING UPGRADE_ON_HTTP_1_0 UPGRADE_ON_CONNECT "
    "CONNECTION_OPTION_MISSING PROTOCOL_NOT_OFFERED H2C_OVER_TLS H2C_BODY H2C_SETTINGS_MISSING "
    "H2C_SETTINGS_DUPLICATE H2C_SETTINGS_NOT_HOP_BY_HOP H2C_SETTINGS_INVALID TLS_ALREADY "
    "TLS_BODY",
    400: "BODY_NOT_ALLOWED WS_BODY",
    404: "PATH_NOT_OFFERED",
    405: "METHOD_NOT_ALLOWED WS_METHOD",
}
SWITCHES = {101: "SWITCHED HTTP2_PRIOR_KNOWLEDGE", 100: "BODY_AWAITED"}
REJECTS = {
    400: "BAD_METHOD BAD_TARGET BAD_VERSION BARE_LF BARE_CR OBS_FOLD BAD_FIELD_NAME "
    "BAD_FIELD_VALUE HOST_MISSING HOST_DUPLICATE HOST_INVALID HOST_MISMATCH FRAMING_CONFLICT "
    "CONTENT_LENGTH_INVALID TRANSFER_ENCODING_INVALID CHUNK_INVALID PROXY_PROTOCOL "
    "TLS_CLIENT_HELLO CONNECTION_INVALID UPGRADE_INVALID "
    "WS_VERSION_MISSING WS_VERSION_DUPLICATE WS_KEY_MISSING WS_KEY_DUPLICATE WS_KEY_INVALID "
    "WS_ORIGIN_DUPLICATE WS_SUBPROTOCOL_INVALID WS_SUBPROTOCOL_REQUIRED WS_EXTENSIONS_INVALID "
    "TLS_LEFTOVER",
    403: "WS_ORIGIN_FORBIDDEN",
    413: "BODY_TOO_LARGE",
    414: "TARGET_TOO_LONG",
    417: "EXPECTATION_FAILED",
    421: "HOST_FORBIDDEN",
    426: "WS_VERSION_UNSUPPORTED UPGRADE_REQUIRED",
    431: "HEAD_TOO_LARGE TOO_MANY_FIELDS",
    501: "TRANSFER_ENCODING_UNSUPPORTED",
    505: "UNSUPPORTED_VERSION HTTP2_PREFACE",
}
UPGRADE_REQUIRED = 426
STATUS = {
    reason: status
    for table in (PASSES, SWITCHES, REJECTS)
    for status, reasons in table.items()
    for reason in reasons.split()
}
PASS = frozenset(" ".join(PASSES.values()).split())

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """What is decided; what does not apply to the action is empty or `None`."""

    action: str
    reason: str
    status: int | None = None
    response: bytes = b""  # of SWITCH and CONTINUE, byte for byte
    fields: Fields = ()  # of REJECT: all but Date, Content-Type and Content-Length
    bodiless: bool = False  # of REJECT: the answer to HEAD
    content: bytes | None = None  # of REJECT: the caller's, or `None`: one line of text
    offset: int | None = None
    offer: int | None = None  # of SWITCH
    protocol: str | None = None
    subprotocol: str | None = None
    extensions: str | None = None
    deflate: PerMessageDeflate | None = None
    settings: tuple[tuple[int, int], ...] | None = None
    body: bytes = b""
    leftover: bytes = b""  # of SWITCH and PASS
    forward: bytes = b""  # of PASS
    head: Head | None = None


def refusal(
    policy: Policy,
    method: bytes | None,
    reason: str,
    own: Fields = (),
    *,
    secure: bool,
    offset: int | None = None,
    head: Head | None = None,
) -> Verdict:
    """Make a REJECT, with the fields that [contract 1] and [contract 3.1] give it and its `own`."""
    return Verdict(
        "REJECT",
        reason,
        STATUS[reason],
        fields=connection_fields(policy, STATUS[reason], secure=secure) + own,
        # [RFC 9110 9.3.2] no content to HEAD, once the method is known.
        bodiless=method == b"HEAD",
        offset=offset,
        head=head,
    )


def connection_fields(policy: Policy, status: int, *, secure: bool) -> Fields:
    """Return what a refusal says about the connection and about other protocols."""
    if status == UPGRADE_REQUIRED:
        # [RFC 9110 15.5.22]
        listed = ", ".join(offered(policy, secure=secure))
        return (("Upgrade", listed), ("Connection", "Upgrade, close"))
    return (("Connection", "close"),)


def offered(policy: Policy, *, secure: bool) -> list[str]:
    """List the Upgrade field of a 426: "the offers in the server's order" [contract 3.1]."""
    # "unless nothing else is offered"
    offers = [offer for offer in policy.offers if _is_listed(offer, secure=secure)]
    names = [_name(offer) for offer in offers or policy.offers]
    # "each once, letter case aside, as first spelled"
    lower = [name.lower() for name in names]
    return [name for index, name in enumerate(names) if name.lower() not in lower[:index]]


def _is_listed(offer: object, *, secure: bool) -> bool:
    """Tell what is not left out "on a TLS transport", and H2C(upgrade=False) "everywhere"."""
    if isinstance(offer, H2C):
        return offer.upgrade and not secure
    return not (isinstance(offer, TLS) and secure)


def _name(offer: object) -> str:
    if isinstance(offer, Protocol):
        return offer.name if offer.version is None else f"{offer.name}/{offer.version}"
    if isinstance(offer, TLS):
        return "TLS/1.0"
    return "h2c" if isinstance(offer, H2C) else "websocket"
