"""What to change: the lines to write, for the causes that share them.

In: nothing. Out: texts. Always: each line is one that the named program reads. Not here: when a
remedy applies.
"""

MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }"

PASS_UPGRADE_ON = f"""\
nginx, in the location (and in http {{}}: {MAP}):
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
Apache 2.4.47 or later: ProxyPass "/" "http://127.0.0.1:8101/" upgrade=websocket
HAProxy and Caddy pass upgrades on by themselves (HAProxy: mode http, timeout tunnel 1h).
A load balancer that knows no upgrades: a TCP listener, or another kind of balancer."""

SPEAK_1_1 = f"""\
nginx, in the location:
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
and in http {{}}: {MAP}"""

CONNECTION_LINE = f"""\
nginx, in the location:
    proxy_set_header Connection $connection_upgrade;
and in http {{}}: {MAP}"""

MAPPED_CONNECTION = f"""\
If it is to be an ordinary request, serve it as HTTP; nginx, so that only upgrades ask for one:
    {MAP}
    proxy_set_header Connection $connection_upgrade;"""

UPGRADE_VARIABLE = f"""\
nginx, in the location:
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
and in http {{}}: {MAP}"""

KEEP_HOST = """\
nginx: proxy_set_header Host $http_host;
Apache: ProxyPreserveHost On
HAProxy and Caddy keep Host by themselves."""

END_TLS = """\
Client: ws:// (http://) for a port without TLS.
Or end TLS in this server (ssl=), or in the proxy before it:
    nginx: listen 443 ssl; proxy_pass http://127.0.0.1:8101;
    HAProxy: bind :443 ssl crt site.pem
    balancer: a listener of TLS or HTTPS in the place of one of TCP"""

SPEAK_HTTP_1 = """\
Client: HTTP/1.1 (curl --http1.1); proxy: HTTP/1.1 to this server
    (HAProxy: no proto h2 on the server line; Envoy: no http2_protocol_options for the cluster;
    Caddy: no h2c:// upstream, no versions h2c; balancer: protocol version HTTP1).
Or let the server speak it: H2C(prior_knowledge=True)."""

NO_PROXY_PROTOCOL = """\
Switch it off in the balancer (HAProxy: no send-proxy on the server line; nginx stream:
proxy_protocol off; AWS NLB: target group, proxy protocol v2 off), or take it off before the head
is read."""

HEAD_OF_LOG = """\
To see the head that arrives: tcpdump -i any -A 'tcp port 8101' (without TLS);
nginx: log_format with $request "$http_upgrade" "$http_connection" "$http_host" "$http_origin";
uvicorn --log-level trace; websockets: logging.getLogger("websockets").setLevel(logging.DEBUG).
Then: python -m upgrade101 explain"""
