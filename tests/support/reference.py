"""What has to become of a connection in front of a fallback, said a second time [contract 8].

In: the requests that a client sends, the bytes of them that arrive, and what the fallback's bytes
mean. Out: what each side gets, what is decided, and whether reading pauses.
Always: nothing here is taken from the layer. A request is told apart by its length, which its
sender knows, and a response by what its writer says of it; nothing is parsed.
Not here: the transport, and who calls whom within one turn of the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import heads

GIVE_UP = 10.0
"""Seconds for a head."""
DECIDE = 30.0
"""Seconds for a handler."""
SHUTDOWN = 5.0
"""Seconds for a handler after the closing."""
MOST = 64
"""Requests without an answer."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKS = b'4;a="b"\r\nbody\r\n0A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n'
BREAK = b"4\r\nbody\r\n2\r\nno\r"


@dataclass(frozen=True)
class Ask:
    """One request, and what [contract 8] says of it."""

    head: bytes
    body: bytes = b""
    seen: bytes | None = None
    """What the fallback sees of the head, if that differs."""
    reason: str = "NO_UPGRADE"
    """Of its decision, if that is what is decided here."""
    asks: bool = False
    """Whether its answer says what follows."""
    last: bool = False
    handler: str = ""
    """What the handler does, if it is a `SWITCH`."""
    expects: bool = False
    """Whether it waits to be asked for its body."""
    rejected: bool = False
    defect: bool = False
    """Whether its body is broken at the byte after what is here."""
    method: str = "GET"
    tls: bool = False

    @property
    def passes(self) -> bool:
        """Whether it goes on."""
        return not (self.handler or self.rejected)


def _switch(handler: str, *lines: str, body: bytes = b"", expects: bool = False) -> Ask:
    head = heads.upgrade("echo", *lines).replace(b" / ", b" /%b " % handler.encode())
    return Ask(head, body, reason="SWITCHED", handler=handler, expects=expects)


def _stripped(head: bytes, body: bytes, reason: str, *gone: bytes, method: str = "POST") -> Ask:
    seen = head
    for line in gone:
        assert line in seen
        seen = seen.replace(line, b"")
    return Ask(head, body, seen=seen, reason=reason, method=method)


_UPGRADE = b"Connection: Upgrade\r\n"
_ECHO = b"Upgrade: echo\r\n" + _UPGRADE
ASKS = {
    "get": Ask(heads.write("GET", "/")),
    "get after a line": Ask(b"\r\n" + heads.write("GET", "/")),
    "head": Ask(heads.write("HEAD", "/"), method="HEAD"),
    "post": Ask(heads.write("POST", "/", "Content-Length: 4"), b"body", method="POST"),
    "chunks": Ask(heads.write("POST", "/", "Transfer-Encoding: chunked"), CHUNKS, method="POST"),
    "a request in a body": Ask(
        heads.write("POST", "/", f"Content-Length: {len(heads.upgrade('echo'))}"),
        heads.upgrade("echo"),
        method="POST",
    ),
    "close": Ask(heads.write("GET", "/", "Connection: close"), last=True),
    "old": Ask(b"GET / HTTP/1.0\r\n\r\n", last=True),
    "old kept": Ask(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    "connect": Ask(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", asks=True, method="CONNECT"),
    "foreign": Ask(
        heads.upgrade("foreign"), reason="PROTOCOL_NOT_OFFERED", asks=True, method="POST"
    ),
    "foreign, close": Ask(
        heads.write("GET", "/", "Upgrade: foreign", "Connection: upgrade, close"),
        reason="PROTOCOL_NOT_OFFERED",
        asks=True,
        last=True,
    ),
    "foreign with a body": _stripped(
        heads.upgrade("foreign", "Content-Length: 4"),
        b"body",
        "PROTOCOL_NOT_OFFERED",
        b"Upgrade: foreign\r\n",
        _UPGRADE,
    ),
    "websocket by POST": _stripped(
        heads.websocket(method="POST"), b"", "WS_METHOD", b"Upgrade: websocket\r\n", _UPGRADE
    ),
    "no option": _stripped(
        heads.write("POST", "/", "Upgrade: echo"),
        b"",
        "CONNECTION_OPTION_MISSING",
        b"Upgrade: echo\r\n",
    ),
    "broken chunks": Ask(
        heads.write("POST", "/", "Transfer-Encoding: chunked"),
        BREAK,
        defect=True,
        method="POST",
    ),
    "garbage": Ask(b"\0", reason="BAD_METHOD", rejected=True),
    "no host": Ask(b"GET / HTTP/1.1\r\n\r\n", reason="HOST_MISSING", rejected=True),
    "accept": _switch("accept"),
    "accept with a body": _switch("accept", "Content-Length: 4", body=b"body"),
    "accept chunks": _switch("accept", "Transfer-Encoding: chunked", body=CHUNKS),
    "accept what is asked for": _switch(
        "accept", "Content-Length: 4", "Expect: 100-continue", body=b"body", expects=True
    ),
    "refuse": _switch("refuse"),
    "decline": _switch("decline"),
    "decline with a body": _switch("decline", "Content-Length: 4", body=b"body"),
    "decline chunks": _switch("decline", "Transfer-Encoding: chunked", body=CHUNKS),
    "wait": _switch("wait"),
    "TLS": Ask(heads.upgrade("TLS/1.2"), reason="SWITCHED", handler="accept", tls=True),
}
BROKEN_BY = b"!"
"""The byte that shows a defect after the body of an `Ask` that has one."""


class Reference:
    """A connection as the contract has it."""

    def __init__(self, pending_bytes: int, *, stays: bool) -> None:
        self.pending_bytes = pending_bytes
        self.stays = stays
        """Whether the fallback goes on after the end of file."""
        self.asks: list[Ask] = []
        self.unread = b""
        self.phase = "reading"
        self.got: list[bytes] = []
        """What each fallback gets."""
        self.served = False
        """Whether the last of them is there."""
        self.target = b""
        self.written: list[bytes | int] = []
        """Bytes, or the index of the decision whose response they are."""
        self.reasons: list[str] = []
        self.due: list[Ask] = []
        self.begun = self.over = self.closing = self.ends = self.closed = False
        self.paused = False
        """Whether the fallback has paused."""
        self.gave_away = False
        """Whether the fallback has switched by itself."""
        self.followed = True
        self.eofs: list[int] = []
        """The end of file, as each fallback gets it."""
        self.now = 0.0
        self.deadline = GIVE_UP
        self.shutdown = inf
        self._at = 0
        """Bytes of the request that is read."""
        self._first = True
        self._began = False
        """Whether a byte of it has come that counts."""
        self._asked = False
        """Whether its body was asked for."""
        self._held: Ask | None = None
        self._why = ""
        self._ended = False

    # ---- what is looked at

    @property
    def pending(self) -> int:
        """The connections without a decision."""
        waits = self.phase == "reading" and self.deadline < inf
        return int(waits or self.phase == "deciding")

    @property
    def leaves_tls(self) -> bool:
        """Whether a request for TLS has been followed by a byte in plain text."""
        return self._why == "TLS_LEFTOVER"

    @property
    def idle(self) -> bool:
        """Whether it is between two requests that are known to be answered."""
        settled = self.served and self.followed and not self.due
        return settled and self.phase == "reading" and not self._began

    @property
    def reading_pauses(self) -> bool:
        """Whether nothing is read from the peer."""
        if self.phase in ("held", "asked", "deciding"):
            return len(self.unread) > self.pending_bytes
        if self.phase == "full":
            return True
        return self.paused and (self.served or self.phase == "away")

    # ---- what happens

    def deliver(self, data: bytes) -> None:
        """Take bytes from the peer."""
        if self.phase == "target":
            self.target += data
        elif self.phase == "away":
            self.got[-1] += data
        elif self.phase in ("last", "refused", "lost"):
            return
        elif self.phase in ("held", "deciding") and self._held and self._held.tls and data:
            self._leave_tls()
        else:
            self.unread += data
            self._read()

    def wrote(self, data: bytes, effects: list[str], *, begun: bool) -> None:
        """Take bytes from the fallback, which end what `effects` says."""
        self.written.append(data)
        self.begun = begun
        if self.phase == "away":
            return
        for effect in effects:
            self._take_effect(effect)
        self._go_on()

    def _take_effect(self, effect: str) -> None:
        if effect == "end":
            self.over = True
        if not self.followed:
            return
        match effect:
            case "done":
                del self.due[0]
            case "done and over":
                del self.due[0]
                self.over = True
            case "over":
                self.over = True
            case "unsound":
                self.followed = self.begun = False
                self.due.clear()
            case "switch":
                self.phase = "away"
                self.gave_away = True
                self.served = False
                self.got[-1] += self.unread
                self.unread = b""
                if self._ended:
                    self._ended = False
                    self._end_of_file()

    def _go_on(self) -> None:
        """Do what was waited for."""
        if self.over and self.phase not in ("body", "away"):
            self._drop()
        match self.phase:
            case "held":
                self._carry_out_held()
            case "asked" if not self.due:
                self._follow_with(self.asks[0])
            case "full" if len(self.due) < MOST:
                self.phase = "reading"
                self._read()
        if self._ended and not (self.phase in ("asked", "full") and self.unread):
            self._ended = False
            self._end_of_file()
        if self.ends and self.idle:
            self._close()

    def end(self) -> None:
        """Take the peer's end of file."""
        if self.phase == "asked" and self.unread:
            self._ended = True
        elif self.served or self.phase == "away":
            self._end_of_file()
        else:
            # Nothing is left to be told.
            self.phase = "last" if self.phase != "target" else "target"
            self.deadline = inf
            self.closing = True

    def _end_of_file(self) -> None:
        self.eofs.append(len(self.got) - 1)
        if self.phase != "away":
            self._drop()
        if not self.stays:
            self.closing = True

    def lose(self) -> None:
        """Take the end of the connection."""
        self.served = False
        self.phase = "lost"
        self.deadline = inf
        self.closing = True

    def close(self) -> None:
        """Have the fallback close."""
        self.closing = True
        if self.phase != "away":
            self._drop()

    def _close(self) -> None:
        self.closing = True
        self._drop()

    def _drop(self) -> None:
        if self.phase not in ("refused", "lost", "target"):
            self.phase = "last"
            self.unread = b""
            self.deadline = inf
            self._held = None

    def shut_down(self) -> None:
        """Close the factory."""
        if self.closed:
            return
        self.ends = self.closed = True
        if self.phase == "reading" and self._first and not self._began:
            self._close()
        elif self.phase == "reading" and self._began:
            self._hold(Ask(b"", rejected=True), "SHUTDOWN")
        elif self.phase == "deciding":
            self.shutdown = self.now + SHUTDOWN
            self.deadline = min(self.deadline, self.shutdown)
        elif self.idle:
            self._close()

    def drain(self) -> bool:
        """Drain the factory; return whether nothing is left to be done."""
        self.ends = True
        if self.idle:
            self._close()
        served = self.served and (bool(self.due) or self.phase != "last")
        return not (self.pending or served)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        if self.now < self.deadline:
            return
        if self.phase == "deciding":
            assert self._held is not None
            self._refuse("SHUTDOWN" if self.now >= self.shutdown else "DECISION_TIMEOUT")
        elif self._first and not self._began:
            self._close()
        else:
            self._hold(Ask(b"", rejected=True), "HANDSHAKE_TIMEOUT")

    def answer(self, how: str) -> None:
        """Have the handler that waits answer."""
        assert self.phase == "deciding"
        assert self._held is not None
        self._handle(self._held, how)
        self._go_on()

    # ---- reading

    def _read(self) -> None:
        while self.unread and self.phase in ("reading", "body"):
            ask = self.asks[0]
            if self.phase == "body":
                self._read_body(ask)
            else:
                self._read_head(ask)

    def _take(self, size: int) -> bytes:
        taken, self.unread = self.unread[:size], self.unread[size:]
        self._at += len(taken)
        return taken

    def _read_head(self, ask: Ask) -> None:
        """Read on in a head, and in a body that precedes the decision."""
        size = len(ask.head) + (len(ask.body) if ask.handler else 0)
        in_head = self._at < len(ask.head)
        taken = self._take((len(ask.head) if in_head else size) - self._at)
        if not self._began and (self._first or taken.strip(b"\r\n")):
            self._began = True
            if not self._first:
                self.deadline = self.now + GIVE_UP
        if self._at < len(ask.head):
            return
        if self._at < size:
            if in_head and ask.expects and not self.unread:
                self._hold(ask, "")
            return
        if ask.passes:
            self._pass_on(ask, ask.reason, ask.head if ask.seen is None else ask.seen)
        elif ask.tls and self.unread:
            self._hold(Ask(b"", rejected=True), "TLS_LEFTOVER")
        else:
            self._hold(ask, ask.reason)

    def _pass_on(self, ask: Ask, reason: str, head: bytes) -> None:
        if not self.served:
            self.served = True
            self.got.append(b"")
            self.due = []
            self.begun = self.over = self.paused = False
            self.followed = True
        self.got[-1] += head
        self.reasons.append(reason)
        if self.followed:
            self.due.append(ask)
        self._first = self._began = False
        self.deadline = inf
        self._at = 0
        if ask.body:
            self.phase = "body"
        else:
            self._after(ask)

    def _read_body(self, ask: Ask) -> None:
        self.got[-1] += self._take(len(ask.body) - self._at)
        if self._at < len(ask.body):
            return
        if not ask.defect:
            self._after(ask)
        elif self.unread and self.over:
            self._drop()
        elif self.unread:
            self._hold(ask, "CHUNK_INVALID")

    def _after(self, ask: Ask) -> None:
        """Go on after a request that has gone on whole."""
        if ask.asks and self.followed and not self.over and self.due:
            self.phase = "asked"
        else:
            self._follow_with(ask)

    def _follow_with(self, ask: Ask) -> None:
        del self.asks[0]
        self._at = 0
        if ask.last or self.over:
            self._drop()
        elif len(self.due) >= MOST:
            self.phase = "full"
        else:
            self.phase = "reading"
            self._read()

    # ---- carrying out

    def _hold(self, ask: Ask, why: str) -> None:
        self._held, self._why = ask, why
        self.deadline = inf if self.served else self.deadline
        if ask.rejected or why == "CHUNK_INVALID":
            self.unread = b""
        if self.served:
            self.phase = "held"
            self._carry_out_held()
        else:
            self._carry_out(ask, why)

    def _carry_out_held(self) -> None:
        ask, why = self._held, self._why
        assert ask is not None
        broken = why == "CHUNK_INVALID"
        if len(self.due) > broken:
            return
        if not self.followed or (broken and (self.begun or not self.due)):
            if ask.rejected or broken:
                self.reasons.append(why)
            self._close()
            return
        if why:
            self.served = False
        else:
            self.deadline = self.now + GIVE_UP
        self._carry_out(ask, why)

    def _carry_out(self, ask: Ask, why: str) -> None:
        if not why:
            self.written.append(CONTINUE)
            self.phase = "reading"
            self._read()
        elif ask.rejected or why == "CHUNK_INVALID":
            self._refuse(why)
        elif self.closed:
            self._refuse("SHUTDOWN")
        else:
            self._handle(ask, ask.handler)

    def _handle(self, ask: Ask, how: str) -> None:
        match how:
            case "accept":
                self._decide("SWITCHED")
                self.phase = "target"
                self.target += self.unread
                self.unread = b""
                self._first = False
                self.deadline = inf
            case "refuse":
                self._refuse("REFUSED")
            case "decline":
                self.unread = ask.body + self.unread
                # A body might be lost by whoever sees an upgrade with it.
                seen = ask.head.replace(_ECHO, b"") if ask.body else ask.head
                self.asks[0] = Ask(ask.head, ask.body, asks=not ask.body, method="POST")
                self._pass_on(self.asks[0], "PROTOCOL_NOT_OFFERED", seen)
                self._read()
            case "fail":
                self._refuse("HANDLER_FAILED")
            case "wait":
                self.phase = "deciding"
                self.deadline = self.now + DECIDE

    def _leave_tls(self) -> None:
        if self.phase == "deciding":
            self._refuse("TLS_LEFTOVER")
        else:
            self._held, self._why = Ask(b"", rejected=True), "TLS_LEFTOVER"

    def _decide(self, reason: str) -> None:
        self.written.append(len(self.reasons))
        self.reasons.append(reason)

    def _refuse(self, reason: str) -> None:
        self._decide(reason)
        self.phase = "refused"
        self.unread = b""
        self.deadline = inf
