"""An explanation as lines for a person.

In: an explanation. Out: text. Always: it says no more than the explanation has; colours are only in
the state of a check and the words at the margin. Not here: any verdict.
"""

import textwrap
from collections.abc import Iterator

from upgrade101 import Action
from upgrade101.explain.checks import FAILED, OK, Check
from upgrade101.explain.report import Explanation

_TITLE, _VALUE, _WIDTH = 24, 42, 100
_STATES = {"ok": "32", "FAIL": "31;1", "-": "2"}
_MARGIN = "        "
_PATH_NAMES = {
    "websocket": "WebSocket",
    "h2c": "h2c",
    "own": "the protocol's own checks",
    "tls": "TLS",
}
_FORM_NAMES = {
    "har": "HAR entry",
    "curl": "cURL command",
    "hex": "bytes",
    "head": "request head",
    "raw": "bytes",
    "log": "log excerpt",
}
_REQUEST_LINE = ("method", "target", "version")


def to_text(explanation: Explanation, *, colour: bool = False, verbose: bool = False) -> str:
    """Return the explanation as lines, each ended by LF.

    colour: write escape sequences of colours.  verbose: the bytes of the response too.
    """
    write = _Writer(explanation, colour=colour)
    lines = [*write.begin(), *write.checks(), *write.elements(), *write.end()]
    if verbose and explanation.response:
        lines += ["", *explanation.response.replace("\r\n", "\n").rstrip("\n").split("\n")]
    return "".join(f"{line.rstrip()}\n" for line in lines)


class _Writer:
    """The parts of the text, one after the other."""

    def __init__(self, explanation: Explanation, *, colour: bool) -> None:
        self.explanation = explanation
        self.colour = colour

    def _paint(self, word: str) -> str:
        code = _STATES.get(word, "1")
        return f"\x1b[{code}m{word}\x1b[0m" if self.colour else word

    def _say(self, word: str, text: str) -> Iterator[str]:
        """Yield the text in lines, with a word at the margin of the first."""
        plain = f"  {word:<5} "
        for line in _wrap(text, plain):
            yield line.replace(plain, f"  {self._paint(word)}{' ' * (6 - len(word))}", 1)

    def begin(self) -> Iterator[str]:
        """Yield what the input is."""
        explanation = self.explanation
        name = _FORM_NAMES.get(explanation.form or "", "not recognized")
        size = f", {explanation.size} bytes" if explanation.size else ""
        # A log has met another server than this one.
        offers = f"; offers: {', '.join(explanation.offers)}" if explanation.has_request else ""
        yield f"{name}{size}{offers}"
        for note in explanation.notes:
            yield from self._say("note", note)

    def checks(self) -> Iterator[str]:
        """Yield a line for each check; those that were not reached share one."""
        checks = list(self.explanation.checks)
        start = {check.row.name: check for check in checks if check.row.name in _REQUEST_LINE}
        merged = len(start) == len(_REQUEST_LINE) and all(c.state == OK for c in start.values())
        for check in checks:
            if merged and check.row.name == "version":
                yield self._line_of(
                    "ok",
                    "method, target, version",
                    " ".join(start[name].value or "" for name in _REQUEST_LINE),
                    "RFC 9112 3",
                )
            elif merged and check.row.name in _REQUEST_LINE:
                continue
            elif check.state == OK and check.row.name != "opening":
                yield self._line_of("ok", check.row.title, check.value, check.rfc)
            elif check.state == FAILED:
                yield from self._failed(check)
        titles = [_title(check) for check in checks if check.state not in {OK, FAILED}]
        if titles:
            yield from self._say("-", ", ".join(dict.fromkeys(titles)))

    def _line_of(self, state: str, title: str, value: str | None, rfc: str) -> str:
        gap = " " * (6 - len(state))
        return f"  {self._paint(state)}{gap}{title:<{_TITLE}} {value or '':<{_VALUE}} {rfc}"

    def _failed(self, check: Check) -> Iterator[str]:
        defect = self.explanation.defect
        value = None if defect is not None else check.value
        yield self._line_of("FAIL", check.row.title, value, check.rfc)
        name = "" if check.reason is None else f"{check.reason.name}: "
        yield from _wrap(f"{name}{check.text}.", _MARGIN)
        if defect is not None:
            line, column = defect.shown()
            yield f"{_MARGIN}{line}"
            yield f"{_MARGIN}{' ' * column}^"

    def elements(self) -> Iterator[str]:
        """Yield the elements of Upgrade, if there are several."""
        elements = self.explanation.elements
        if len(elements) > 1:
            shown = [f"{e.element} ({e.offer or 'not offered'}: {e.reason})" for e in elements]
            yield from self._say("each", "; ".join(shown))

    def end(self) -> Iterator[str]:
        """Yield what this server does, why, and what to change."""
        explanation = self.explanation
        if explanation.has_request:
            yield from self._say("here", self._here())
        cause = explanation.cause
        if cause is None:
            if explanation.has_request:
                yield from self._say("cause", "no rule fits")
        else:
            yield from self._say("cause", f"{cause.text} [{cause.id}]")
            for fact in cause.facts:
                yield from self._say("seen", fact)
            for index, line in enumerate(cause.remedy.split("\n")):
                margin = f"  {self._paint('do')}    " if index == 0 else _MARGIN
                yield f"{margin}{line}"
        if explanation.further:
            yield from self._say("next", f"then {', '.join(explanation.further)}")

    def _here(self) -> str:
        decision = self.explanation.decision
        if decision is None:
            return "more bytes are needed: the request is not complete"
        if decision.action is Action.SWITCH:
            if decision.status is None:
                return "SWITCH: HTTP/2 with prior knowledge, without a response"
            extra = [
                f"subprotocol {decision.subprotocol}"
                if decision.subprotocol is not None and len(decision.subprotocol) <= _TITLE
                else "",
                decision.extensions or "",
            ]
            with_extra = "".join(f", {text}" for text in extra if text)
            return f"SWITCH: 101, the connection becomes {decision.protocol}{with_extra}"
        if decision.action is Action.PASS:
            status = decision.reason.status
            return f"PASS: served as HTTP/1.1; {status} if there is no fallback"
        if decision.action is Action.CONTINUE:
            return "CONTINUE: answers 100 and waits for the body"
        return f"REJECT: answers {decision.status} and closes"


def _title(check: Check) -> str:
    return _PATH_NAMES.get(check.row.path, check.row.title)


def _wrap(text: str, margin: str) -> list[str]:
    """Return the text in lines, of which the first begins with the margin."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=_MARGIN,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [margin]
