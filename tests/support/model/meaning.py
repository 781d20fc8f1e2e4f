"""What a complete head means before anything is chosen (contract 2, "Meaning").

In: a head, the policy, whether the transport is TLS. Out: the reason of the first rule
that is broken, or `None`; and the facts of framing that the protocols ask for. It always
holds that Host comes before framing. It does not look at Upgrade.
"""

from .grammar import absolute_form_authority, name_matches, split_host
from .head import Head
from .policy import Policy

LARGEST_LENGTH = 2**63 - 1
MOST_LENGTH_DIGITS = 19


def defect(policy: Policy, head: Head, *, secure: bool) -> str | None:
    """Return the first rule of contract 2 that the head breaks."""
    return _host_defect(policy, head, secure=secure) or _framing_defect(head)


def _host_defect(policy: Policy, head: Head, *, secure: bool) -> str | None:
    # [RFC 9112 3.2]
    hosts = head.values(b"Host")
    if not hosts and head.version == b"1.1":
        return "HOST_MISSING"
    if len(hosts) > 1:
        return "HOST_DUPLICATE"
    if hosts:
        if hosts[0] and split_host(hosts[0]) is None:
            return "HOST_INVALID"
        # "byte for byte (letter case aside)"; CONNECT has no absolute form to compare.
        authority = absolute_form_authority(head.target)
        if authority is not None and authority.lower() != hosts[0].lower():
            return "HOST_MISMATCH"
    if policy.hosts is not None and not _is_ours(policy.hosts, hosts, secure=secure):
        return "HOST_FORBIDDEN"
    return None


def _is_ours(entries: tuple[str, ...], hosts: list[bytes], *, secure: bool) -> bool:
    """Tell whether Host is neither "missing, empty or not among them" (the entries)."""
    parts = split_host(hosts[0]) if hosts else None
    if parts is None:
        return False
    host, digits = parts
    # "an absent or empty one in Host standing for 443 on a TLS transport and 80 elsewhere"
    port = int(digits) if digits else (443 if secure else 80)
    for entry in entries:
        listed = split_host(entry.encode("latin-1"))
        assert listed is not None, "not an entry that a negotiator takes"
        entry_host, entry_port = listed
        if name_matches(entry_host, host) and (entry_port is None or int(entry_port) == port):
            return True
    return False


def _framing_defect(head: Head) -> str | None:
    # [RFC 9112 6.1, 6.3]
    codings = head.values(b"Transfer-Encoding")
    lengths = head.values(b"Content-Length")
    if codings and (lengths or head.version == b"1.0"):
        return "FRAMING_CONFLICT"
    if codings and [coding.lower() for coding in codings] != [b"chunked"]:
        return "TRANSFER_ENCODING_UNSUPPORTED"
    if lengths and (len(lengths) > 1 or not _is_length(lengths[0])):
        return "CONTENT_LENGTH_INVALID"
    return None


def _is_length(digits: bytes) -> bool:
    """Tell "1-19 digits up to 2^63-1"."""
    return digits.isdigit() and len(digits) <= MOST_LENGTH_DIGITS and int(digits) <= LARGEST_LENGTH


def is_chunked(head: Head) -> bool:
    """Tell whether a head without defect has a Transfer-Encoding."""
    return bool(head.values(b"Transfer-Encoding"))


def content_length(head: Head) -> int:
    """Return the Content-Length of a head without defect; absent is zero."""
    lengths = head.values(b"Content-Length")
    return int(lengths[0]) if lengths else 0
