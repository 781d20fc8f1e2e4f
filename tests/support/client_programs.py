"""Clients that others wrote, run as programs of the system.

In: a request. Out: what the program was given, on its stdout and stderr.
Always: a program has a deadline and must end with 0; one that is missing is said by
`require_tool`. Not here: what it should be given.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from demo_process import DEADLINE

RequireTool = Callable[[str, str], str]
Java = Callable[..., list[bytes]]
"""From a method, a URL, a body and a number of requests to the last response's body, and the
version and the status of each."""
CLIENTS = Path(__file__).parent / "clients"


def run(*command: str | Path, body: bytes = b"", **environment: str) -> tuple[bytes, bytes]:
    """Run a client to its end; return its stdout and stderr."""
    done = subprocess.run(
        command,
        input=body,
        capture_output=True,
        timeout=3 * DEADLINE,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def curl(require_tool: RequireTool, *arguments: str, body: bytes = b"") -> list[bytes]:
    """Run curl; return the body, the version and the status."""
    program = require_tool("curl", "curl")
    written = "\n%{http_version}\n%{http_code}"
    shown, _ = run(program, "-sS", "-m", str(DEADLINE), "-w", written, *arguments, body=body)
    return shown.rsplit(b"\n", 2)
