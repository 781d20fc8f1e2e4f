"""The options of curl: their names, and which of them take a value.

In: the words of a command. Out: a call for each option that changes the request, and a note for
each that is not known. Always: no value of an option is in a note, for it may be a secret. Not
here: what the options do.
"""

from collections.abc import Callable, Sequence

# Those that change the request and take a value, by their short names.
_SHORT = {
    "H": "header",
    "X": "request",
    "d": "data",
    "F": "form",
    "u": "user",
    "A": "user-agent",
    "e": "referer",
    "b": "cookie",
    "r": "range",
    "T": "upload-file",
}
_SHORT_FLAGS = {"I": "head", "G": "get", "0": "http1.0"}
_WITH_VALUE = frozenset(
    {
        *_SHORT.values(),
        *("data-ascii", "data-binary", "data-raw", "data-urlencode", "form-string", "json"),
        *("oauth2-bearer", "request-target", "url"),
    }
)
_FLAGS = frozenset(
    {*_SHORT_FLAGS.values(), "compressed", "http1.1", "http2", "http2-prior-knowledge"}
)
# Those that change no byte of the request, or none that is looked at.
_SKIPPED_WITH_VALUE = frozenset(
    """abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config
    connect-timeout connect-to continue-at cookie-jar create-file-mode crlfile curves delegation
    dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine
    etag-compare etag-save expect100-timeout ftp-account ftp-port happy-eyeballs-timeout-ms
    haproxy-clientip hostpubmd5 hsts interface ipfs-gateway keepalive-cnt keepalive-time key
    key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt
    max-filesize max-redirs max-time netrc-file noproxy output output-dir parallel-max pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath
    proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type
    proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype
    proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file rate resolve retry
    retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 socks5-gssapi-service
    socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max
    tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket
    url-query variable write-out""".split()  # noqa: SIM905 -- a column for each would fill pages
)
_SKIPPED = frozenset(
    """anyauth append basic ca-native cert-status compressed-ssh create-dirs crlf digest
    disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure fail
    fail-early fail-with-body false-start form-escape ftp-create-dirs ftp-pasv ftp-pret
    ftp-skip-pasv-ip globoff haproxy-protocol help http0.9 http3 http3-only ignore-content-length
    include insecure ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted
    manual metalink negotiate netrc netrc-optional next no-alpn no-buffer no-clobber no-keepalive
    no-npn no-progress-meter no-sessionid ntlm ntlm-wb parallel parallel-immediate path-as-is
    post301 post302 post303 progress-bar proxy-anyauth proxy-basic proxy-digest proxy-http2
    proxy-insecure proxy-negotiate proxy-ntlm proxytunnel raw remote-header-name remote-name
    remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir
    show-error show-headers silent skip-existing socks5-basic socks5-gssapi ssl ssl-allow-beast
    ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output
    suppress-connect-headers tcp-fastopen tcp-nodelay test-event tftp-no-options tlsv1 tlsv1.0
    tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version
    xattr""".split()  # noqa: SIM905 -- as above
)
_SKIPPED_SHORT = frozenset("afgijklLMnNOpqRsSvV#12346BZJ:")
_SKIPPED_SHORT_WITH_VALUE = frozenset("cCDEhKmoPQtUwxyYz")

Take = Callable[[str, str], None]
Note = Callable[[str], None]


def read(words: Sequence[str], take: Take, note: Note) -> None:
    """Call `take` with the name and value of each option that counts, a URL included."""
    rest = list(reversed(words))
    only_urls = False
    while rest:
        word = rest.pop()
        if only_urls or not word.startswith("-") or word == "-":
            take("url", word)
        elif word == "--":
            only_urls = True
        elif word in {"--next", "-:"}:
            note("Only the first request is read: the command has --next.")
            return
        elif word.startswith("--"):
            _read_long(word[2:], rest, take, note)
        else:
            _read_short(word[1:], rest, take, note)


def _read_long(text: str, rest: list[str], take: Take, note: Note) -> None:
    name, equals, value = text.partition("=")
    if name.startswith("expand-"):
        name = name.removeprefix("expand-")
    if name in _WITH_VALUE:
        take(name, value if equals else _pop(rest))
    elif name in _FLAGS:
        take(name, "")
    elif name in _SKIPPED_WITH_VALUE:
        if not equals:
            _pop(rest)
        _note_skipped(name, note)
    elif name not in _SKIPPED and not _is_negated(name):
        note(f"The option --{_plain(name)} is not known, and is skipped.")


def _is_negated(name: str) -> bool:
    return name.startswith("no-") and name[3:] in _SKIPPED | _FLAGS


def _read_short(text: str, rest: list[str], take: Take, note: Note) -> None:
    for index, letter in enumerate(text):
        following = text[index + 1 :]
        if letter in _SHORT:
            take(_SHORT[letter], following or _pop(rest))
            return
        if letter in _SKIPPED_SHORT_WITH_VALUE:
            if not following:
                _pop(rest)
            _note_skipped({"x": "proxy", "K": "config"}.get(letter, ""), note)
            return
        if letter in _SHORT_FLAGS:
            take(_SHORT_FLAGS[letter], "")
        elif letter not in _SKIPPED_SHORT:
            note(f"The option -{_plain(letter)} is not known, and is skipped.")


def _note_skipped(name: str, note: Note) -> None:
    if name in {"proxy", "preproxy", "proxy1.0"}:
        note("The proxy is left out: this is the request that the server itself would get.")
    elif name == "config":
        note("Options that stand in a file are not read.")


def _pop(rest: list[str]) -> str:
    return rest.pop() if rest else ""


def _plain(name: str) -> str:
    """Return the name if it looks like one: it may be a part of a value."""
    return name if len(name) < 25 and name.replace("-", "").isalnum() else "..."  # noqa: PLR2004
