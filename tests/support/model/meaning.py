"""What a complete head means before anything is chosen ([contract 2], "Meaning").

In: a head, the policy, whether the transport is TLS. Out: the reason of the first rule
that is broken, or `None`; and the facts of framing that the protocols ask for. It always
holds that Host comes before framing. It does not look at Upgrade.
"""

from .framing import body_length, framing_defect
from .grammar import DEFAULT_PORTS, name_matches, split_absolute_form, split_host, without_dot
from .head import Head
from .policy import Policy


def defect(policy: Policy, head: Head, *, secure: bool) -> str | None:
    """Return the first rule of [contract 2] that the head breaks."""
    codings = head.values(b"Transfer-Encoding")
    lengths = head.values(b"Content-Length")
    return _host_defect(policy, head, secure=secure) or framing_defect(
        codings, lengths, head.version
    )


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
        # CONNECT has no absolute form to compare.
        absolute = split_absolute_form(head.target)
        if absolute is not None and not _are_equal(absolute[0], absolute[1], hosts[0]):
            return "HOST_MISMATCH"
    if policy.hosts is not None and not _is_ours(policy.hosts, hosts, secure=secure):
        return "HOST_FORBIDDEN"
    return None


def _are_equal(scheme: bytes, authority: bytes, host_value: bytes) -> bool:
    """Compare with Host by parts, "letter case aside, ports as numbers".

    "An absent or empty one standing for the default of the target's scheme; for another scheme
    absent equals absent or empty only."
    """
    ours, theirs = split_host(host_value), split_host(authority)
    if ours is None or theirs is None:
        return False
    default = DEFAULT_PORTS.get(scheme)
    ports = [int(digits) if digits else default for _, digits in (ours, theirs)]
    return ours[0] == theirs[0] and ports[0] == ports[1]


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
        # "one trailing dot of a name, in either, is ignored"
        if not name_matches(without_dot(entry_host), without_dot(host)):
            continue
        if entry_port is None or int(entry_port) == port:
            return True
    return False


def body_of(head: Head) -> int | None:
    """Return the length of the body of a head without defect, `None` for chunked."""
    return body_length(head.values(b"Transfer-Encoding"), head.values(b"Content-Length"))


def has_body(head: Head) -> bool:
    """Tell "Content-Length above 0, or chunked" of a head without defect."""
    return body_of(head) != 0
