"""The requests of a HAR file, as browsers save it.

In: the bytes of the file, or of one entry. Out: for each entry the head that was sent, as far as
the file tells it. Always: what is not of the right type counts as absent. Not here: which entry is
explained.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SWITCHING = 101


class NoHarError(ValueError):
    """The bytes are no HAR file."""


@dataclass(frozen=True)
class Entry:
    """One request."""

    data: bytes
    secure: bool
    counts: bool
    """Whether it asks for an upgrade by its looks."""
    notes: tuple[str, ...] = ()


def read(data: bytes) -> list[Entry]:
    """Return the entries in order.  Raises NoHarError for anything else."""
    begin = data.lstrip()[:1]
    if begin not in {b"{", b"["}:
        raise NoHarError
    try:
        tree = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise NoHarError from error
    if not isinstance(tree, dict):
        raise NoHarError
    entries = _get(tree, "log", dict).get("entries")
    if isinstance(entries, list):
        return [_read_entry(entry) for entry in entries if _is_entry(entry)]
    if _is_entry(tree):
        return [_read_entry(tree)]
    raise NoHarError


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("request"), dict)


def _get(tree: dict[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 -- of that kind
    value = tree.get(name)
    return value if isinstance(value, kind) else kind()


def _read_fields(request: dict[str, Any]) -> list[tuple[str, str]]:
    headers = [field for field in _get(request, "headers", list) if isinstance(field, dict)]
    fields = [(_get(field, "name", str), _get(field, "value", str)) for field in headers]
    return [(name, value) for name, value in fields if name]


def _read_entry(entry: dict[str, Any]) -> Entry:
    request = _get(entry, "request", dict)
    notes: list[str] = []
    scheme, authority, target = _divide(_get(request, "url", str))
    fields = _read_fields(request)
    pseudo = dict(field for field in fields if field[0].startswith(":"))
    fields = [field for field in fields if not field[0].startswith(":")]
    names = {name.lower() for name, _ in fields}
    if pseudo:
        notes.append("The entry was sent by HTTP/2 or later, in which nothing is upgraded so.")
    if "host" not in names:
        fields.insert(0, ("Host", pseudo.get(":authority", authority)))
        notes.append("Host was made from the URL.")
    version = _read_version(_get(request, "httpVersion", str), notes)
    status = _get(_get(entry, "response", dict), "status", int)
    if status:
        notes.append(f"The answer in the HAR file was {status}.")
    method = _get(request, "method", str) or "GET"
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in fields)]
    head = "\r\n".join([*lines, "", ""])
    counts = "upgrade" in names or entry.get("_resourceType") == "websocket" or status == SWITCHING
    return Entry(_encode(head), scheme in {"https", "wss"}, counts, tuple(notes))


def _divide(url: str) -> tuple[str, str, str]:
    """Return scheme, authority and target of a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", url
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    return parts.scheme, parts.netloc.rpartition("@")[2], target


def _read_version(text: str, notes: list[str]) -> str:
    upper = text.upper()
    if upper.startswith("HTTP/"):
        return upper
    if upper in {"H2", "H3"}:
        return f"HTTP/{upper[1]}.0"
    notes.append("The entry names no HTTP version: HTTP/1.1 is taken.")
    return "HTTP/1.1"


def _encode(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
