"""The page of the demo in a browser: what it shows, links, marks and lets one do.

In: the demo as a process, and Chromium without a window. Out: what the page shows.
Always: axe, the checker of accessibility, is run over all that a test has made the page show.
Not here: what the demo answers (`test_demo`).
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import heads
import pytest
from demo_process import Demo, started
from webdriver import browsing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client_programs import RequireTool
    from webdriver import Browser

pytestmark = [pytest.mark.sockets, pytest.mark.foreign]

AXE = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """
const done = arguments[0];
axe.run().then((found) => done(found.violations.map(({ id, nodes }) =>
  `${id}: ${nodes.map(({ html }) => html).join(" ")}`)));
"""


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Return a demo that the tests of this module share."""
    with started() as running:
        yield running


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Return a scheme of colours."""
    value: str = request.param
    return value


@pytest.fixture(scope="module")
def window(
    scheme: str, require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Return a browser that prefers a scheme, and that the tests of this module share."""
    with browsing(
        require_tool("chromedriver", "chromium-driver"),
        require_tool("chromium", "chromium"),
        tmp_path_factory.mktemp("profile"),
        f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}",
    ) as browser:
        yield browser


@pytest.fixture
def page(window: Browser, demo: Demo) -> Iterator[Browser]:
    """Return the page, opened anew; at the end axe finds nothing in it."""
    window.open(demo.url)
    window.shows("#own-verdict b", "SWITCH")
    window.shows("#cases button strong", "No key")
    yield window
    window.run(AXE)
    assert window.ask("POST", "/execute/async", script=RUN_AXE, args=[]) == []


def fill(page: Browser, text: str) -> None:
    """Decide on a request that is pasted."""
    page.run("document.getElementById('request').value = arguments[0]", text)
    page.click("#decide button")


def test_page_has_the_scheme_that_is_preferred(page: Browser, scheme: str) -> None:
    query = "return matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches"
    assert page.run(query, scheme) is True


def test_page_links_each_field_with_what_it_led_to(page: Browser) -> None:
    links = page.run(
        "return [...document.querySelectorAll('#own-request a')].map((link) =>"
        " [link.textContent, document.querySelector(link.getAttribute('href')).textContent])"
    )
    assert sorted(links) == [
        ["Connection", "Connection"],
        ["Sec-WebSocket-Extensions", "Sec-WebSocket-Extensions"],
        ["Sec-WebSocket-Key", "Sec-WebSocket-Accept"],
        ["Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol"],
        ["Upgrade", "Upgrade"],
    ]
    assert "Sec-WebSocket-Key \u2192 Sec-WebSocket-Accept: the SHA-1" in page.text(".led li")
    marked = "return document.querySelectorAll('#own-response .hit').length"
    assert page.run(marked) == 0
    page.run("document.querySelector('#own-request a').focus()")
    assert page.run(marked) == 1


def test_page_says_what_was_refused_of_its_own_handshake(page: Browser) -> None:
    page.click("[value=secret]")
    page.shows("#own-verdict", "REJECT")
    assert "REFUSED" in page.text("#own-verdict code")
    assert "Sec-WebSocket-Protocol: secret" in page.text("#own-request")
    assert page.text("#own-response").startswith("HTTP/1.1 403 Forbidden")
    assert page.run("return document.getElementById('send').disabled") is True

    page.click("[value=chat]")
    page.shows("#own-verdict b", "SWITCH")


def test_page_says_so_if_the_server_knows_nothing_of_its_handshake(page: Browser) -> None:
    page.run("explain('0'.repeat(32))")
    page.shows("#own-verdict", "the server has no record of it")


def test_page_marks_the_very_byte(page: Browser) -> None:
    page.run("[...document.querySelectorAll('#cases button')].at(-2).click()")
    page.shows("#refusal code", "BAD_FIELD_NAME")
    byte = page.run(
        "const mark = document.querySelector('#refusal mark.byte');"
        "return [mark.previousSibling.textContent, mark.textContent, mark.nextSibling.textContent]"
    )
    assert byte == ["Upgrade", " ", ": websocket"]
    assert "shows the defect" in page.text("#refusal .detail")


def test_page_marks_what_was_edited_if_no_byte_shows_the_defect(page: Browser) -> None:
    page.click("#cases button")
    page.shows("#refusal code", "WS_KEY_MISSING")
    assert page.text("#refusal mark") == "(left out)\n"
    assert page.text("#refusal mark.byte") == ""


def test_page_says_which_field_a_refusal_is_about(page: Browser) -> None:
    page.run("[...document.querySelectorAll('#cases button')][3].click()")
    page.shows("#refusal code", "WS_ORIGIN_FORBIDDEN")
    assert "Origin \u2192 WS_ORIGIN_FORBIDDEN" in page.text("#refusal .led")
    # What the answer says of the connection does not come of what the request says of it.
    assert page.text("#refusal pre a") == ""
    page.run("[...document.querySelectorAll('#cases button')][2].click()")
    page.shows("#refusal code", "WS_VERSION_UNSUPPORTED")
    assert "Sec-WebSocket-Version \u2192 Sec-WebSocket-Version" in page.text("#refusal .led")


def test_page_decides_on_a_request_that_is_pasted(page: Browser) -> None:
    page.click("#decide button")
    page.shows("#answer b", "SWITCH")
    assert f"Sec-WebSocket-Accept: {heads.ACCEPT}" in page.text("#answer pre")

    fill(page, "POST / HTTP/1.1\nHost: localhost\nUpgrade: h2c\nContent-Length: 1\n\nx")
    page.shows("#answer", "Goes on to HTTP/1.1")

    fill(page, "> GET / HTTP/1.1\n> Host: localhost\n> \n")
    page.shows("#answer code", "NO_UPGRADE")
    page.shows("#checks", "[ordinary-request]")

    fill(page, "GET / HTTP/1.1")
    page.shows("#answer", "More bytes are needed")


@pytest.mark.parametrize(
    ("text", "reason", "byte"),
    [
        ("GET / HTTP/1.1\nHost: a\\n\nX: y\n\n", "BARE_LF", "\\n\n"),
        ("GET / HTTP/1.1\\r\\n\nA : y\\r\\n\n\n", "BAD_FIELD_NAME", " "),
        ("GET / HTTP/1.1\nA: \\x00\n\n", "BAD_FIELD_VALUE", "\\x00"),
        ("GET / HTTP/1.1\nA: b\\\\r\\r\nB: c\n\n", "BARE_CR", "B"),
        ("G\u20acT / HTTP/1.1\n\n", "BAD_METHOD", "\\xe2"),
    ],
)
def test_page_takes_bytes_that_are_written_out(
    page: Browser, text: str, reason: str, byte: str
) -> None:
    fill(page, text)
    page.shows("#answer code", reason)
    script = "return document.querySelector('#answer mark.byte').textContent"
    assert page.run(script) == byte


def test_page_shows_markup_that_was_sent_as_text(page: Browser) -> None:
    markup = "<img src=x onerror=document.title='run'>"
    fill(page, f"GET / HTTP/1.1\nHost: localhost\nOrigin: {markup}\n\n")
    page.shows("#answer pre", markup)
    assert page.run("return document.title") == "upgrade101 demo"
