#!/usr/bin/env python3
"""Tries `make demo` of a fresh clone as a new user would, with clients of every kind.

In: the path of the clone. Out: one line for each thing that was tried and the lines that the demo
printed; exit status 0 if all of it worked. Always: the demo has ended when this ends, whatever
happened, and nothing waits longer than DEADLINE. It builds nothing but what `make demo` builds.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

DEADLINE = 600  # seconds for all of it, the build and the packages of the demo included
ANSWER_DEADLINE = 20  # seconds for one answer
READY = "upgrade101 demo on "

WEBSOCKET_ECHO = """
import sys
from websockets.sync.client import connect
with connect(sys.argv[1], subprotocols=["echo"]) as connection:
    connection.send("over a WebSocket")
    print(connection.subprotocol, connection.recv())
"""


def run(*command: str) -> str:
    """Return what a client prints; raise CalledProcessError where it fails."""
    path = shutil.which(command[0])
    if path is None:
        raise SystemExit(f"{command[0]} is missing")
    # The commands are those below.
    answer = subprocess.run(  # noqa: S603
        [path, *command[1:]],
        check=True,
        stdout=subprocess.PIPE,
        timeout=ANSWER_DEADLINE,
        text=True,
    )
    return answer.stdout


def expect(what: str, answer: str, *, contains: str) -> None:
    """Say that a thing worked, or end the run."""
    if contains not in answer:
        raise SystemExit(f"{what}: expected {contains!r} in {answer!r}")
    sys.stdout.write(f"ok: {what}\n")


def exchange(address: tuple[str, int], request: str, more: str = "") -> str:
    """Return the first line of the answer, and of the answer to `more` behind its head."""
    with socket.create_connection(address, ANSWER_DEADLINE) as connection:
        reader = connection.makefile("r", encoding="latin-1", newline="\r\n")
        connection.sendall(request.encode())
        lines = [reader.readline().strip()]
        if more:
            while reader.readline().strip():
                pass
            connection.sendall(more.encode())
            lines.append(reader.readline().strip())
    return " ".join(lines)


def try_clients(url: str, python: str) -> None:
    """Ask for the page, for an upgrade of each kind, and for one that is refused."""
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    address = (host, int(port))
    with urllib.request.urlopen(url, timeout=ANSWER_DEADLINE) as response:  # noqa: S310 - http:
        page = response.read().decode()
    expect("the page over HTTP/1.1", page, contains="<html")

    answer = run(python, "-c", WEBSOCKET_ECHO, url.replace("http", "ws", 1))
    expect("WebSocket by websockets", answer, contains="echo over a WebSocket")
    for option in ("--http2", "--http2-prior-knowledge"):
        answer = run("curl", "-sS", option, "-w", "\n%{http_version} %{response_code}", url)
        expect(f"h2c by curl {option}", answer, contains=f"{page}\n2 200")
    expect("h2c by nghttp -u", run("nghttp", "-u", url), contains=page)

    head = f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\n"
    answer = exchange(address, f"{head}Upgrade: echo/1\r\n\r\n", "a line\r\n")
    expect("Upgrade: echo/1", answer, contains="HTTP/1.1 101 Switching Protocols a line")
    answer = exchange(address, f"{head}Upgrade: websocket\r\nSec-WebSocket-Version: 12\r\n\r\n")
    expect("a WebSocket of version 12 is refused", answer, contains="HTTP/1.1 426 ")


def stop_at_deadline(_number: int, _frame: object) -> None:
    """Turn the alarm into an exception, so that the demo is ended on the way out."""
    raise TimeoutError(f"not done after {DEADLINE} seconds")


def main(clone: str) -> None:
    """Start the demo, try it, end it."""
    signal.signal(signal.SIGALRM, stop_at_deadline)
    signal.alarm(DEADLINE)
    command = [shutil.which("make") or "make", "--no-print-directory", "-C", clone, "demo"]
    with subprocess.Popen(  # noqa: S603 - the path is the caller's
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as make:
        lines = make.stdout or ()
        try:
            url = None
            for line in lines:
                sys.stdout.write(line)
                if line.startswith(READY):
                    url = line.removeprefix(READY).split()[0]
                    break
            if url is None:
                raise SystemExit("the demo ended before it listened")
            try_clients(url, f"{clone}/.venv/bin/python")
            # To the demo alone, for make would end by the signal: so its status is the demo's.
            children = Path(f"/proc/{make.pid}/task/{make.pid}/children")
            os.kill(int(children.read_text(encoding="ascii")), signal.SIGINT)
            sys.stdout.writelines(lines)
            if make.wait(ANSWER_DEADLINE) != 0:
                raise SystemExit(f"the demo ended with status {make.returncode} after Ctrl-C")
            sys.stdout.write("ok: Ctrl-C ends it with status 0\n")
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
