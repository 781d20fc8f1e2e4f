"""Other protocols, and TLS in mid-connection ([contract 6], 2817 3).

In: a head without defect, the offer, what has arrived behind the head. Out: `Yes` or `No`.
It always holds that the checks run in the order of [contract 6].
"""

from .answer import No, Yes
from .head import Head
from .meaning import body_of, has_body
from .policy import Limits, Protocol


def check(offer: Protocol, limits: Limits, head: Head) -> Yes | No:
    """Check "any registered or private upgrade"."""
    if offer.methods is not None and head.method.decode() not in offer.methods:
        return No("METHOD_NOT_ALLOWED", (("Allow", ", ".join(offer.methods)),))
    if has_body(head) and not offer.body:
        return No("BODY_NOT_ALLOWED")
    length = body_of(head)
    if length is not None and length > limits.body:
        return No("BODY_TOO_LARGE")
    name = offer.name if offer.version is None else f"{offer.name}/{offer.version}"
    response = (("Upgrade", name), ("Connection", "Upgrade"), *offer.headers)
    return Yes(name, response, body_length=length)


def check_tls(head: Head, version: bytes, arrived: bytes, *, secure: bool) -> Yes | No:
    """Check what asks for TLS, `version` being what follows `TLS/`."""
    if secure:
        return No("TLS_ALREADY")
    if has_body(head):
        return No("TLS_BODY")
    # "A byte after the request that is already there is TLS_LEFTOVER."
    if arrived:
        return No("TLS_LEFTOVER")
    protocol = f"TLS/{version.decode()}"
    # [RFC 9110 7.8]
    return Yes(protocol, (("Upgrade", f"{protocol}, HTTP/1.1"), ("Connection", "Upgrade")))
