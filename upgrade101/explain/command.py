"""The command `python -m upgrade101 explain`.

In: its arguments and a file or standard input. Out: text or JSON on standard output, and an exit
status. Always: a wrong option or file is one line on standard error and exit status 2, and no input
ends in a traceback. Not here: what is explained, and how it is written.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from upgrade101.explain import forms
from upgrade101.explain.jsontext import to_json
from upgrade101.explain.offers import DEFAULT, read_hosts, read_limits, read_offer
from upgrade101.explain.report import explain
from upgrade101.explain.text import to_text
from upgrade101.explain.verdict import Server

USAGE_ERROR = 2
_EPILOG = """\
A SPEC is a name and parts: websocket[,paths=/a+/b/*][,subprotocols=a+b][,subprotocol_required]
[,origins=any|same-origin+https://a.example][,origin_required][,deflate], h2c[,paths=...]
[,prior_knowledge], tls[,paths=...], or NAME[/VERSION][,paths=...][,methods=GET+POST][,body].

Exit status: 0 it would switch, 10 served as HTTP, 11 refused, 12 more bytes are needed, 13 not
recognized, 14 a cause was found in a log, 2 a wrong option or file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("file", metavar="FILE", nargs="?", default="-", help="the input; - is standard input")
    add("--as", dest="form", choices=forms.FORMS, help="do not guess the form")
    add(
        "--offer",
        metavar="SPEC",
        action="append",
        help=f"what the server offers, several times in its order (default: {DEFAULT})",
    )
    add("--hosts", metavar="LIST", help="the server's own names, separated by commas")
    add("--limits", metavar="LIST", help="limits, such as head=32768,fields=200")
    add("--secure", action="store_true", help="the transport is TLS")
    add("--entry", metavar="N", type=int, help="which entry of a HAR file, from 0")
    add("--json", action="store_true", help="write one JSON object")
    add("-v", dest="verbose", action="store_true", help="write the bytes of the response too")
    add("--show-secrets", action="store_true", help="hide no cookie, token or query value")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colour the text")


def run(options: argparse.Namespace) -> int:
    """Explain one input; return the exit status."""
    try:
        server = _make_server(options)
        data = _read(options.file)
        explanation = explain(
            data,
            form=options.form,
            server=server,
            secure=options.secure,
            entry=options.entry,
            show_secrets=options.show_secrets,
        )
    except OSError as error:
        return _fail(f"{options.file}: {error.strerror or error}")
    except (TypeError, ValueError, forms.CannotReadError) as error:
        return _fail(str(error))
    if options.json:
        text = json.dumps(to_json(explanation), indent=2) + "\n"
    else:
        colour = _wants_colour(options.color)
        text = to_text(explanation, colour=colour, verbose=options.verbose)
    try:
        sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii"))
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on; the exit status still says what came of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return explanation.exit_status


def _fail(sentence: str) -> int:
    line = " ".join(sentence.split())
    sys.stderr.write(f"upgrade101: {line.encode('ascii', 'backslashreplace').decode('ascii')}\n")
    return USAGE_ERROR


def _make_server(options: argparse.Namespace) -> Server:
    server = Server(
        tuple(read_offer(spec) for spec in options.offer or [DEFAULT]),
        None if options.hosts is None else read_hosts(options.hosts),
        None if options.limits is None else read_limits(options.limits),
    )
    server.make()
    return server


def _read(file: str) -> bytes:
    most = forms.MOST_BYTES + 1
    if file == "-":
        return sys.stdin.buffer.read(most)
    with Path(file).open("rb") as opened:
        return opened.read(most)


def _wants_colour(chosen: str) -> bool:
    if chosen == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return chosen == "always"
