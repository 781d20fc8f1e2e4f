"""Marks each test that needs more than this Python, and holds every test to its marks.

In: the collected tests, and `--no-io`. Out: the marks `sockets` (the test opens one, if only that
of its event loop) and `foreign` (it starts a program that is not this Python); with `--no-io` the
tests that have either are left out.
Always: a test that opens a socket or starts a program without the mark fails, with `--no-io` or
without it.
Not here: what a program does that a test starts. A test whose program opens a socket has the mark
by hand.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

MARKS = ("sockets", "foreign")


class Held:
    """The test that runs now, and what it may not do."""

    def __init__(self) -> None:
        self.item: pytest.Item | None = None

    def require(self, mark: str, deed: str) -> None:
        """Fail the test if it has no such mark."""
        if self.item is not None and self.item.get_closest_marker(mark) is None:
            pytest.fail(f"{deed} needs pytest.mark.{mark}")

    def sockets(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return what makes sockets and asks for the mark."""

        def checked(*args: Any, **options: Any) -> Any:  # noqa: ANN401
            self.require("sockets", "a socket")
            return make(*args, **options)

        return checked

    def programs(self, initialize: Callable[..., None]) -> Callable[..., None]:
        """Return the initializer of a process that asks for the mark."""

        def checked(
            process: subprocess.Popen[bytes],
            args: Any,  # noqa: ANN401
            *rest: Any,  # noqa: ANN401
            **options: Any,  # noqa: ANN401
        ) -> None:
            program = args if isinstance(args, str) else str(args[0])
            if program != sys.executable:
                self.require("foreign", program)
            initialize(process, args, *rest, **options)

        return checked


HELD = Held()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--no-io`."""
    parser.addoption(
        "--no-io",
        action="store_true",
        help="leave out what opens a socket or starts a program that is not this Python",
    )


def pytest_configure() -> None:
    """Hold tests to their marks from now on."""
    socket.socket.__init__ = HELD.sockets(socket.socket.__init__)  # type: ignore[method-assign]
    socket.socketpair = HELD.sockets(socket.socketpair)
    subprocess.Popen.__init__ = HELD.programs(  # type: ignore[method-assign]
        subprocess.Popen.__init__
    )


def needs(item: pytest.Item) -> set[str]:
    """Return the marks that show in what a test takes: a demo, an event loop or a tool."""
    names = {*getattr(item, "fixturenames", ())}
    parameters = getattr(item, "callspec", None)
    if parameters is not None:
        names |= set(parameters.params)
    found = {"demo": "sockets", "loop": "sockets", "require_tool": "foreign"}
    return {found[name] for name in names & set(found)}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests, and with `--no-io` leave out those that are marked."""
    for item in items:
        for mark in needs(item):
            item.add_marker(mark)
    if config.getoption("--no-io"):
        marked = [item for item in items if any(map(item.get_closest_marker, MARKS))]
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in set(marked)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hold the test, its fixtures too, to its marks."""
    HELD.item = item
    try:
        return (yield)
    finally:
        HELD.item = None
