"""The words of a command line, as bash or cmd.exe divides it.

In: a command as people paste it. Out: its words, up to the end of the command. Always: nothing is
run or filled in; a variable stays as it is written. Not here: what the words mean.
"""

import re
from dataclasses import dataclass, field

_ENDS = frozenset("\n;|&")
_ANSI = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_NAMED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f"}
_WINDOWS = re.compile(r"\^[\"\r\n]|\^\s*$", re.MULTILINE)
_SUBSTITUTED = re.compile(r"\$\(|`|\$\{?[A-Za-z_]")


@dataclass
class Words:
    """The words of one command."""

    words: list[str] = field(default_factory=list)
    filled_in: set[int] = field(default_factory=set)
    """The indexes of words in which a shell would fill something in."""
    cut_by: str = ""
    """What ended the command before the end of the text, if not a line end."""


def split(text: str) -> Words:
    """Return the words of the first command of the text."""
    return _split_windows(text) if _WINDOWS.search(text) else _Bash(text).split()


class _Bash:
    """A command line of bash, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.found = Words()
        self.parts: list[str] = []
        self.in_word = False
        self.fills_in = False

    def split(self) -> Words:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in _ENDS:
                if character != "\n":
                    self.found.cut_by = character
                break
            self._read(character)
        self._end_word()
        return self.found

    def _read(self, character: str) -> None:
        if character in " \t":
            self._end_word()
            self.at += 1
        elif character == "\\":
            self._read_escape()
        elif character == "'":
            self._take_to("'", self.at + 1)
        elif self.text.startswith("$'", self.at):
            self._read_ansi()
        elif character == '"':
            self._read_double()
        elif character == "#" and not self.in_word:
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        elif character in "<>" or (character.isdigit() and self._is_redirection()):
            self._skip_redirection()
        else:
            self._read_plain()

    def _add(self, part: str) -> None:
        self.parts.append(part)
        self.in_word = True

    def _end_word(self) -> None:
        if self.in_word:
            if self.fills_in:
                self.found.filled_in.add(len(self.found.words))
            self.found.words.append("".join(self.parts))
        self.parts, self.in_word, self.fills_in = [], False, False

    def _read_escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following != "\n":
            self._add(following)
        self.at += 2

    def _take_to(self, mark: str, begin: int) -> None:
        end = self.text.find(mark, begin)
        end = len(self.text) if end < 0 else end
        self._add(self.text[begin:end])
        self.at = end + 1

    def _read_ansi(self) -> None:
        match = re.compile(r"\$'((?:[^'\\]|\\.)*)'?", re.DOTALL).match(self.text, self.at)
        if match is not None:
            self._add(_ANSI.sub(_plain, match[1]))
            self.at = match.end()

    def _read_double(self) -> None:
        self.at += 1
        parts: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != '"':
            character = self.text[self.at]
            following = self.text[self.at + 1 : self.at + 2]
            if character == "\\" and following in {"\\", '"', "$", "`", "\n"}:
                parts.append("" if following == "\n" else following)
                self.at += 2
            elif _SUBSTITUTED.match(self.text, self.at):
                parts.append(self._read_substituted())
            else:
                parts.append(character)
                self.at += 1
        self.at += 1
        self._add("".join(parts))

    def _read_plain(self) -> None:
        if _SUBSTITUTED.match(self.text, self.at):
            self._add(self._read_substituted())
            return
        match = re.compile(r"[^\s\\'\"$`;|&<>]+|.", re.DOTALL).match(self.text, self.at)
        if match is not None:
            self._add(match[0])
            self.at = match.end()

    def _read_substituted(self) -> str:
        """Return `$(...)`, `...` in backticks or a variable, as it is written."""
        self.fills_in = True
        begin = self.at
        if self.text[begin] == "`":
            end = self.text.find("`", begin + 1)
            self.at = len(self.text) if end < 0 else end + 1
        elif self.text.startswith("$(", begin):
            depth = 0
            while self.at < len(self.text):
                depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
                self.at += 1
                if depth == 0 and self.text[self.at - 1] == ")":
                    break
        else:
            match = re.compile(r"\$\{?\w+\}?").match(self.text, begin)
            self.at = match.end() if match is not None else begin + 1
        return self.text[begin : self.at]

    def _is_redirection(self) -> bool:
        return not self.in_word and self.text[self.at + 1 : self.at + 2] in {"<", ">"}

    def _skip_redirection(self) -> None:
        self._end_word()
        match = re.compile(r"\d?[<>]+&?[ \t]*[^\s;|&]*").match(self.text, self.at)
        self.at = match.end() if match is not None else self.at + 1


def _plain(match: re.Match[str]) -> str:
    number = match[1] or match[2] or match[3]
    if number or match[4]:
        value = int(number, 16) if number else int(match[4], 8)
        # Bytes and characters alike; what is no character is a question mark.
        return chr(value) if value < 0x110000 else "?"  # noqa: PLR2004 -- the end of Unicode
    return _ANSI_NAMED.get(match[5], match[5])


def _split_windows(text: str) -> Words:
    """Divide a command of cmd.exe: first its carets, then quotes as a C program reads them."""
    text = text.replace("\r\n", "\n")
    # The caret takes the meaning of what follows; before a line end it joins lines.
    text = re.sub(r"\^[ \t]*\n(\n?)[ \t]*", lambda match: match[1] or " ", text)
    text = re.sub(r"\^(.)", r"\1", text, flags=re.DOTALL)
    found = Words()
    parts: list[str] = []
    quoted = in_word = False
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and text[at + 1 : at + 2] in {'"', "\\"} and _escapes(text, at):
            parts.append(text[at + 1])
            at += 1
        elif character == '"':
            if quoted and text[at + 1 : at + 2] == '"':
                parts.append('"')
                at += 1
            else:
                quoted = not quoted
            in_word = True
        elif not quoted and character.isspace():
            if in_word:
                found.words.append("".join(parts))
            parts, in_word = [], False
            if character == "\n" and found.words:
                return found
        elif not quoted and character in "&|":
            found.cut_by = character
            break
        else:
            parts.append(character)
            in_word = True
        at += 1
    if in_word:
        found.words.append("".join(parts))
    return found


def _escapes(text: str, at: int) -> bool:
    """Tell whether backslashes are followed by a quote: only then they escape."""
    end = at
    while text[end : end + 1] == "\\":
        end += 1
    return text[end : end + 1] == '"'
