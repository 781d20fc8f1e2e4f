"""Values near the border, one pool for each part of a request.

In: nothing. Out: lists to sample from. It always holds that a pool has values from both
sides of the border, a byte apart where that is possible. Where a pool's name has a `SOUND_`
number, that many at its beginning are sound.
"""

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
SETTINGS = b"AAMAAABkAAQAAP__"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

SOUND_HOSTS = 10
HOSTS = [
    *(b"a", b"example.com", b"Example.com:80", b"a:443", b"[::1]:8080", b"a.example.org"),
    *(b"example.com.", b"[v1.a:b]", b"A.", b"a:80"),
    *(b"a:", b"", b":80", b"a:0", b"a:00", b"a:00080", b"a:000080", b"a:65535", b"a:65536"),
    *(b"a:99999", b"a:8x", b"a:b", b"a:80:80", b"u@a", b"a/", b"a b", b"a,b", b"a\x80", b"%41"),
    *(b"%4", b"%4g", b"%", b"a?", b"a#", b"a_b~!$&'()*+,;=", b"[::]", b"[:1]", b"[::1", b"::1"),
    *(b"[::1]a", b"[::1]:", b"[::1%25a]", b"[v1.]", b"[::ffff:1.2.3.4]", b"[]", b"[1.2]"),
    *(b"*.example.org", b"b.a.example.org", b".example.org", b"a..example.org", b"example.org"),
    *(
        b"[V1.a:b]:80",
        b"[vF.~]",
        b"[v.a]",
        b"[vg.a]",
        b"[v1a]",
        b"[v1.a/]",
        b"[v1.%41]",
        b"a..",
        b".",
    ),
    *(b"example.org.", b"a.example.org.", b"A.EXAMPLE.ORG:8080", b"[::FFFF]", b"127.0.0.1:8101"),
]
METHODS = [
    *(b"GET", b"POST", b"HEAD", b"OPTIONS", b"CONNECT", b"PUT", b"PRI", b"get", b"Head"),
    *(b"PROXY", b"proxy", b"PROX"),
    *(b"M" * 31, b"M" * 32, b"M" * 33, b"", b"G T", b"G\tT", b"G(T", b"G\x00T", b"G\x80", b"G\r"),
    *(b"G\n", b"\x16", b"!#$%&'*+-.^_`|~09", b"GET:", b"connect", b"options"),
]
TARGETS = [
    *(b"/", b"/chat?a=1", b"*", b"", b"//a", b"/\x7f", b"/\x80", b"/#", b"/\t", b"/ ", b"a", b"?"),
    *(b"http://a", b"HTTP://A", b"http://a/", b"http://a?b", b"http://a#", b"http://a:80/"),
    *(b"http://", b"http:///", b"http://?", b"http://u@a/", b"http://a:x/", b"http://[::1]:8080/"),
    *(b"http://example.com", b"h+-.1://a", b"1http://a", b"+http://a", b"ht_tp://a", b"://a"),
    *(b"http:/a", b"http:a", b"a:80", b"a:", b":80", b"a", b"[::1]:443", b"a:65536", b"a:000080"),
    *(b"**", b"/*", b"http://a:/", b"http://a/://b", b"/\r", b"/\n", b"\r", b"\n", b"\x00"),
    *(b'/"<>\\^`{|}~', b"http://a\\/", b"http://a,b/", b"ws://a/", b"https://Example.com:80/x"),
]
# Near the patterns of `policies`.
PATHS = [
    *(b"/", b"/chat", b"/chat/", b"/chat?a=/rooms/", b"/Chat", b"/chats", b"/chat/a", b"/rooms"),
    *(
        b"/rooms/",
        b"/rooms/vip",
        b"/rooms/vip?",
        b"/rooms/a/b",
        b"//rooms/",
        b"/*",
        b"/cha%74",
        b"*",
    ),
]
TARGET_SCHEMES = [b"http", b"HTTPS", b"ws", b"wss", b"foo", b"https", b"Ws", b"FOO"]
VERSIONS = [
    *(b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.", b"HTTP/1"),
    *(b"HTTP/11", b"HTTP/1.10", b"HTTP/a.1", b"http/1.1", b"HTTP1.1", b"", b" HTTP/1.1", b"\r"),
    *(b"HTTP/1.1 ", b"HTTP/1,1", b"HTTP/9.9", b"HTTPS/1.1", b"HTTP/1.1\t", b"HTTP/1.\n"),
]
SOUND_UPGRADES = 23
UPGRADES = [
    *(b"websocket", b"WebSocket", b"websocket/13", b"h2c", b"H2C", b"h2c/1", b"tcp", b"TCP"),
    *(b"tcp/1", b"spdy/3.1", b"SPDY/3.10", b"SPDY", b"TLS/1.0", b"tls/1.2", b"TLS/1.3", b"TLS"),
    *(b"TLS/1.10", b"TLS/1.a", b"TLS/2.0", b"connect-udp", b"foo", b"foo/bar", b"TLS/1."),
    *(b"a/b/c", b"/", b"/a", b"a b", b"@", b'"websocket"', b"websocket;q=1", b"", b"a /b", b"\x80"),
    *(b"websocket/", b"TLS/"),
]
OPTIONS = [
    *(b"Upgrade", b"upgrade", b"UPGRADE", b"keep-alive", b"close", b"HTTP2-Settings"),
    *(b"http2-settings", b"", b"upgrad", b"upgradex", b"@", b"a b", b"a=b", b'"upgrade"', b"\xff"),
]
EXPECTS = [b"100-continue", b"100-Continue", b"100-continu", b"", b"100-continue;a", b'"', b"x"]
LENGTHS = [
    *(b"0", b"1", b"5", b"00", b"05", b"", b"+5", b"-1", b"5,5", b"0x5", b"5 5", b"5.0", b"\xb2"),
    *(b"9223372036854775807", b"9223372036854775808", b"0000000000000000005"),
    *(b"00000000000000000005", b"9999999999999999999", b"18446744073709551617", b"65536", b"65537"),
]
CODINGS = [
    *(b"chunked", b"Chunked", b"chunked,", b",chunked", b"gzip, chunked", b"", b"x", b"chunke"),
    *(
        b"gzip",
        b"gzip;a=b, chunked",
        b"gzip;a, chunked",
        b"chunked;a=b",
        b"chunked, gzip",
        b"chunked;",
    ),
    *(
        b'Chunked;q="a,b", chunked',
        b"chunked, chunked",
        b'gzip;a="b,c", chunked',
        b"gzip,, chunked",
    ),
    *(b"gzip ; a = b\t,\tchunked", b'gzip;a="b, chunked', b"\xa0chunked", b"g(z, chunked", b","),
    *(
        b'gzip;a="\\"", chunked',
        b'gzip;a="\\", chunked',
        b"gzip;a=b;, chunked",
        b"gzip;=b, chunked",
    ),
]
KEYS = [
    *(KEY, b"AQIDBAUGBwgJCgsMDQ4PEC==", KEY[:-1], KEY + b"=", KEY[:-3] + b"===", b"", b"A" * 24),
    *(b"A" * 22 + b"==", b"A" * 21 + b"===", b"A" * 23 + b"==", b"-" * 22 + b"=="),
    *(b"+/" * 11 + b"==", b"A" * 22 + b"=", b"A" * 22, b"A" * 22 + b"==" * 2),
    *(b"A" * 21 + b" ==", b"A" * 21 + b"\x80==", b"A" * 22 + b"= =", b"A" * 18 + b"=="),
]
SOUND_SCHEMES = 4
SCHEMES = [
    *(b"http", b"https", b"ws", b"wss", b"HTTPS", b"Http", b"Wss", b"foo", b"chrome-extension"),
    *(b"1http", b"", b"h_"),
]
PORTS = [
    b"",
    b"",
    b":",
    b":80",
    b":443",
    b":8080",
    b":0",
    b":080",
    b":",
    b":65536",
    b":123456",
    b":x",
]
ORIGINS = [
    *(b"null", b"NULL", b"", b"http://", b"http:a", b"http://a http://a", b"http://u@a", b"*"),
    *(
        b"file://",
        b"file:///",
        b"FILE://",
        b"http://a/",
        b"http://A/",
        b"a:80",
        b"Null",
        b"http://a:*",
    ),
    *(b"https://a:08443", b"http://[V1.a:b]", b"chrome-extension://A", b"https://b.example.org:1"),
]
SOUND_SUBPROTOCOLS = 4
SUBPROTOCOLS = [
    *(b"chat", b"chat.v2", b"Chat", b"x", b"", b"a b", b"a/b", b'"chat"', b"\x80", b"@", b"A/b"),
    *(b"SPDY/3.1+x", b"SPDY/3.2+x", b"spdy/3.1+x", b"a/b"),
]
SOUND_EXTENSION_NAMES = 3
EXTENSION_NAMES = [
    *(b"permessage-deflate", b"Permessage-Deflate", b"foo"),
    *(b"", b'"foo"', b"a b", b"permessage-deflate=1", b"foo=", b"\x80", b"a/b"),
]
FLAGS, SOUND_PARAMETERS = 2, 4
PARAMETERS = [
    *(b"server_no_context_takeover", b"client_no_context_takeover", b"server_max_window_bits"),
    *(b"client_max_window_bits", b"Client_max_window_bits", b"foo", b"", b"a b"),
]
SOUND_PARAMETER_VALUES = 9
PARAMETER_VALUES = [
    *(None, None, b"8", b"9", b"10", b"12", b"14", b"15", b'"10"'),
    *(b"16", b"7", b"09", b"", b"1", b"12a", b"010", b"-9", b"+9", b"9.0"),
    *(b'"1\\0"', b'"\\1\\5"', b'""', b'"', b'"\\"', b'"1 0"', b'"a,b"', b'"a;b"', b"1 0"),
    *(b'"\x80"', b"\x80", b'"10', b'10"', b'"10"1', b'"a"b"', b'"\\\\"', b'"\t"', b"=", b"1=0"),
]
OWS = [b"", b"", b" ", b"\t", b" \t "]
SETTING_VALUES = [
    *(b"", SETTINGS, b"AAIAAAAB", b"AAIAAAAC", b"AAR_____", b"AASAAAAA", b"AAUAAEAA", b"AAUAAD__"),
    *(b"AAUA____", b"AAUBAAAA", b"AAMAAAB", b"AAMAAABk=", b"AAMAAABk==", b"AAM", b"A", b"AAMAAAB+"),
    *(b"AAMAAAB/", b"__8AAAAHAAAAAAAJAAgAAAAB", b"AAMA AABk", b"AAMAAABkA", b"AAMAAABkAA", b"\x80"),
    *(b"AAMAAABl" * 64, b"AAMAAABl" * 65),
]
EDIT_BYTES = [bytes([code]) for code in b'\0\t\n\r !"#%,/:;=?@A[\\]a{~\x1f\x7f\x80\xff']
SOUND_NAMES = 2
NAMES = [
    *(b"X", b"x-y", b"", b"X ", b" X", b"\tX", b"X\x00", b"X(", b"X\x80", b"X\r", b"X\n"),
    *(b"\n", b"\r", b"\x16\x03", b"\xff"),
]
VALUES = [b"", b"y", b"\x00", b"\x7f", b"\x1f", b"\x80\xff", b"y\nz", b"y\rz", b"\ty\t", b"y\r\n z"]
WEBSOCKET_VERSIONS = [b"13", b"8", b"013", b"13, 8", b"", b"14", b"1 3", b"13;a", b"\xb93"]
LEADS = [b"\r\n", b"\r", b"\n", b"\r\n\r\n", b" ", b"\x16\x03", b"\x16", b"\r\n\x16\x03"]
PROXY_LEADS = [
    *(b"\r\n\r\n\0\r\nQUIT\n", b"\r\n\r\n\0", b"\r\n\r\0", b"\r\n\rG", b"\r\n\r\nG", b"\r\n\r"),
    *(b"\r\n\r\n", b"\r\n\0"),
]
PROXY_TARGETS = [
    *(b"TCP4", b"UNKNOWN", b"TCP4 192.0.2.1 192.0.2.2 56324 443", b"UNKNOWN\r\n", b"/x\r\n", b"/x"),
    *(b"/x \r\n", b"", b"\r\n", b"TCP6\n", b"http://a", b"TCP4#"),
]
SEPARATORS = [b":", b": \t ", b" : ", b"", b":\r\n "]
LINE_ENDS = [b"\n", b"\r", b"", b"\r\r\n", b"\n\r", b"\r\n\r", b" \r\n"]
TAILS = [b"", b"\x81\x80", b"\r\n", PREFACE, b"GET / HTTP/1.1\r\n", b"\x16\x03\x01"]
# Text that latin-1 has no byte for; the low byte of some is one that matters.
WIDE = ["\u0100", "\u010a", "\u0120", "\u2028", "\U0001f600", "\ud800"]

_KEY = [(b"Sec-WebSocket-Key", KEY), (b"Sec-WebSocket-Version", b"13")]
_WEBSOCKET = [(b"Upgrade", b"websocket"), *_KEY]
_OPTIONS = [
    (b"Sec-WebSocket-Extensions", b"permessage-deflate; client_max_window_bits"),
    (b"Sec-WebSocket-Protocol", b"chat, chat.v2"),
]
_SETTINGS = [(b"HTTP2-Settings", SETTINGS)]
_H2C = [(b"Upgrade", b"h2c"), *_SETTINGS]
_BODY = [(b"Content-Length", b"5")]
_CHUNKED = (b"Transfer-Encoding", b"chunked")
_BOTH = b"Upgrade, HTTP2-Settings"
# (which mutations concern it, method, Connection, other fields) of what clients send.
REQUESTS = [
    (b"websocket", b"GET", b"Upgrade", _WEBSOCKET),
    (b"websocket", b"GET", b"keep-alive, Upgrade", _WEBSOCKET),
    (b"websocket", b"GET", b"Upgrade", [*_WEBSOCKET, *_OPTIONS]),
    (b"websocket", b"GET", b"Upgrade", [*_WEBSOCKET, *_OPTIONS]),
    (b"websocket", b"GET", b"Upgrade", [*_OPTIONS, *_WEBSOCKET]),
    (b"websocket", b"GET", _BOTH, [(b"Upgrade", b"h2c, websocket"), *_KEY, *_SETTINGS]),
    (b"websocket", b"GET", b"Upgrade", [(b"Upgrade", b"TLS/1.3, tcp, h2c, websocket"), *_KEY]),
    (b"h2c", b"GET", _BOTH, _H2C),
    (b"h2c", b"GET", _BOTH, _H2C),
    (b"h2c", b"HEAD", _BOTH, _H2C),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"tcp"), *_BODY]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"tcp"), *_BODY, (b"Expect", b"100-continue")]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"SPDY/3.10"), *_BODY]),
    (b"other", b"GET", b"Upgrade", [(b"Upgrade", b"connect-udp"), (b"Capsule-Protocol", b"?1")]),
    (b"other", b"OPTIONS", b"Upgrade", [(b"Upgrade", b"TLS/1.2")]),
    (b"other", b"POST", b"upgrade", [(b"Upgrade", b"TLS/1.3, foo, tcp"), *_BODY]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"tcp"), _CHUNKED]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"tcp"), _CHUNKED, (b"Expect", b"100-continue")]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"foo/bar, h2c, tcp"), _CHUNKED]),
    (b"other", b"POST", b"Upgrade", [(b"Upgrade", b"h2c")]),
    (b"other", b"GET", b"keep-alive", []),
    (b"other", b"GET", b"keep-alive", _KEY),
    (b"other", b"PROXY", b"keep-alive", []),
]
