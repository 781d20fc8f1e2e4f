"""How bytes and texts of the input are shown, without its secrets.

In: bytes and texts of the input. Out: visible ASCII.

Always: unless secrets are asked for, nothing that is returned has the value of a cookie or of
credentials, a value of a query, a password of a URL, or a long subprotocol: its size stands there
instead. Not here: where it is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST_VALUE = 60
LONGEST_SUBPROTOCOL = 40
# Shorter ones would be found by chance in what is no secret.
SHORTEST_SOUGHT = 8

SECRET_FIELDS = frozenset({"cookie", "authorization", "proxy-authorization"})
_SECRET_LINE = re.compile(
    r"(?i)(?<![\w-])((?:set-|proxy-)?(?:cookie|authorization)[\"']?[ \t]*[:=,][ \t]*)([^\r\n]+)"
)
_PASSWORD = re.compile(r"(?<=://)([^\s/?#@:]*):([^\s/?#@]*)(?=@)")
_QUERY_VALUE = re.compile(r"([?&;][^\s=&?;\"'<>]{0,256}=)([^\s&;\"'<>]+)")
_SUBPROTOCOLS = re.compile(r"(?i)(sec-websocket-protocol[\"']?[ \t]*[:=,][ \t]*)([^\r\n]+)")


def visible(text: str) -> str:
    """Return the text in visible ASCII, every other character as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isascii() and character.isprintable() else _escape(ord(character))
        for character in text
    )


def _escape(number: int) -> str:
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"  # noqa: PLR2004 -- latin-1


def cut(text: str, most: int = LONGEST_VALUE) -> str:
    """Return the text with at most so many characters; dots stand for the rest."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def size_of(text: str | bytes) -> str:
    """Return what stands in the place of a secret; a str is latin-1, one byte a character."""
    number = len(text) if isinstance(text, bytes) or text.isascii() else len(_encode(text))
    return f"({number} byte{'s' * (number != 1)})"


def _encode(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Shield:
    """Hides what must not be shown; with `open`, nothing."""

    open: bool = False
    sought: tuple[str, ...] = field(default=())
    """Secrets of this input, which are hidden anywhere."""

    def knowing(self, fields: Iterable[tuple[str, str]]) -> "Shield":
        """Return a shield that finds the secrets of this request in any text, too."""
        fields = list(fields)
        found = {value for name, value in fields if name.lower() in SECRET_FIELDS}
        found |= {value.rpartition(" ")[2] for value in found}
        for name, value in fields:
            if name.lower() == "sec-websocket-protocol":
                found |= {m for m in _members(value) if len(m) > LONGEST_SUBPROTOCOL}
        sought = sorted((s for s in found if len(s) >= SHORTEST_SOUGHT), key=len, reverse=True)
        return Shield(self.open, tuple(sought[:1000]))

    def field(self, name: str, value: str) -> str:
        """Return the value of a field as it may be shown, in visible ASCII."""
        if self.open:
            return visible(value)
        lowered = name.strip().lower()
        if lowered in SECRET_FIELDS:
            return size_of(value)
        if lowered == "sec-websocket-protocol":
            return ", ".join(self.subprotocol(member) for member in _members(value))
        return self.text(value)

    def subprotocol(self, member: str) -> str:
        """Return one member of Sec-WebSocket-Protocol as it may be shown."""
        if self.open or len(member) <= LONGEST_SUBPROTOCOL:
            return visible(member)
        return size_of(member)

    def target(self, target: str) -> str:
        """Return a request target as it may be shown: of a query its names stay."""
        if self.open:
            return visible(target)
        path, mark, query = target.partition("?")
        pairs = [self._pair(pair) for pair in query.split("&")]
        return visible(_PASSWORD.sub(_hide_password, path) + mark + "&".join(pairs))

    def _pair(self, pair: str) -> str:
        name, mark, value = pair.partition("=")
        return f"{name}={size_of(value)}" if mark and value else pair

    def text(self, text: str) -> str:
        """Return any other text of the input, such as a line of a log, in visible ASCII."""
        if self.open:
            return visible(text)
        for secret in self.sought:
            text = text.replace(secret, size_of(secret))
        text = _SECRET_LINE.sub(lambda match: match[1] + size_of(match[2]), text)
        text = _SUBPROTOCOLS.sub(self._hide_members, text)
        text = _PASSWORD.sub(_hide_password, text)
        return visible(_QUERY_VALUE.sub(lambda match: match[1] + size_of(match[2]), text))

    def _hide_members(self, match: re.Match[str]) -> str:
        return match[1] + ", ".join(self.subprotocol(member) for member in _members(match[2]))

    def bytes(self, data: bytes) -> str:
        """Return what the server writes, as latin-1 text, without what must not be shown."""
        text = data.decode("latin-1")
        return text if self.open else _SUBPROTOCOLS.sub(self._hide_members, text)


def _members(value: str) -> list[str]:
    return [member for member in (part.strip(" \t") for part in value.split(",")) if member]


def _hide_password(match: re.Match[str]) -> str:
    return f"{match[1]}:{size_of(match[2])}"
