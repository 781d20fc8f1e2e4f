import enum
from asyncio import BaseTransport, Future, Transport
from collections.abc import Callable, Iterable
from types import EllipsisType
from typing import Any, Literal, Self, TypeAlias, final

from typing_extensions import Buffer

from upgrade101._connection import Connection
from upgrade101._handover import StreamProtocol
from upgrade101._shared import Handler, Shared
from upgrade101._sweep import Sweep

_Text: TypeAlias = str | bytes
_Fields: TypeAlias = Iterable[tuple[_Text, _Text] | list[str] | list[bytes]]
_Offer: TypeAlias = WebSocket | H2C | Protocol | TLS

class Action(enum.Enum):
    PASS = 0
    SWITCH = 1
    REJECT = 2
    CONTINUE = 3

class Reason(enum.Enum):
    @property
    def code(self) -> int: ...
    @property
    def status(self) -> int: ...
    @property
    def rfc(self) -> str: ...
    @property
    def text(self) -> str: ...
    # docs/generate.py writes what follows
    SWITCHED = 100
    HTTP2_PRIOR_KNOWLEDGE = 101
    BODY_AWAITED = 102
    REFUSED = 103
    NO_UPGRADE = 200
    UPGRADE_ON_HTTP_1_0 = 201
    UPGRADE_ON_CONNECT = 202
    CONNECTION_OPTION_MISSING = 203
    PROTOCOL_NOT_OFFERED = 204
    H2C_OVER_TLS = 205
    H2C_BODY = 206
    H2C_SETTINGS_MISSING = 207
    H2C_SETTINGS_DUPLICATE = 208
    H2C_SETTINGS_NOT_HOP_BY_HOP = 209
    H2C_SETTINGS_INVALID = 210
    TLS_ALREADY = 211
    TLS_BODY = 212
    TLS_CLIENT_HELLO = 300
    HTTP2_PREFACE = 301
    BAD_METHOD = 302
    BAD_TARGET = 303
    TARGET_TOO_LONG = 304
    BAD_VERSION = 305
    UNSUPPORTED_VERSION = 306
    BARE_LF = 307
    BARE_CR = 308
    OBS_FOLD = 309
    BAD_FIELD_NAME = 310
    BAD_FIELD_VALUE = 311
    HEAD_TOO_LARGE = 312
    TOO_MANY_FIELDS = 313
    HOST_MISSING = 400
    HOST_DUPLICATE = 401
    HOST_INVALID = 402
    HOST_MISMATCH = 403
    HOST_FORBIDDEN = 404
    FRAMING_CONFLICT = 405
    TRANSFER_ENCODING_UNSUPPORTED = 406
    CONTENT_LENGTH_INVALID = 407
    UPGRADE_REQUIRED = 500
    CONNECTION_INVALID = 501
    UPGRADE_INVALID = 502
    EXPECTATION_FAILED = 503
    WS_METHOD = 600
    WS_BODY = 601
    WS_VERSION_MISSING = 602
    WS_VERSION_DUPLICATE = 603
    WS_VERSION_UNSUPPORTED = 604
    WS_KEY_MISSING = 605
    WS_KEY_DUPLICATE = 606
    WS_KEY_INVALID = 607
    WS_ORIGIN_DUPLICATE = 608
    WS_ORIGIN_FORBIDDEN = 609
    WS_SUBPROTOCOL_INVALID = 610
    WS_SUBPROTOCOL_REQUIRED = 611
    WS_EXTENSIONS_INVALID = 612
    METHOD_NOT_ALLOWED = 700
    LENGTH_REQUIRED = 701
    BODY_NOT_ALLOWED = 702
    BODY_TOO_LARGE = 703
    TLS_LEFTOVER = 704
    INTERNAL_ERROR = 800
    HANDLER_FAILED = 801
    HANDSHAKE_TIMEOUT = 802
    DECISION_TIMEOUT = 803
    CAPACITY = 804
    SHUTDOWN = 805
    # and what precedes

@final
class Limits:
    def __new__(
        cls, *, head: int = 16384, target: int | None = None, fields: int = 100, body: int = 65536
    ) -> Self: ...
    @property
    def head(self) -> int: ...
    @property
    def target(self) -> int: ...
    @property
    def fields(self) -> int: ...
    @property
    def body(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PerMessageDeflate:
    def __new__(
        cls,
        *,
        server_no_context_takeover: bool = False,
        client_no_context_takeover: bool = False,
        server_max_window_bits: int | None = None,
        client_max_window_bits: int | None = None,
    ) -> Self: ...
    @property
    def server_no_context_takeover(self) -> bool: ...
    @property
    def client_no_context_takeover(self) -> bool: ...
    @property
    def server_max_window_bits(self) -> int | None: ...
    @property
    def client_max_window_bits(self) -> int | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class WebSocket:
    def __new__(
        cls,
        *,
        subprotocols: Iterable[str] = (),
        subprotocol_required: bool = False,
        origins: Literal["same-origin"] | Iterable[str] | None = "same-origin",
        origin_required: bool = False,
        deflate: PerMessageDeflate | None = None,
    ) -> Self: ...
    @property
    def subprotocols(self) -> tuple[str, ...]: ...
    @property
    def subprotocol_required(self) -> bool: ...
    @property
    def origins(self) -> Literal["same-origin"] | tuple[str, ...] | None: ...
    @property
    def origin_required(self) -> bool: ...
    @property
    def deflate(self) -> PerMessageDeflate | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class H2C:
    def __new__(cls, *, prior_knowledge: bool = False) -> Self: ...
    @property
    def prior_knowledge(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Protocol:
    def __new__(
        cls,
        name: str,
        version: str | None = None,
        *,
        methods: Iterable[str] | None = None,
        headers: _Fields = (),
        body: bool = False,
    ) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def methods(self) -> tuple[str, ...] | None: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class TLS:
    def __new__(cls) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Request:
    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]: ...
    @property
    def head(self) -> bytes: ...
    def get(self, name: str, /) -> str | None: ...
    def get_all(self, name: str, /) -> tuple[str, ...]: ...

@final
class Decision:
    @property
    def action(self) -> Action: ...
    @property
    def reason(self) -> Reason: ...
    @property
    def response(self) -> bytes: ...
    @property
    def protocol(self) -> str | None: ...
    @property
    def offer(self) -> _Offer | None: ...
    @property
    def request(self) -> Request | None: ...
    @property
    def subprotocol(self) -> str | None: ...
    @property
    def extensions(self) -> str | None: ...
    @property
    def deflate(self) -> PerMessageDeflate | None: ...
    @property
    def settings(self) -> tuple[tuple[int, int], ...] | None: ...
    @property
    def body(self) -> bytes: ...
    @property
    def leftover(self) -> bytes: ...
    def accept(
        self, headers: _Fields = (), subprotocol: str | EllipsisType | None = ...
    ) -> Decision: ...
    def reject(self, status: int, headers: _Fields = (), body: Buffer = b"") -> Decision: ...
    def _refusal(self, reason: Reason, /) -> Decision: ...

@final
class Handshake:
    def feed(self, data: Buffer, /) -> Decision | None: ...
    def _refusal(self, reason: Reason, /) -> Decision: ...

@final
class Negotiator:
    def __new__(
        cls,
        *offers: _Offer,
        required: bool = False,
        hosts: Iterable[str] | None = None,
        limits: Limits | None = None,
    ) -> Self: ...
    @property
    def offers(self) -> tuple[_Offer, ...]: ...
    @property
    def required(self) -> bool: ...
    @property
    def hosts(self) -> tuple[str, ...] | None: ...
    @property
    def limits(self) -> Limits: ...
    def decide(self, data: Buffer, *, secure: bool = False) -> Decision | None: ...
    def decide_request(
        self,
        method: _Text,
        target: _Text,
        headers: _Fields,
        *,
        version: _Text = "1.1",
        secure: bool = False,
    ) -> Decision: ...
    def handshake(self, *, secure: bool = False) -> Handshake: ...

# For the asyncio layer alone, which has a subtype of each.

def attach(
    transport: Transport,
    protocol: StreamProtocol,
    leftover: bytes,
    write_paused: bool,
    deliver: Callable[[Transport, bytes, bool], None],
    /,
) -> None: ...

class SweepBase:
    @property
    def heads(self) -> dict[Connection, float]: ...
    @property
    def handlers(self) -> dict[Connection, float]: ...
    wake: float
    armed: bool
    looking: bool

class SharedBase:
    def __init__(
        self,
        negotiator: Negotiator,
        handler: Handler,
        sweep: Sweep,
        connection: type[ConnectionBase],
        upgrade: type[UpgradeBase],
        deliver: Callable[[Transport, bytes, bool], None],
        handshake_timeout: float,
    ) -> None: ...
    def __call__(self) -> Connection: ...
    @property
    def negotiator(self) -> Negotiator: ...
    @property
    def sweep(self) -> Sweep: ...
    @property
    def counts(self) -> dict[Reason, int]: ...
    plain: bool
    limited: bool
    observed: bool
    closed: bool

class ConnectionBase:
    @property
    def transport(self) -> Transport | None: ...
    @property
    def _shared(self) -> Shared: ...
    @property
    def _handshake(self) -> Handshake | None: ...
    @property
    def _asked(self) -> bool: ...
    _decision: Decision | None
    _deciding: bool
    _kept: bytearray | None
    _task: Future[Any] | None
    _write_paused: bool
    def connection_made(self, transport: BaseTransport) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def conclude(self, decision: Decision, transport: Transport, /) -> None: ...
    def _begin(self, transport: Transport, /) -> Handshake: ...
    def _leave(self) -> None: ...
    def _ask_handler(self, decision: Decision, transport: Transport, /) -> None: ...

class UpgradeBase:
    @property
    def decision(self) -> Decision: ...
    @property
    def transport(self) -> Transport: ...
    @property
    def _connection(self) -> Connection | None: ...
    def accept(
        self,
        protocol: StreamProtocol,
        headers: _Fields = (),
        subprotocol: str | EllipsisType | None = ...,
    ) -> bool: ...
    def _open(self) -> Connection | None: ...
    def _take(self) -> Connection | None: ...
