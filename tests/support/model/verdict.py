"""A verdict and the closed table of reasons (contract 1 and 8).

In: a reason and what goes with it. Out: a `Verdict`. It always holds that the action and
the status follow from the reason and from `required`. It does not write the date or the
sentence of a refusal: the model has an opinion on their presence, not on their words.
"""

from dataclasses import dataclass

from .policy import H2C, TLS, PerMessageDeflate, Policy, Protocol

PASSES = (
    "NO_UPGRADE UPGRADE_ON_HTTP_1_0 UPGRADE_ON_CONNECT CONNECTION_OPTION_MISSING "
    "PROTOCOL_NOT_OFFERED H2C_OVER_TLS H2C_BODY H2C_SETTINGS_MISSING H2C_SETTINGS_DUPLICATE "
    "H2C_SETTINGS_NOT_HOP_BY_HOP H2C_SETTINGS_INVALID TLS_ALREADY TLS_BODY"
)
REJECTS = {
    400: "BAD_METHOD BAD_TARGET BAD_VERSION BARE_LF BARE_CR OBS_FOLD BAD_FIELD_NAME "
    "BAD_FIELD_VALUE HOST_MISSING HOST_DUPLICATE HOST_INVALID HOST_MISMATCH FRAMING_CONFLICT "
    "CONTENT_LENGTH_INVALID TLS_CLIENT_HELLO CONNECTION_INVALID UPGRADE_INVALID WS_BODY "
    "WS_VERSION_MISSING WS_VERSION_DUPLICATE WS_KEY_MISSING WS_KEY_DUPLICATE WS_KEY_INVALID "
    "WS_ORIGIN_DUPLICATE WS_SUBPROTOCOL_INVALID WS_SUBPROTOCOL_REQUIRED WS_EXTENSIONS_INVALID "
    "BODY_NOT_ALLOWED TLS_LEFTOVER",
    403: "WS_ORIGIN_FORBIDDEN",
    405: "WS_METHOD METHOD_NOT_ALLOWED",
    411: "LENGTH_REQUIRED",
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
PASS = frozenset(PASSES.split())
# A PASS that `required=True` turns into a refusal keeps its name and gets the 426.
STATUS = dict.fromkeys(PASS, UPGRADE_REQUIRED) | {
    reason: status for status, reasons in REJECTS.items() for reason in reasons.split()
}

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """What is decided; what does not apply to the action is empty or `None`."""

    action: str
    reason: str
    status: int
    response: bytes = b""  # of SWITCH and CONTINUE, byte for byte
    fields: Fields = ()  # of REJECT: all but Date, Content-Type and Content-Length
    bodiless: bool = False  # of REJECT: the answer to HEAD
    protocol: str | None = None
    subprotocol: str | None = None
    extensions: str | None = None
    deflate: PerMessageDeflate | None = None
    settings: tuple[tuple[int, int], ...] | None = None
    body: bytes = b""
    leftover: bytes = b""  # of SWITCH and PASS


def refusal(
    policy: Policy, method: bytes | None, reason: str, own: Fields = (), *, secure: bool
) -> Verdict:
    """Make a REJECT, with the fields that contract 1 and 3.1 give it and its `own`."""
    status = STATUS[reason]
    if status == UPGRADE_REQUIRED:
        # [RFC 9110 15.5.22]
        fields: Fields = (
            ("Upgrade", offered(policy, secure=secure)),
            ("Connection", "Upgrade, close"),
        )
    else:
        fields = (("Connection", "close"),)
    # [RFC 9110 9.3.2] no content to HEAD, once the method is known.
    return Verdict("REJECT", reason, status, fields=fields + own, bodiless=method == b"HEAD")


def offered(policy: Policy, *, secure: bool) -> str:
    """Write the Upgrade field of a 426: "the offers in the server's order" (contract 3.1)."""
    offers = policy.offers
    if secure:
        # "on a TLS transport h2c and TLS are left out unless nothing else is offered"
        offers = tuple(offer for offer in offers if not isinstance(offer, H2C | TLS)) or offers
    return ", ".join(_name(offer) for offer in offers)


def _name(offer: object) -> str:
    if isinstance(offer, Protocol):
        return offer.name if offer.version is None else f"{offer.name}/{offer.version}"
    if isinstance(offer, TLS):
        return "TLS/1.0"
    return "h2c" if isinstance(offer, H2C) else "websocket"
