import enum
from asyncio import Transport
from collections.abc import Callable, Iterable
from types import EllipsisType
from typing import Self, TypeAlias, final

from typing_extensions import Buffer

from upgrade101._types import StreamProtocol

_Text: TypeAlias = str | bytes
_Fields: TypeAlias = Iterable[tuple[_Text, _Text] | list[str] | list[bytes]]
_Offer: TypeAlias = WebSocket | H2C | Protocol | TLS
_Reduced: TypeAlias = tuple[Callable[..., object], tuple[object, ...]]

class Action(enum.Enum):
    """What is done with a connection.

    SWITCH: write the response, then hand the transport over [RFC 9110 15.2.2].
    PASS: serve the request as HTTP/1.1 [RFC 9110 7.8].
    REJECT: write the response, then close.
    CONTINUE: write the response, then feed on [RFC 9110 10.1.1].
    """

    PASS = 0
    SWITCH = 1
    REJECT = 2
    CONTINUE = 3

class Reason(enum.Enum):
    """Why a decision was made: one row of a closed table.

    Names and codes are stable, and the code is the member's value.  Each member has name,
    code, status (of the response; for a PASS the one it gets if an upgrade is required; 0 if it
    is the caller's), rfc (the section it rests on), text (one sentence) and field (the one that
    it is about, or None).
    """

    @property
    def code(self) -> int:
        """int: the stable number of four digits; its thousands are the group."""
    @property
    def status(self) -> int:
        """int: the status of the response, or 0."""
    @property
    def rfc(self) -> str:
        """str: the section of an RFC."""
    @property
    def text(self) -> str:
        """str: one sentence without its full stop."""
    @property
    def field(self) -> str | None:
        """str | None: the field that it is about."""
    # docs/generate.py writes what follows
    SWITCHED = 1000
    HTTP2_PRIOR_KNOWLEDGE = 1001
    BODY_AWAITED = 1002
    REFUSED = 1003
    NO_UPGRADE = 2000
    WS_UPGRADE_MISSING = 2001
    UPGRADE_ON_HTTP_1_0 = 2002
    UPGRADE_ON_CONNECT = 2003
    CONNECTION_OPTION_MISSING = 2004
    PROTOCOL_NOT_OFFERED = 2005
    PATH_NOT_OFFERED = 2006
    METHOD_NOT_ALLOWED = 2007
    BODY_NOT_ALLOWED = 2008
    WS_METHOD = 2009
    WS_BODY = 2010
    H2C_OVER_TLS = 2011
    H2C_BODY = 2012
    H2C_SETTINGS_MISSING = 2013
    H2C_SETTINGS_DUPLICATE = 2014
    H2C_SETTINGS_NOT_HOP_BY_HOP = 2015
    H2C_SETTINGS_INVALID = 2016
    TLS_ALREADY = 2017
    TLS_BODY = 2018
    TLS_CLIENT_HELLO = 3000
    HTTP2_PREFACE = 3001
    PROXY_PROTOCOL = 3002
    BAD_METHOD = 3003
    BAD_TARGET = 3004
    TARGET_TOO_LONG = 3005
    BAD_VERSION = 3006
    UNSUPPORTED_VERSION = 3007
    BARE_LF = 3008
    BARE_CR = 3009
    OBS_FOLD = 3010
    BAD_FIELD_NAME = 3011
    BAD_FIELD_VALUE = 3012
    HEAD_TOO_LARGE = 3013
    TOO_MANY_FIELDS = 3014
    CHUNK_INVALID = 3015
    HOST_MISSING = 4000
    HOST_DUPLICATE = 4001
    HOST_INVALID = 4002
    HOST_MISMATCH = 4003
    HOST_FORBIDDEN = 4004
    FRAMING_CONFLICT = 4005
    TRANSFER_ENCODING_INVALID = 4006
    TRANSFER_ENCODING_UNSUPPORTED = 4007
    CONTENT_LENGTH_INVALID = 4008
    UPGRADE_REQUIRED = 5000
    CONNECTION_INVALID = 5001
    UPGRADE_INVALID = 5002
    EXPECTATION_FAILED = 5003
    WS_VERSION_MISSING = 6000
    WS_VERSION_DUPLICATE = 6001
    WS_VERSION_UNSUPPORTED = 6002
    WS_KEY_MISSING = 6003
    WS_KEY_DUPLICATE = 6004
    WS_KEY_INVALID = 6005
    WS_ORIGIN_DUPLICATE = 6006
    WS_ORIGIN_FORBIDDEN = 6007
    WS_SUBPROTOCOL_INVALID = 6008
    WS_SUBPROTOCOL_REQUIRED = 6009
    WS_EXTENSIONS_INVALID = 6010
    BODY_TOO_LARGE = 7000
    TLS_LEFTOVER = 7001
    INTERNAL_ERROR = 8000
    HANDLER_FAILED = 8001
    HANDSHAKE_TIMEOUT = 8002
    DECISION_TIMEOUT = 8003
    CAPACITY = 8004
    SHUTDOWN = 8005
    # and what precedes

@final
class Limits:
    """How much of a request is read.

    head: int, bytes of the head from its first byte to its last LF, 256 to 1048576;
        more is HEAD_TOO_LARGE (431) [RFC 6585 5].
    target: int, bytes of the request target, 16 to `head`; more is TARGET_TOO_LONG
        (414) [RFC 9110 15.5.15].  None: the lesser of 8192 and `head`.
    fields: int, field lines, 4 to 1000; more is TOO_MANY_FIELDS (431) [RFC 6585 5].
    body: int, bytes of a body that precedes a switch, 0 to 67108864; more is
        BODY_TOO_LARGE (413) [RFC 9110 15.5.14].

    Raises TypeError for what is no int and ValueError for an int of any size that is
    out of range.
    """

    def __new__(
        cls, *, head: int = 16384, target: int | None = None, fields: int = 100, body: int = 65536
    ) -> Self: ...
    @property
    def head(self) -> int:
        """int: bytes of the head."""
    @property
    def target(self) -> int:
        """int: bytes of the request target."""
    @property
    def fields(self) -> int:
        """int: field lines."""
    @property
    def body(self) -> int:
        """int: bytes of the body."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class PerMessageDeflate:
    """permessage-deflate, as a server offers it or as a decision has agreed on it [RFC 7692 7.1].

    server_no_context_takeover: bool, the server forgets its window after each message
        [RFC 7692 7.1.1.1].
    client_no_context_takeover: bool, the client does [RFC 7692 7.1.1.2].
    server_max_window_bits: int, base-2 logarithm of the bytes of the server's window, 9 to 15,
        or None [RFC 7692 7.1.2.1].
    client_max_window_bits: int, the same of the client's, 8 to 15, or None [RFC 7692 7.1.2.2].
    require_client_max_window_bits: bool, a client that does not offer client_max_window_bits is
        answered without compression; otherwise the bound binds only clients that offer it.

    Raises TypeError for a wrong type, and ValueError for bits out of range and for
    require_client_max_window_bits without client_max_window_bits.
    """

    def __new__(
        cls,
        *,
        server_no_context_takeover: bool = False,
        client_no_context_takeover: bool = False,
        server_max_window_bits: int | None = None,
        client_max_window_bits: int | None = None,
        require_client_max_window_bits: bool = False,
    ) -> Self: ...
    @property
    def server_no_context_takeover(self) -> bool:
        """bool: the server forgets its window after each message [RFC 7692 7.1.1.1]."""
    @property
    def client_no_context_takeover(self) -> bool:
        """bool: the client forgets its window after each message [RFC 7692 7.1.1.2]."""
    @property
    def server_max_window_bits(self) -> int | None:
        """int | None: base-2 logarithm of the bytes of the server's window [RFC 7692 7.1.2.1]."""
    @property
    def client_max_window_bits(self) -> int | None:
        """int | None: base-2 logarithm of the bytes of the client's window [RFC 7692 7.1.2.2]."""
    @property
    def require_client_max_window_bits(self) -> bool:
        """bool: a client that does not offer client_max_window_bits is answered without it; False of
        what was agreed.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class WebSocket:
    """The offer of WebSocket, version 13 [RFC 6455 4.2].

    paths: iterable of str, patterns of the path of the request's target, or None: any target.
        A pattern begins with '/'; one that ends in '/*' matches every path that begins so
        [RFC 3986 3.3].
    subprotocols: iterable of str, those spoken here, the preferred one first [RFC 6455 1.9].
    subprotocol_required: bool, a client that offers none of them is refused.
    origins: None, a str or an iterable of str, the pages that may connect [RFC 6455 10.2].
        None is any origin.  Otherwise each str admits some: 'same-origin' those of the host and
        port that Host names, 'same-host' those of the host, 'null' that value, a pattern such as
        'https://*.example.com' or 'http://localhost:*' what it matches, and any other text
        without '*' that very value.  No str at all admits no browser.
    origin_required: bool, a request without Origin, which no browser sends, is refused.
    deflate: PerMessageDeflate or None, whether and how messages may be compressed [RFC 7692].

    Raises TypeError for a wrong type, and ValueError for paths that are no patterns; for a
    subprotocol that is repeated or is not visible ASCII without ',', ';' and '"'; for an origin
    that is none of the above; and for subprotocol_required without subprotocols.
    """

    def __new__(
        cls,
        *,
        paths: Iterable[str] | None = None,
        subprotocols: Iterable[str] = (),
        subprotocol_required: bool = False,
        origins: str | Iterable[str] | None = "same-origin",
        origin_required: bool = False,
        deflate: PerMessageDeflate | None = None,
    ) -> Self: ...
    @property
    def paths(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the patterns of the paths that are offered, or any target."""
    @property
    def subprotocols(self) -> tuple[str, ...]:
        """tuple[str, ...]: the subprotocols spoken here, the preferred one first."""
    @property
    def subprotocol_required(self) -> bool:
        """bool: a client that offers none of the subprotocols is refused."""
    @property
    def origins(self) -> str | tuple[str, ...] | None:
        """str | tuple[str, ...] | None: the entry or entries that admit a page, or any."""
    @property
    def origin_required(self) -> bool:
        """bool: a request without Origin is refused."""
    @property
    def deflate(self) -> PerMessageDeflate | None:
        """PerMessageDeflate | None: whether and how messages may be compressed."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class H2C:
    """The offer of HTTP/2 over cleartext TCP [RFC 7540 3.2; deprecated by RFC 9113 3.1].

    paths: iterable of str, patterns of the path of the request's target, or None: any target.
        A pattern begins with '/'; one that ends in '/*' matches every path that begins so
        [RFC 3986 3.3].
        They have no say about prior knowledge.
    upgrade: bool, a request that asks for h2c is a switch [RFC 7540 3.2].
    prior_knowledge: bool, a connection that begins with the HTTP/2 preface is a switch
        [RFC 9113 3.3].

    Raises TypeError for a wrong type, and ValueError for paths that are no patterns and for
    upgrade=False without prior_knowledge=True.
    """

    def __new__(
        cls,
        *,
        paths: Iterable[str] | None = None,
        upgrade: bool = True,
        prior_knowledge: bool = False,
    ) -> Self: ...
    @property
    def paths(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the patterns of the paths that are offered, or any target."""
    @property
    def upgrade(self) -> bool:
        """bool: a request that asks for h2c is a switch."""
    @property
    def prior_knowledge(self) -> bool:
        """bool: a connection that begins with the HTTP/2 preface is a switch."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class Protocol:
    """The offer of any other protocol, registered or private [RFC 9110 7.8, 16.7].

    name: str, a token but websocket and TLS; a client's is compared letter case aside.
    version: str, a token that a client's must be exactly, or None: the client names none.
    paths: iterable of str, patterns of the path of the request's target, or None: any target.
        A pattern begins with '/'; one that ends in '/*' matches every path that begins so
        [RFC 3986 3.3].
    methods: iterable of str, those that a request may have, or None: any but CONNECT.
    headers: iterable of (name, value), each a str or bytes, fields of each 101.
    body: bool, whether the request may have a body, which is then read before the switch.

    Raises TypeError for a wrong type, also for one str instead of several.  Raises
    ValueError for what is no token or no pattern; for websocket or TLS as the name; for no or a
    repeated method, CONNECT, or a registered method in lower case; for a field that is the
    library's own, and a value with a control character or white space at an end.
    """

    def __new__(
        cls,
        name: str,
        version: str | None = None,
        *,
        paths: Iterable[str] | None = None,
        methods: Iterable[str] | None = None,
        headers: _Fields = (),
        body: bool = False,
    ) -> Self: ...
    @property
    def name(self) -> str:
        """str: the protocol's name, as it is answered."""
    @property
    def version(self) -> str | None:
        """str | None: the protocol's version."""
    @property
    def paths(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the patterns of the paths that are offered, or any target."""
    @property
    def methods(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the methods of a request, or any."""
    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """tuple[tuple[str, str], ...]: the fields of each 101."""
    @property
    def body(self) -> bool:
        """bool: whether the request may have a body."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class TLS:
    """The offer of TLS on the connection that has carried the request [RFC 2817 3].

    paths: iterable of str, patterns of the path of the request's target, or None: any target.
        A pattern begins with '/'; one that ends in '/*' matches every path that begins so
        [RFC 3986 3.3].

    Raises TypeError for a wrong type, and ValueError for paths that are no patterns.
    """

    def __new__(cls, *, paths: Iterable[str] | None = None) -> Self: ...
    @property
    def paths(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the patterns of the paths that are offered, or any target."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...

@final
class Request:
    """The head of a request, as it was received [RFC 9112 2.1].

    It is made by a decision only, and immutable.  Text is latin-1.
    """

    @property
    def method(self) -> str:
        """str: the method [RFC 9110 9.1]."""
    @property
    def target(self) -> str:
        """str: the request target [RFC 9112 3.2]."""
    @property
    def path(self) -> str:
        """str: the target's path, not decoded; empty if the target is in neither origin-form nor
        absolute-form [RFC 9112 3.2].
        """
    @property
    def query(self) -> str | None:
        """str | None: what follows the first '?' of the target, not decoded, or None if it has none
        [RFC 3986 3.4].
        """
    @property
    def version(self) -> str:
        """str: the version, '1.0' or '1.1'; '2.0' of the HTTP/2 preface [RFC 9112 2.3, RFC 9113 3.4]."""
    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """tuple[tuple[bytes, bytes], ...]: the field lines as they came, in order [RFC 9110 5.2]."""
    @property
    def head(self) -> bytes:
        """bytes: the head from its first byte to its last LF, exactly as it came."""
    def get(self, name: str, /) -> str | None:
        """The value of a field, as str, or None if the request has no such field.

        name: str, letter case aside.  Several lines of one field are joined by ', ', which is
        their combined value [RFC 9110 5.3].  Raises TypeError for a name that is no str.
        """
    def get_all(self, name: str, /) -> tuple[str, ...]:
        """The values of the lines of a field, in order, as a tuple of str [RFC 9110 5.2].

        name: str, letter case aside.  Raises TypeError for a name that is no str.
        """
    def get_list(self, name: str, /) -> tuple[str, ...]:
        """The elements of a list field over all its lines, in order, as a tuple of str.

        Empty elements are left out, and a comma in a quoted string ends none [RFC 9110 5.6.1].
        name: str, letter case aside.  Raises TypeError for a name that is no str.
        """

@final
class BodyReader:
    """The body of one message, as the bytes come that follow its head [RFC 9112 6.3].

    length: int, bytes of the body as Content-Length says, or None [RFC 9112 6.2].
    chunked: bool, the body is in chunks [RFC 9112 7.1].
    until_close: bool, it lasts until the connection ends, which is the caller's to see.
        At most one of these three is given; without any there is no body.
    limits: Limits, or None: the defaults.  Chunk extensions and trailer section together may
        have as many bytes as a head, and the trailer section as many lines; more is
        CHUNK_INVALID.
    max_size: int, bytes of content, or None: any number.  More is BODY_TOO_LARGE, told before
        the content is there.

    It belongs to one thread at a time.  Raises TypeError for a wrong type, and ValueError for
    more than one of the three and for a negative number.
    """

    def __new__(
        cls,
        *,
        length: int | None = None,
        chunked: bool = False,
        until_close: bool = False,
        limits: Limits | None = None,
        max_size: int | None = None,
    ) -> Self: ...
    @property
    def done(self) -> bool:
        """bool: the body has been read to its end."""
    @property
    def reason(self) -> Reason | None:
        """Reason | None: the defect of the body, CHUNK_INVALID or BODY_TOO_LARGE."""
    @property
    def offset(self) -> int | None:
        """int | None: the index, from the body's first byte, of the byte that shows the defect."""
    @property
    def leftover(self) -> bytes:
        """bytes: what follows the body in the piece that was read last."""
    @property
    def decoded(self) -> int:
        """int: bytes of content that have been read."""
    def read(self, data: Buffer, /) -> bytes:
        """Reads on: the content of this piece, as bytes, without chunk framing [RFC 9112 7.1].

        data: C-contiguous bytes-like, the next bytes of the connection, of any size.  It is what
        is returned if it is exact bytes and nothing but content.

        Raises TypeError or BufferError for another object, RuntimeError after the end or a defect,
        and MemoryError; then the reader is as it was.  Never raises for what the bytes say: then
        `reason` is set, and what is returned precedes the defect.
        """
    def skip(self, data: Buffer, /) -> int:
        """Reads on without the content: how many bytes of this piece belong to the body, as int.

        data: as of `read`, of which it raises the same; exact bytes are not copied.  What
        follows the body is not in `leftover`: it is what is left of `data`.  A byte that shows
        a defect is not counted.
        """

@final
class ResponseReader:
    """The response to one request, as its bytes come: the interim ones, the final one's head and
    its body [RFC 9112 4, 6.3].

    method: str, that of the request: after HEAD no body follows, and a 2xx to CONNECT ends HTTP.
    limits: Limits, or None: the defaults.  Each head is bound by `head` and `fields`, and so
        are chunk extensions and trailer section; a body may have any length.

    It belongs to one thread at a time.  Raises TypeError for a wrong type, and ValueError for a
    method that is not latin-1.
    """

    def __new__(cls, method: str = "GET", *, limits: Limits | None = None) -> Self: ...
    @property
    def response(self) -> Response | None:
        """Response | None: the final head, or the 101; None before it is complete."""
    @property
    def interim(self) -> Response | None:
        """Response | None: the last interim head, a 1xx other than 101 [RFC 9110 15.2]."""
    @property
    def done(self) -> bool:
        """bool: the response has been read to its end."""
    @property
    def switched(self) -> bool:
        """bool: HTTP has ended after the head: a 101, or a 2xx to CONNECT [RFC 9110 7.8, 9.3.6]."""
    @property
    def until_close(self) -> bool:
        """bool: the body lasts until the connection ends, which `eof` tells [RFC 9112 6.3]."""
    @property
    def keeps_alive(self) -> bool:
        """bool: a further response may follow on the connection [RFC 9112 9.3]; False before the
        final head is complete.
        """
    @property
    def reason(self) -> Reason | None:
        """Reason | None: the first defect."""
    @property
    def offset(self) -> int | None:
        """int | None: the index, from the first byte of all, of the byte that shows the defect.  If
        the whole head shows it, that of the byte after the head.
        """
    @property
    def leftover(self) -> bytes:
        """bytes: what follows the response in the piece that was read last."""
    def read(self, data: Buffer, /) -> bytes:
        """Reads on: the content of the final response in this piece, as bytes, without chunk framing
        [RFC 9112 7.1].

        data: C-contiguous bytes-like, the next bytes of the connection, of any size.  It is what
        is returned if it is exact bytes and nothing but content.

        Raises TypeError or BufferError for another object, RuntimeError after the end or a defect,
        and MemoryError; then the reader is as it was.  Never raises for what the bytes say: then
        `reason` is set, and what is returned precedes the defect.
        """
    def skip(self, data: Buffer, /) -> int:
        """Reads on without the content: how many bytes of this piece belong to the response, the
        interim ones included, as int.

        data: as of `read`, of which it raises the same; exact bytes are not copied.  What follows
        the response is not in `leftover`: it is what is left of `data`.  A byte that shows a defect
        is not counted.
        """
    def eof(self) -> bool:
        """The connection has ended: whether the response is whole, as bool [RFC 9112 8].

        Nothing can be read after it.
        """

@final
class Response:
    """The head of a response, as it was received [RFC 9112 4].

    It is made by a ResponseReader only, and immutable.  Text is latin-1.
    """

    @property
    def status(self) -> int:
        """int: the status code, 100 to 599 [RFC 9110 15]."""
    @property
    def phrase(self) -> str:
        """str: the reason phrase, which may be empty [RFC 9112 4]."""
    @property
    def version(self) -> str:
        """str: the version, '1.0' or '1.1' [RFC 9112 2.3]."""
    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """tuple[tuple[bytes, bytes], ...]: the field lines as they came, in order [RFC 9110 5.2]."""
    @property
    def head(self) -> bytes:
        """bytes: the head from its first byte to its last LF, exactly as it came."""
    def get(self, name: str, /) -> str | None:
        """The value of a field, as str, or None if the response has no such field.

        name: str, letter case aside.  Several lines of one field are joined by ', ', which is
        their combined value [RFC 9110 5.3].  Raises TypeError for a name that is no str.
        """
    def get_all(self, name: str, /) -> tuple[str, ...]:
        """The values of the lines of a field, in order, as a tuple of str [RFC 9110 5.2].

        name: str, letter case aside.  Raises TypeError for a name that is no str.
        """
    def get_list(self, name: str, /) -> tuple[str, ...]:
        """The elements of a list field over all its lines, in order, as a tuple of str.

        Empty elements are left out, and a comma in a quoted string ends none [RFC 9110 5.6.1].
        name: str, letter case aside.  Raises TypeError for a name that is no str.
        """

@final
class Decision:
    """What becomes of a connection, and why [RFC 9110 7.8].

    It is made by Negotiator.decide, Negotiator.decide_request and Handshake.feed only, and
    immutable.
    """

    @property
    def action(self) -> Action:
        """Action: what is done with the connection."""
    @property
    def reason(self) -> Reason:
        """Reason: why."""
    @property
    def offset(self) -> int | None:
        """int | None: the index, from the first byte of the request, of the byte that shows a defect
        of syntax; None for every other reason, and if others have parsed the head [RFC 9112 2.2].
        """
    @property
    def detail(self) -> str:
        """str: one line for a log, at most 200 characters of printable ASCII, with the values that
        decided it; it is no part of a response.
        """
    @property
    def response(self) -> bytes:
        """bytes: what is to be written, with the Date of when it was first asked for; empty for a
        PASS and for HTTP/2 with prior knowledge [RFC 9112 6, RFC 9110 6.6.1].
        """
    @property
    def status(self) -> int | None:
        """int | None: the status of the response, or None if there is none [RFC 9110 15]."""
    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """tuple[tuple[bytes, bytes], ...]: the fields of the response, in order, for a server that
        writes it itself; if a 100 precedes a 101, those of the 101 [RFC 9110 5.2].
        """
    @property
    def content(self) -> bytes:
        """bytes: the content of the response [RFC 9110 6.4]."""
    @property
    def protocol(self) -> str | None:
        """str | None: on a SWITCH, what the connection becomes: 'websocket', 'h2c', 'TLS/1.2',
        'name' or 'name/version' [RFC 9110 7.8].
        """
    @property
    def offer(self) -> _Offer | None:
        """The offer that decided, the very object given to the negotiator, or None."""
    @property
    def request(self) -> Request | None:
        """Request | None: None if no head was completed; of the HTTP/2 preface the request that it
        writes [RFC 9113 3.4].
        """
    @property
    def subprotocol(self) -> str | None:
        """str | None: the WebSocket subprotocol that is answered [RFC 6455 4.2.2]."""
    @property
    def extensions(self) -> str | None:
        """str | None: the Sec-WebSocket-Extensions that is answered [RFC 6455 9.1]."""
    @property
    def deflate(self) -> PerMessageDeflate | None:
        """PerMessageDeflate | None: the parameters that are answered [RFC 7692 7.1]."""
    @property
    def settings(self) -> tuple[tuple[int, int], ...] | None:
        """tuple[tuple[int, int], ...] | None: on a SWITCH to h2c by a request, the client's
        (identifier, value) pairs in order; the raw value is the request's HTTP2-Settings
        [RFC 7540 3.2.1].
        """
    @property
    def body(self) -> bytes:
        """bytes: on a SWITCH, the body of the request, without the framing of its chunks
        [RFC 9110 6.4, RFC 9112 7.1].
        """
    @property
    def leftover(self) -> bytes:
        """bytes: what was received after the request on a SWITCH, after the head on a PASS."""
    @property
    def forward(self) -> bytes:
        """bytes: on a PASS, the head for whoever serves HTTP: without an upgrade that was decided
        here already; empty otherwise [RFC 9110 7.6.1, 7.8].
        """
    def accept(
        self,
        headers: _Fields = (),
        subprotocol: str | EllipsisType | None = ...,
        extensions: str | EllipsisType | None = ...,
    ) -> Decision:
        """The switch with an answer of the caller's, as a new Decision.

        headers: iterable of (name, value), each a str or bytes: further fields of the 101
            [RFC 9110 5].
        subprotocol: str, one of those the client offered, or None for none; left out, the one that
            was negotiated stays [RFC 6455 4.2.2].
        extensions: str, the value of Sec-WebSocket-Extensions, each one offered by the client, or
            None for none; left out, those that were negotiated stay [RFC 6455 9.1].

        Raises TypeError for a wrong type.  Raises ValueError if this is no SWITCH; if a name is no
        token or the library's own (Upgrade, Connection, Content-Length, Transfer-Encoding, Trailer,
        Sec-WebSocket-*); if a value has a control character or white space at an end; if the client
        did not offer the subprotocol or an extension; and for fields if the response is empty.
        Then this decision is as before.
        """
    def reject(self, status: int, headers: _Fields = (), body: Buffer = b"") -> Decision:
        """A refusal of the caller's, as a new Decision: a REJECT with the reason REFUSED.

        status: int, 200 to 599; a 2xx answers the request as HTTP [RFC 9110 15].
        headers: iterable of (name, value), each a str or bytes: further fields; Date and
            Content-Type replace the library's [RFC 9110 5].
        body: bytes-like, the content; it is not sent to HEAD [RFC 9110 9.3.2].

        Raises TypeError for a wrong type, and ValueError on a CONTINUE, for a status out of range,
        a body with 204, 205 or 304 [RFC 9110 15.3.5, 15.3.6, 15.4.5], and fields as accept() does.
        Then this decision is as before.
        """
    def _passed(self, reason: Reason, /) -> Decision:
        """The request served as HTTP after all, as a new Decision: a PASS, whose leftover is all
        that follows the head.

        reason: Reason.  Raises TypeError for anything else, and ValueError as _refusal does.
        """
    @property
    def _framing(self) -> int | None:
        """int | None: bytes of the request's body, or None if it is in chunks [RFC 9112 6.3]."""
    def _refusal(self, reason: Reason, /) -> Decision:
        """A refusal for a reason of the server's own, as a new Decision: a REJECT.

        reason: Reason.  Raises TypeError for anything else, and ValueError for a reason that is no
        refusal or that only a request can give.
        """

@final
class Handshake:
    """One request of a connection until its final decision [RFC 9112 2.2].

    It is made by Negotiator.handshake only, and belongs to one request and to one thread at a
    time.
    """

    def feed(self, data: Buffer, /) -> Decision | None:
        """Reads on: a Decision, or None if more bytes are needed.

        data: C-contiguous bytes-like, the next bytes of the connection, of any size; it is the
        caller's again when the call returns.  After a CONTINUE feeding goes on.

        Raises TypeError or BufferError for another object, RuntimeError after the final decision,
        and MemoryError; then the handshake is as it was.  Never raises for what the bytes say
        [RFC 9112 2].
        """
    def _refusal(self, reason: Reason, /) -> Decision:
        """The final decision for a reason of the server's own: a REJECT.

        reason: Reason.  Raises TypeError for anything else, ValueError for a reason that is no
        refusal or that only a request can give, and RuntimeError after the final decision.
        """

@final
class Negotiator:
    """What a server offers, and on which terms [RFC 9110 7.8].

    offers: WebSocket, H2C, Protocol and TLS objects, at least one.  Several of one name and
        version may differ in their paths; the first that matches a request is taken.
    required: bool, a request that would be served as HTTP/1.x is refused, mostly with 426
        [RFC 9110 15.5.22].
    hosts: iterable of str, the Host values that are ours, or None: any.  A uri-host with or
        without a port, of which a first label '*' stands for one or more labels; any other is
        HOST_FORBIDDEN (421) [RFC 9110 7.4].
    limits: Limits, or None: the defaults.

    It is immutable and may be shared by all connections and threads.  Raises TypeError for a
    wrong type, and ValueError for no offer, for one that an earlier one hides, for no hosts, and
    for an entry that is no host.
    """

    def __new__(
        cls,
        *offers: _Offer,
        required: bool = False,
        hosts: Iterable[str] | None = None,
        limits: Limits | None = None,
    ) -> Self: ...
    @property
    def offers(self) -> tuple[_Offer, ...]:
        """tuple: the very offers that were given, in order."""
    @property
    def required(self) -> bool:
        """bool: whether an upgrade is required."""
    @property
    def hosts(self) -> tuple[str, ...] | None:
        """tuple[str, ...] | None: the Host values that are ours, or any."""
    @property
    def limits(self) -> Limits:
        """Limits: how much of a request is read."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> _Reduced: ...
    def decide(self, data: Buffer, *, secure: bool = False) -> Decision | None:
        """Decides on the bytes of one connection so far: a Decision, or None if more are needed.

        data: C-contiguous bytes-like, everything since the first byte of the request.
        secure: bool, whether the transport is TLS.

        Raises TypeError or BufferError for another object, and MemoryError.  Never raises for what
        the bytes say [RFC 9112 2.2, RFC 9110 7.8].
        """
    def decide_request(
        self,
        method: _Text,
        target: _Text,
        headers: _Fields,
        *,
        version: _Text = "1.1",
        secure: bool = False,
    ) -> Decision:
        """Decides on a head that others have parsed: the same verdict as on its bytes.

        method, target, version: str or bytes; version is '1.0' or '1.1' [RFC 9112 3].
        headers: iterable of (name, value), each a str or bytes, in the order they came; no more are
            read than the limit of field lines and one.
        secure: bool, whether the transport is TLS.

        The limit of the head does not bind.  A body and leftover are empty: they are the caller's,
        who reads a body before the switch.  The decision's request.head is written out anew.
        Raises TypeError for a wrong type.  For text that is not HTTP the decision is a REJECT, also
        for a character above U+00FF.
        """
    def handshake(self, *, secure: bool = False, first: bool = True) -> Handshake:
        """A new Handshake, for one request whose bytes come in pieces.

        secure: bool, whether the transport is TLS.
        first: bool, whether the request is the first one of its connection.  Only that one may be
            the HTTP/2 preface, or begin with a PROXY protocol header of version 2 [RFC 9113 3.4].

        Raises TypeError for a wrong type.
        """

# For the asyncio layer alone.

def attach(
    transport: Transport,
    protocol: StreamProtocol,
    leftover: bytes,
    write_paused: bool,
    deliver: Callable[[Transport, bytes, bool], None],
    /,
) -> None:
    """Does what hand_over promises, if it is known whether the transport has paused writing.

    leftover: bytes.  write_paused: bool.  deliver: called if there is a leftover, with transport,
    leftover and whether the transport was closing before.  Raises what the protocol raises, after
    the transport was aborted.
    """
