"""docs/first-server.md, followed to its end: a browser talks to the server of the page.

In: the files of the page. Out: an echo in a browser without a window.
Always: the files are as they are printed, but for their ports. Not here: the commands of the page
(`test_docs_blocks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import ROOT, Ports, Shell, write_files
from webdriver import browsing

if TYPE_CHECKING:
    from pathlib import Path

    from client_programs import RequireTool


@pytest.mark.sockets
def test_first_server_echoes_in_a_browser(require_tool: RequireTool, tmp_path: Path) -> None:
    driver = require_tool("chromedriver", "chromium-driver")
    browser = require_tool("chromium", "chromium")
    ports = Ports()
    write_files(ROOT / "docs/first-server.md", tmp_path, ports)
    shell = Shell(tmp_path, ports)
    try:
        shell.run("python server.py &")
        shell.run(ports.replace("python -m http.server 8100 --bind 127.0.0.1 &"))
        with browsing(driver, browser, tmp_path / "profile") as window:
            window.open(ports.replace("http://127.0.0.1:8100/page.html"))
            window.shows("ul", "open")
            window.type("input", "said in a browser\n")
            window.shows("ul", "echo: said in a browser")
    finally:
        shell.close()
