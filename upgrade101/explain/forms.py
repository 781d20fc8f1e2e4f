"""The forms that a request comes in, and what is made of each.

In: what a person has: bytes of a file. Out: the form, the bytes of a request, and what was repaired
or guessed. Always: the first form that fits is taken, in the order of FORMS. Not here: how each
form is read, and any verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from upgrade101.explain import curl, dump, har, paste

FORMS = ("har", "curl", "hex", "head", "raw", "log")
MOST_BYTES = 32 * 1024 * 1024


class CannotReadError(Exception):
    """What the input cannot be read as; the message is one sentence without its full stop."""


@dataclass(frozen=True)
class Request:
    """One request that was read out of the input."""

    data: bytes
    secure: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """What the input was taken for."""

    form: str | None
    requests: tuple[Request, ...] = ()
    """Those that count, of which one is explained; none of a log."""
    text: str = ""
    """The excerpt of a log."""
    notes: tuple[str, ...] = field(default=())


def read(data: bytes, form: str | None = None, entry: int | None = None) -> Source:
    """Return what the input is, by its looks or as the form that is given.

    Raises CannotReadError if it is not of that form, has no such entry, or is too large.
    """
    if len(data) > MOST_BYTES:
        raise CannotReadError(
            f"the input has more than {MOST_BYTES} bytes; of a HAR file, save one entry "
            "(in the browser's network panel: clear, connect, save), or paste the head"
        )
    if form is not None:
        source = (_TAKERS.get(form) or _READERS[form])(data, entry)
        if source is None:
            raise CannotReadError(f"the input cannot be read as {form}")
        return source
    return _guess(_without_mark(data), entry)


def _guess(data: bytes, entry: int | None) -> Source:
    """Return the first form that fits."""
    if not data.strip():
        return Source(None, notes=("The input is empty.",))
    for name in ("har", "curl"):
        source = _READERS[name](data, entry)
        if source is not None:
            return source
    if data.lstrip().startswith(b"HTTP/"):
        return Source(None, notes=(_RESPONSE,))
    for name in ("hex", "head", "dump", "raw"):
        source = _READERS[name](data, entry)
        if source is not None:
            return source
    return _read_log(data, entry)


_RESPONSE = (
    "This is a response, and responses are not judged yet: paste the request that it answers, "
    "with its fields."
)


def _without_mark(data: bytes) -> bytes:
    """Return the text without its byte order mark, in UTF-8."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16").encode("utf-8")
        except UnicodeError:
            return data
    return data.removeprefix(b"\xef\xbb\xbf")


def _read_har(data: bytes, entry: int | None) -> Source | None:
    try:
        entries = har.read(data)
    except har.NoHarError:
        return None
    if not entries:
        return Source("har", notes=("The HAR file has no entry with a request.",))
    if entry is not None:
        if not 0 <= entry < len(entries):
            raise CannotReadError(f"the HAR file has entries 0 to {len(entries) - 1} only")
        chosen = [entries[entry]]
    else:
        chosen = [one for one in entries if one.counts] or entries
    requests = tuple(Request(one.data, one.secure, one.notes) for one in chosen)
    return Source("har", requests)


def _read_curl(data: bytes, _: int | None) -> Source | None:
    try:
        command = curl.read(data.decode("utf-8", "surrogateescape"))
    except curl.NoCurlError:
        return None
    if command.data is None:
        return Source("curl", notes=command.notes)
    return Source("curl", (Request(command.data, command.secure),), notes=command.notes)


def _read_hex(data: bytes, _: int | None) -> Source | None:
    found = paste.read_hex(data)
    if found is None:
        return None
    return Source("hex", (Request(found),), notes=("The bytes were written as hex or escapes.",))


def _read_head(data: bytes, _: int | None) -> Source | None:
    found = paste.read_head(data)
    return None if found is None else Source("head", (Request(found.data),), notes=found.notes)


def _take_head(data: bytes, entry: int | None) -> Source:
    source = _read_head(data, entry)
    if source is None:
        found = paste.repair_head(data)
        source = Source("head", (Request(found.data),), notes=found.notes)
    return source


def _take_raw(data: bytes, _: int | None) -> Source:
    return Source("raw", (Request(data),))


def _read_dump(data: bytes, _: int | None) -> Source | None:
    found = dump.read(data)
    if found is None:
        return None
    return Source(found.form, (Request(found.data, found.secure),), notes=found.notes)


def _read_raw(data: bytes, _: int | None) -> Source | None:
    return Source("raw", (Request(data),)) if paste.is_raw(data) else None


def _read_log(data: bytes, _: int | None) -> Source:
    return Source("log", text=paste.drop_colours(data.decode("utf-8", "replace")))


_READERS: dict[str, Callable[[bytes, int | None], Source | None]] = {
    "har": _read_har,
    "curl": _read_curl,
    "hex": _read_hex,
    "head": _read_head,
    "dump": _read_dump,
    "raw": _read_raw,
    "log": _read_log,
}
# A form that is given is taken even if the input does not look like it.
_TAKERS: dict[str, Callable[[bytes, int | None], Source]] = {"head": _take_head, "raw": _take_raw}
