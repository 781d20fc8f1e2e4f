"""Requests as lists of fields: a browser's network panel, or an object that a program has printed.

In: text. Out: the head that has these fields. Always: the first line is made up if the text does
not have it, and a note says so. Not here: heads as they were sent.
"""

import re
from urllib.parse import urlsplit

from upgrade101.explain.found import Found

_URL = re.compile(r"(?im)^\s*(?:Request URL|url):?\s*['\"]?((?:https?|wss?)://\S+|/\S*)")
_METHOD = re.compile(r"(?im)^\s*Request Method:?\s*([A-Z]+)\b")
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,63}):(.*)\Z")
_PROPERTY = re.compile(
    r"(?<![A-Za-z0-9-])([A-Za-z][A-Za-z0-9-]{0,63})['\"]?[ \t]{0,9}(?::|=>|,)[ \t]{0,9}"
    r"b?['\"]([^'\"\n]{0,8192})['\"]"
)
# What the panel lists beside fields.
_NO_FIELDS = frozenset({"referrer", "status", "version", "transferred", "scheme", "filename"})


def read(text: str) -> Found | None:
    """Return the request that the text lists, if it is one for an upgrade."""
    return _read_panel(text) or _read_object(text)


def _asks(fields: list[tuple[str, str]]) -> bool:
    names = {name.lower() for name, _ in fields}
    return "sec-websocket-key" in names or {"upgrade", "connection"} <= names


def _read_panel(text: str) -> Found | None:
    url = _URL.search(text)
    asked = re.search(r"(?im)^\s*Request Headers\b.*$", text)
    part = text if asked is None else text[asked.end() :]
    answered = re.search(r"(?im)^\s*(?:Response Headers\b|HTTP/1\.[01] \d)", part)
    fields = []
    for line in (part if answered is None else part[: answered.start()]).split("\n"):
        match = _FIELD.match(line.strip())
        if match is not None and match[1].lower() not in _NO_FIELDS:
            fields.append((match[1], match[2].strip()))
    if not _asks(fields) or (not any(name.lower() == "host" for name, _ in fields) and url is None):
        return None
    note = "The fields were taken from a list, such as a browser's panel; the first line was made."
    method = _METHOD.search(text)
    return _write(
        "/" if url is None else url[1], "GET" if method is None else method[1], fields, note
    )


def _read_object(text: str) -> Found | None:
    fields: list[tuple[str, str]] = []
    for match in _PROPERTY.finditer(text):
        # The same object may be printed more than once.
        if (match[1], match[2]) not in fields and len(fields) < 200:  # noqa: PLR2004 -- of a head
            fields.append((match[1], match[2]))
    known = re.compile(r"(?i)(?:host|origin|connection|upgrade|cookie|via|forwarded|expect)\Z|.*-")
    fields = [field for field in fields if known.match(field[0])]
    if not _asks(fields):
        return None
    url = re.search(r"(?i)\b(?:url|path)['\"]?\s*[:=]\s*['\"]([^'\"\s]+)", text)
    note = "The fields were taken from an object that was printed; the first line was made."
    return _write("/" if url is None else url[1], "GET", fields, note)


def _write(url: str, method: str, fields: list[tuple[str, str]], note: str) -> Found | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not any(name.lower() == "host" for name, _ in fields):
        fields = [("Host", parts.netloc.rpartition("@")[2]), *fields]
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    data = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return Found("head", data, parts.scheme in {"https", "wss"}, (note,))
