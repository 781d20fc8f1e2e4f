"""The command `python -m upgrade101 explain`.

In: arguments and standard input. Out: exit statuses, standard output and standard error.
Not here: what is found out, and how it is laid out as text.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from explained import head

import upgrade101
from upgrade101.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

COLOUR = "\x1b["


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command on an input: exit status, output, errors."""

    def call(data: bytes | str, *arguments: str) -> tuple[int, str, str]:
        text = data.encode() if isinstance(data, str) else data
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        try:
            status = main(["explain", *arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.mark.parametrize(
    ("data", "arguments", "status"),
    [
        (head(), (), 0),
        (head(but={"Upgrade": "x"}), (), 10),
        (head("Origin: null"), (), 11),
        (head()[:-2], ("--as", "raw"), 12),
        (
            head("Content-Length: 1", "Expect: 100-continue", but={"Upgrade": "x"}),
            ("--offer", "x,body"),
            12,
        ),
        (b"", (), 13),
        (b"hello", (), 13),
        (b"HTTP/1.1 200 OK\r\n\r\n", (), 13),
        (b"missing Upgrade header", (), 14),
        (b"hello", ("--as", "har"), 2),
    ],
)
def test_exit_status_is_what_was_found(
    data: bytes, arguments: tuple[str, ...], status: int, run: Run
) -> None:
    for more in ((), ("--json",), ("-v",)):
        assert run(data, *arguments, *more)[0] == status


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--as", "xml"), "xml"),
        (("--offer", ""), "''"),
        (("--offer", "websocket,path=/a"), "'path' is no part of 'websocket'"),
        (("--offer", "websocket,paths"), "'paths' takes a value"),
        (("--offer", "websocket,deflate=1"), "'deflate' takes no value"),
        (("--offer", "websocket,deflate,deflate"), "stands twice"),
        (("--offer", "websocket,paths=a"), "paths"),
        (("--offer", "websocket,subprotocol_required"), "subprotocol"),
        (("--offer", "a b"), "name"),
        (("--offer", "TLS/1.2"), "TLS"),
        (("--offer", "websocket", "--offer", "websocket"), "offer"),
        (("--hosts", "a b"), "host"),
        (("--limits", "head=1"), "head"),
        (("--limits", "tail=1"), "'tail=1' is no limit"),
        (("--limits", "head=" + "9" * 5000), "head"),
        (("--entry", "x"), "--entry"),
        (("/no/such/file",), "/no/such/file"),
        (("/",), "directory"),
        (("a\0b",), "null"),
    ],
)
def test_wrong_option_or_file_is_exit_2_and_says_which(
    arguments: tuple[str, ...], word: str, run: Run
) -> None:
    status, out, err = run(head(), *arguments)
    assert (status, out) == (2, "")
    assert word in err.rstrip("\n").rpartition("\n")[2]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("spec", "data"),
    [
        ("websocket,paths=/a+/chat,subprotocols=a+b,origins=any", head("Origin: null")),
        ("websocket,origins=same-origin+null", head("Origin: null")),
        ("WebSocket,origins=same-host,deflate", head("Origin: http://example.com:1")),
        ("h2c,prior_knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("tls,paths=/chat", head(but={"Upgrade": "TLS/1.2"})),
        ("a/1,methods=GET+POST,body", head(but={"Upgrade": "a/1"})),
    ],
)
def test_spec_of_an_offer_is_the_offer(spec: str, data: bytes, run: Run) -> None:
    assert run(data, "--offer", spec)[0] == 0


def test_options_of_the_server_are_heeded(run: Run) -> None:
    assert run(head(), "--hosts", "example.com, b")[0] == 0
    assert run(head(), "--hosts", "b")[0] == 11
    assert run(head(), "--limits", "head=256,fields=4")[0] == 11
    assert run(head("Origin: https://example.com"), "--secure")[0] == 0
    offers = ("--offer", "h2c", "--offer", "websocket")
    assert json.loads(run(head(), *offers, "--json")[1])["offers"] == ["h2c", "websocket"]
    assert json.loads(run(head(), *offers, "--secure", "--json")[1])["offers"] == ["websocket"]


def test_file_is_read_as_standard_input_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "head"
    file.write_bytes(head("Origin: null"))
    assert run(b"", str(file)) == run(head("Origin: null")) == run(head("Origin: null"), "-")


def test_verbose_shows_the_response(run: Run) -> None:
    assert "HTTP/1.1 403 Forbidden" in run(head("Origin: null"), "-v")[1]
    assert "HTTP/1.1 403 Forbidden" not in run(head("Origin: null"))[1]


def test_json_is_one_object_of_ascii(run: Run) -> None:
    out = run(head("Origin: http://\xe9"), "--json")[1]
    assert out.isascii()
    found = json.loads(out)
    assert (found["version"], found["action"], found["status"]) == (1, "REJECT", 403)
    assert found["response"].startswith("HTTP/1.1 403 Forbidden\r\n")


class Terminal(io.StringIO):
    """A standard output that is a terminal."""

    def isatty(self) -> bool:
        """Tell that it is one."""
        return True


@pytest.mark.parametrize(
    ("terminal", "no_color", "arguments", "coloured"),
    [
        (True, None, (), True),
        (True, "", (), True),
        (True, "1", (), False),
        (False, None, (), False),
        (False, None, ("--color", "always"), True),
        (True, "1", ("--color", "always"), True),
        (True, None, ("--color", "never"), False),
        (True, None, ("--json", "--color", "always"), False),
    ],
)
def test_colour_is_for_terminals_unless_said_otherwise(  # noqa: PLR0917
    terminal: bool,  # noqa: FBT001
    no_color: str | None,
    arguments: tuple[str, ...],
    coloured: bool,  # noqa: FBT001
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    if not terminal:
        assert (COLOUR in run(head(), *arguments)[1]) is coloured
        return
    output = Terminal()
    # Undone at once: at the end of the test what it replaces is closed.
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        run(head(), *arguments)
    assert (COLOUR in output.getvalue()) is coloured


BAD = {
    "binary": os.urandom(10 * 1024 * 1024),
    "zeros": bytes(10 * 1024 * 1024),
    "text": b"error: failed\n" * 700_000,
    "broken UTF-8": b"curl \xff\xfe http://a/",
    "lone surrogate": b"curl 'http://a/\xed\xa0\x80'",
    "HAR of 100 MB": b'{"log": {"entries": [' + b" " * 100_000_000,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_takes_little_and_shows_no_traceback(name: str) -> None:
    # Not `ru_maxrss`, which has the peak of the process that it was forked from.
    code = (
        "import sys; from upgrade101.__main__ import main; status = main(['explain']);"
        "peak = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0];"
        "print(peak, file=sys.stderr); sys.exit(status)"
    )
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], input=BAD[name], capture_output=True, check=False
    )
    taken = time.monotonic() - begin
    assert b"Traceback" not in done.stderr
    assert done.returncode in {2, 10, 11, 12, 13, 14}
    if name.startswith("HAR"):
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 2
    assert int(done.stderr.split()[-1]) < 400_000  # KiB
    assert taken < 15


def processor_time(*arguments: str) -> float:
    """Return the least time of the processor, in seconds, of three runs of Python."""
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments],
            input=head("Origin: null"),
            capture_output=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def test_command_takes_a_few_times_what_its_imports_take() -> None:
    """Half a second, if Python and what every program imports take a sixteenth of one."""
    bare = processor_time("-c", "import argparse, json, upgrade101")
    assert processor_time("-m", "upgrade101", "explain") < 8 * bare


def test_output_that_nobody_reads_on_ends_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "upgrade101", "explain", "-v"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(head())
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_import_of_the_package_loads_nothing_of_it() -> None:
    code = (
        "import upgrade101, sys; upgrade101.serve;"
        "print([name for name in sys.modules if name.startswith('upgrade101.explain')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_one_line_that_ends_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"upgrade101 {upgrade101.__version__}\n"
