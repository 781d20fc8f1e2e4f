"""The demo: one port that speaks HTTP/1.1, WebSocket, HTTP/2 and a protocol of its own.

In: connections to the port. Out: a page that shows what was decided and why, echoes, and one
printed line for each decision. Always: what each connection becomes is decided by
`upgrade101`, and what it speaks then is spoken by a library of that protocol (`websockets`,
`h2`, `aiohttp`), which the extra `demo` installs. It does not serve as a server for real use:
it shows how one is put together.

`server` puts the parts together: `http1`, `http2`, `websocket` and `line_echo` are what a
connection can become, `page` is what is shown, `broken` the handshakes that are refused,
`journal` the printed lines and `sessions` the connections that the end of the server closes.
"""
