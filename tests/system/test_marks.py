"""A test does what its marks say, and nothing else.

In: a socket and a program, in a test that has the mark and in one that has not. Out: the failure of
the second.
"""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


def test_socket_without_the_mark_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"a socket needs pytest\.mark\.sockets"):
        socket.socket()


@pytest.mark.sockets
def test_socket_with_the_mark_is_opened() -> None:
    for end in socket.socketpair():
        end.close()


def test_foreign_program_without_the_mark_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"true needs pytest\.mark\.foreign"):
        subprocess.run(["/bin/true"], check=True)


@pytest.mark.foreign
def test_foreign_program_with_the_mark_is_started() -> None:
    subprocess.run(["/bin/true"], check=True)


def test_this_python_is_no_foreign_program() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


async def test_coroutine_has_the_mark_of_its_loop(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("sockets") is not None


@pytest.mark.usefixtures("require_tool")
def test_user_of_a_tool_has_the_mark_of_programs(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("foreign") is not None
