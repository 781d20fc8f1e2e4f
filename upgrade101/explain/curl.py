"""The head that a cURL command sends.

In: a command as people paste it. Out: the bytes of its request, and what was skipped or guessed.
Always: nothing is sent and no file is read. Not here: how a shell divides the command.
"""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from upgrade101.explain import curl_options, shell
from upgrade101.explain.repairs import SOUND_KEY

_COMMAND = re.compile(r"\s*(?:(?:PS )?\S{0,256}?[$#%>][ \t]+)?curl(?:\.exe)?(?=[\s^\\])")
_ECHOED = re.compile(
    r"(?:\$\(|`)\s{0,9}(?:echo|printf)\s+(-n\s+)?['\"]?([^'\"|)]*?)['\"]?\s*\|\s*base64[^|]*[)`]"
)
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS = "AAMAAABkAAQAoAAAAAIAAAAA"
_OF_A_FILE = "?"
_MOST_CHARACTERS = 128 * 1024


class NoCurlError(ValueError):
    """The text is no cURL command."""


@dataclass(frozen=True)
class Command:
    """What the command sends; no data if it has no URL."""

    data: bytes | None
    secure: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What the options of a command say."""

    url: str = ""
    method: str = ""
    is_head: bool = False
    version: str = "1.1"
    http2: bool = False
    prior_knowledge: bool = False
    target: str = ""
    get: bool = False
    made: dict[str, str] = field(default_factory=dict)
    """The fields that options make, by their names."""
    given: list[tuple[str, str]] = field(default_factory=list)
    """Those of -H, in order."""
    removed: set[str] = field(default_factory=set)
    body: str | None = None
    upload: bool = False
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Note each sentence once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def read(text: str) -> Command:
    """Return what a command sends.  Raises NoCurlError if the first word is not curl."""
    begin = _COMMAND.match(text)
    if begin is None:
        raise NoCurlError
    text = text[:_MOST_CHARACTERS]
    found = shell.split(text[begin.end() :])
    reading = _Reading()
    if found.cut_by == "&":
        reading.note("An unquoted & ends the command in a shell: put the URL in quotes.")
    elif found.cut_by:
        reading.note(f"What follows the first {found.cut_by} is no part of the command.")
    words = [
        _fill_in(word, reading) if index in found.filled_in else word
        for index, word in enumerate(found.words)
    ]
    curl_options.read(words, lambda name, value: _take(reading, name, value), reading.note)
    if not reading.url:
        return Command(None, notes=(*reading.notes, "The cURL command has no URL."))
    return _write(reading)


def _fill_in(word: str, reading: _Reading) -> str:
    """Return the word with what can be told of the output of a command in it."""
    echoed = _ECHOED.search(word[:4096])
    if echoed is not None:
        # echo ends its text with LF, unless -n is given.
        text = echoed[2] + ("" if echoed[1] or "printf" in echoed[0] else "\n")
        encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
        return word[: echoed.start()] + encoded + word[echoed.end() :]
    if word.lower().startswith("sec-websocket-key:"):
        reading.note("The key that the shell makes is taken for 16 random bytes in base64.")
        return f"Sec-WebSocket-Key: {SOUND_KEY}"
    reading.note("A variable or command in it is read as it stands: the shell would fill it in.")
    return word


def _take(  # noqa: C901, PLR0912, PLR0915 -- a table of cases
    reading: _Reading, name: str, value: str
) -> None:
    match name:
        case "url":
            if reading.url:
                reading.note("Only the first URL is read.")
            else:
                reading.url = value.strip()
        case "header":
            _take_header(reading, value)
        case "request":
            reading.method = value
        case "head":
            reading.is_head = True
        case "get":
            reading.get = True
        case "user":
            encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode("ascii")
            reading.made["Authorization"] = f"Basic {encoded}"
        case "oauth2-bearer":
            reading.made["Authorization"] = f"Bearer {value}"
        case "user-agent":
            reading.made["User-Agent"] = value
        case "referer":
            reading.made["Referer"] = value.removesuffix(";auto")
        case "cookie":
            _take_cookie(reading, value)
        case "range":
            reading.made["Range"] = f"bytes={value}"
        case "compressed":
            reading.made["Accept-Encoding"] = "deflate, gzip, br"
        case "request-target":
            reading.target = value
        case "http1.0":
            reading.version = "1.0"
        case "http1.1":
            reading.version, reading.http2 = "1.1", False
        case "http2":
            reading.http2 = True
        case "http2-prior-knowledge":
            reading.prior_knowledge = True
        case "upload-file":
            reading.upload = True
            _add_body(reading, f"@{value}")
        case "json":
            _add_body(reading, value)
            reading.made |= {"Accept": "application/json", "Content-Type": "application/json"}
        case "form" | "form-string":
            reading.body = _OF_A_FILE
            reading.made["Content-Type"] = "multipart/form-data; boundary=x"
            reading.note("The parts of a form are not written out.")
        case "data-raw":
            _add_body(reading, value, plain=True)
        case _:
            _add_body(reading, value)


def _take_header(reading: _Reading, value: str) -> None:
    if value.startswith("@"):
        reading.note("Fields that stand in a file are not read.")
        return
    name, colon, content = value.partition(":")
    if not colon:
        name, semicolon, _ = value.partition(";")
        if semicolon:
            reading.given.append((name.strip(), ""))
        else:
            reading.note("A -H without a colon is skipped, as curl does.")
        return
    content = content.strip(" \t\r\n")
    if content:
        reading.given.append((name, content))
    else:
        reading.removed.add(name.strip().lower())


def _take_cookie(reading: _Reading, value: str) -> None:
    if "=" in value:
        reading.made["Cookie"] = value
    else:
        reading.note("Cookies that stand in a file are not read.")


def _add_body(reading: _Reading, value: str, *, plain: bool = False) -> None:
    if value.startswith("@") and not plain:
        reading.note("Data that stand in a file are not read: one byte is taken.")
        value = _OF_A_FILE
    reading.body = value if reading.body is None else f"{reading.body}&{value}"
    reading.made.setdefault("Content-Type", "application/x-www-form-urlencoded")


def _write(reading: _Reading) -> Command:
    url = reading.url if "://" in reading.url else f"http://{reading.url}"
    url = url.replace(" ", "%20")
    try:
        parts = urlsplit(url)
        user, password, host = parts.username, parts.password, _host_of(parts.netloc, parts.scheme)
    except ValueError:
        return Command(None, notes=(*reading.notes, "The URL of the cURL command cannot be read."))
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https", "ws", "wss"}:
        return Command(None, notes=(*reading.notes, "The URL is neither of HTTP nor of WebSocket."))
    secure = scheme in {"https", "wss"}
    if user is not None and "Authorization" not in reading.made:
        _take(reading, "user", f"{user}:{password or ''}")
    if reading.prior_knowledge and not secure:
        return Command(_PREFACE, secure, tuple(reading.notes))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if reading.get and reading.body is not None:
        target += ("&" if "?" in target else "?") + reading.body
        reading.body = None
        reading.made.pop("Content-Type", None)
    fields = _write_fields(reading, host, scheme)
    start = f"{_method_of(reading)} {reading.target or target} HTTP/{reading.version}"
    lines = [start, *(f"{name}: {value}" if value else f"{name}:" for name, value in fields)]
    head = _encode("\r\n".join([*lines, "", ""]))
    body = b"" if reading.body is None else _encode(reading.body)
    return Command(head + body, secure, tuple(reading.notes))


def _host_of(netloc: str, scheme: str) -> str:
    host = netloc.rpartition("@")[2]
    default = ":443" if scheme.lower() in {"https", "wss"} else ":80"
    return host.removesuffix(default)


def _method_of(reading: _Reading) -> str:
    if reading.method:
        return reading.method
    if reading.is_head:
        return "HEAD"
    if reading.upload:
        return "PUT"
    return "GET" if reading.body is None else "POST"


def _write_fields(reading: _Reading, host: str, scheme: str) -> list[tuple[str, str]]:
    own = {"Host": host, "User-Agent": "curl/8.5.0", "Accept": "*/*"} | reading.made
    first = ["Host", "Authorization", "User-Agent", "Accept"]
    names = sorted(own, key=lambda name: first.index(name) if name in first else len(first))
    given = {name.strip().lower() for name, _ in reading.given}
    if reading.http2 and scheme == "http":
        own |= {
            "Connection": "Upgrade, HTTP2-Settings",
            "Upgrade": "h2c",
            "HTTP2-Settings": _SETTINGS,
        }
        names += ["Connection", "Upgrade", "HTTP2-Settings"]
    if scheme in {"ws", "wss"}:
        handshake = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": SOUND_KEY,
        }
        names += [name for name in handshake if name not in own]
        own = handshake | own
    taken = given | reading.removed
    fields = [(name, own[name]) for name in names if name.lower() not in taken]
    # curl writes a Host that is given in the place of its own.
    hosts = [one for one in reading.given if one[0].strip().lower() == "host"]
    rest = [one for one in reading.given if one[0].strip().lower() != "host"]
    fields = hosts[:1] + fields + rest
    chunked = any(n.lower() == "transfer-encoding" for n, _ in reading.given)
    if reading.body is not None and "content-length" not in taken and not chunked:
        fields.append(("Content-Length", str(len(_encode(reading.body)))))
    elif reading.body is not None and chunked:
        size = len(_encode(reading.body))
        reading.body = f"{size:x}\r\n{reading.body}\r\n0\r\n\r\n" if size else "0\r\n\r\n"
    return fields


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # A lone surrogate that stands in an escape of the command.
        return text.encode("utf-8", "surrogatepass")
