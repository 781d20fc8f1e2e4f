"""The command line: `python -m upgrade101 serve` and `python -m upgrade101 explain`.

In: the arguments of the command. Out: an exit status, of `serve` 0 after Ctrl-C or SIGTERM, 1 if
the demo cannot be served, 2 for a wrong argument; of `explain` what it has found. Always: what
keeps a command from its work is one line on stderr, never a traceback. It does none of the work
itself: `upgrade101.demo.server` and `upgrade101.explain` do, imported only when asked for.
"""

import argparse
import re
import sys
from collections.abc import Sequence

from upgrade101._version import __version__

_PROGRAM = "python -m upgrade101"
_LAST_PORT = 65535
_DEMO_PACKAGES = frozenset({"aiohttp", "h2", "websockets"})
_HELP = {
    "serve": """\
serve the demo: HTTP/1.1, WebSocket (echo and chat), HTTP/2 without TLS (h2c) and a line
echo (Upgrade: echo/1) on one port. Open the printed address in a browser; Ctrl-C ends it.""",
    "explain": """\
explain a request: a head, a cURL command, a HAR file, bytes or a line of a log. What was checked,
what failed, why, and what to change. Nothing is sent.""",
    "lines": """\
Each decision is printed as one line:

  time client "request line" action reason protocol microseconds

The request line is escaped and cut at 120 characters. The microseconds are those of one more
decision on the same head, made and timed when the line is printed: what the C core takes,
without reading from the socket, the handler or the printing. "-" stands for what there is not:
the request line and the time where no head was completed, the protocol where nothing switched.""",
    "host": """\
the address or name to listen on (default: %(default)s). Against DNS rebinding, requests are
answered only where their Host is localhost, 127.0.0.1, [::1] or this name; others get 421.
With 0.0.0.0 or :: the demo listens on every interface and answers to those three names only:
to be reached by another name or address, give that one.""",
    "port": "the port to listen on (default: %(default)s); 0 takes a free one",
}


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 0 to {_LAST_PORT}")
    return int(text)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROGRAM)
    parser.add_argument("--version", action="version", version=f"upgrade101 {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help=_HELP["serve"],
        description=_HELP["serve"],
        epilog=_HELP["lines"],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("--host", default="127.0.0.1", help=_HELP["host"])
    serve.add_argument("--port", default=8101, type=_port, help=_HELP["port"])
    serve.set_defaults(run=_serve)
    explain = commands.add_parser("explain", help="explain a request", description=_HELP["explain"])
    if "explain" in arguments[:1]:
        # Here and not above: the demo has no use for it.
        from upgrade101.explain import command  # noqa: PLC0415

        command.add_arguments(explain)
        explain.set_defaults(run=command.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (default: those of the process); return the exit status.

    Raises SystemExit for wrong arguments and for --help, as argparse does.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser(arguments).parse_args(arguments)
    try:
        status: int = options.run(options)
    except KeyboardInterrupt:
        # Before the event loop watches for the signal, or after.
        return 0
    return status


def _serve(options: argparse.Namespace) -> int:
    try:
        # Here and not above: --help must work without the packages of the demo, and Ctrl-C
        # while they are loaded must end without a traceback too.
        from upgrade101.demo import server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _DEMO_PACKAGES:
            raise
        return _fail(f"the demo needs {package}; pip install upgrade101[demo]")
    try:
        server.run(options.host, options.port)
    except server.CannotServeError as error:
        return _fail(str(error))
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(f"upgrade101: {sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
