"""A browser without a window, driven by the WebDriver protocol [W3C WebDriver 2].

In: the paths of chromedriver and of a browser. Out: a page's elements, what they show and do.
Always: driver and browser have ended when this ends. It knows the few commands that the tests
need, and it waits for nothing by itself.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE = 60
"""Seconds for the browser to start, and for what a page is to show."""
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name that the protocol gives to the identifier of an element."""
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


class Browser:
    """One window; selectors are CSS."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, method: str, command: str, **arguments: object) -> Any:  # noqa: ANN401 - any JSON
        """Send one command of the protocol; return the value of its answer."""
        request = urllib.request.Request(  # noqa: S310 - http, to the driver
            self._url + command,
            data=json.dumps(arguments).encode() if method == "POST" else None,
            method=method,
        )
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:  # noqa: S310 - as above
            return json.load(answer)["value"]

    def open(self, url: str) -> None:
        """Load a page."""
        self.ask("POST", "/url", url=url)

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - any JSON
        """Run a script in the page; return what it returns."""
        return self.ask("POST", "/execute/sync", script=script, args=list(arguments))

    def text(self, selector: str) -> str:
        """Return what all elements together show, empty where there is none."""
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join()"
        value = self.run(script, selector)
        assert isinstance(value, str)
        return value

    def shows(self, selector: str, text: str) -> None:
        """Wait until the elements show a text."""
        end = time.monotonic() + DEADLINE
        while text not in (shown := self.text(selector)):
            assert time.monotonic() < end, f"{selector} shows {shown!r}, not {text!r}"
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """Click on the first element."""
        self.ask("POST", f"/element/{self._find(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        """Type into the first element."""
        self.ask("POST", f"/element/{self._find(selector)}/value", text=text)

    def console(self) -> list[str]:
        """Return what the pages have written into the console since this was asked last."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", type="browser")]

    def _find(self, selector: str) -> str:
        found = self.ask("POST", "/element", using="css selector", value=selector)
        identifier = found[ELEMENT]
        assert isinstance(identifier, str)
        return identifier


@contextmanager
def browsing(driver: str, browser: str, profile: Path, *settings: str) -> Iterator[Browser]:
    """Run the driver and a browser with an empty profile directory and settings of its own."""
    arguments = [*ARGUMENTS, f"--user-data-dir={profile}", *settings]
    options = {"binary": browser, "args": arguments}
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    with subprocess.Popen(
        [driver, "--port=0"], stdout=subprocess.PIPE, bufsize=0, start_new_session=True
    ) as process:
        try:
            url = f"http://127.0.0.1:{_port(process)}/session"
            session = Browser(url).ask("POST", "", capabilities={"alwaysMatch": wanted})
            window = Browser(f"{url}/{session['sessionId']}")
            try:
                yield window
            finally:
                window.ask("DELETE", "")
        finally:
            # The browser is of the driver's group.
            os.killpg(process.pid, signal.SIGKILL)


def _port(process: subprocess.Popen[bytes]) -> int:
    """Wait for the driver to say where it listens."""
    assert process.stdout is not None
    said = b""
    while (match := re.search(rb"started successfully on port (\d+)", said)) is None:
        assert select.select([process.stdout], [], [], DEADLINE)[0], (
            f"the driver only said {said!r}"
        )
        more = process.stdout.read(4096)
        assert more, f"the driver ended and said {said!r}"
        said += more
    return int(match[1])
