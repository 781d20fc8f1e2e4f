"""Patterns that are searched for in text of any size.

In: regular expressions, written in lower case. Out: searches. Always: an expression is tried only
on text that has its longest plain part, so that most take no longer than to look for that; and of
much text only on the lines that have a word which messages have. Not here: what is searched for.
"""

import re
from collections.abc import Callable, Iterable

Search = Callable[[str], re.Match[str] | None]
MOST_READ = 1024 * 1024
MOST_SEARCHED = 24 * 1024
_LONGEST_LINE = 2048
_WORDS = tuple(
    """websocket handshake upgrade connect origin protocol 400 401 403 404 426 500 502 503 504
    1006 error fail closed refused reset timed eof badreq proxy pri tls ssl https insecure x16
    u0016 16 apache nginx invalid reject unexpected""".split()  # noqa: SIM905 -- as one reads them
)


def find_any(*patterns: str) -> Search:
    """Return a search for the first of these patterns that is in a text, letter case aside."""
    tried = [(plain_part(one), one) for one in patterns]

    def search(text: str) -> re.Match[str] | None:
        lowered = text.lower()
        for plain, pattern in tried:
            if plain in lowered:
                # Compiled only now: there are many, and few are tried.
                match = re.compile(pattern, re.IGNORECASE).search(text)
                if match is not None:
                    return match
        return None

    return search


def plain_part(pattern: str) -> str:
    """Return the longest text that each match of the pattern has, in lower case; maybe none."""
    parts = [""]
    at = depth = 0
    while at < len(pattern):
        character = pattern[at]
        escaped = character == "\\"
        if escaped or character == "[":
            end = at + 2 if escaped else _end_of_class(pattern, at)
            plain = pattern[at + 1] if escaped and not pattern[at + 1].isalnum() else ""
        else:
            end = at + 1
            plain = "" if character in "()|.^$?*+{" else character
        depth += (character == "(") - (character == ")" and not escaped)
        if character == "|" and depth == 0:
            return ""
        quantified = pattern[end : end + 1] in {"?", "*", "{"}
        if plain and depth == 0 and not quantified:
            parts[-1] += plain
        else:
            parts.append("")
        if pattern[end : end + 1] == "{":
            end = pattern.index("}", end) + 1
        at = end
    return max(parts, key=len).lower()


def _end_of_class(pattern: str, at: int) -> int:
    end = at + 2
    while pattern[end] != "]" or pattern[end - 1] == "\\":
        end += 1
    return end + 1


def telling_part(text: str) -> str:
    """Return the part of an excerpt that is searched: of much text the lines that may tell."""
    if len(text) <= MOST_SEARCHED:
        return text
    lines = (line[:_LONGEST_LINE] for line in text[:MOST_READ].split("\n"))
    return "\n".join(_take(line for line in lines if _may_tell(line.lower())))


def _may_tell(line: str) -> bool:
    return any(word in line for word in _WORDS)


def _take(lines: Iterable[str]) -> Iterable[str]:
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > MOST_SEARCHED:
            return
        yield line
