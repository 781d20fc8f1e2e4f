# ruff: noqa: INP001 -- a script, no module of a package
"""Builds the site of the documentation.

In: `docs/*.md`, and what they link to. Out: a folder of HTML, or complaints and the exit status 1.

Always: the Markdown is what GitHub shows. It is copied with its links changed, for what is outside
`docs/` moves below `tree/`. The list of `docs/index.md` is the navigation. A warning of Sphinx's is
an error, and so is a link or an anchor that leads nowhere, and whatever a browser would load from
another host. Not here: how the pages look (`conf.py`).
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent
DOCS = "docs"
FIRST = f"{DOCS}/index.md"

# A fenced block, a code span, or a link; of the first two a link is no part.
PIECE = re.compile(
    r"^(?P<fence>`{3,})[^\n]*\n.*?^(?P=fence)`*$"
    r"|(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|\]\((?P<target>[^()\s]+)\)",
    re.DOTALL | re.MULTILINE,
)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1`*$", re.DOTALL | re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)">')
GROUP = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
ENTRY = re.compile(r"^- .*?\]\(([\w-]+)\.md\)", re.MULTILINE)


def find_links(text: str) -> list[str]:
    """Return the targets of a page's links."""
    return [match["target"] for match in PIECE.finditer(text) if match["target"]]


def is_relative(target: str) -> bool:
    """Return whether a link leads to a file of this tree."""
    return not urlsplit(target).scheme


def find_anchors(text: str) -> set[str]:
    """Return the anchors of a page, as GitHub makes them of its headings."""
    anchors = set(ANCHOR.findall(text))
    for title in HEADING.findall(FENCE.sub("", text)):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
        slug = base = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        number = 0
        while slug in anchors:
            number += 1
            slug = f"{base}-{number}"
        anchors.add(slug)
    return anchors


def resolve(page: str, target: str) -> tuple[str, str]:
    """Return the path in the tree that a page's relative link leads to, and its anchor."""
    path, _, anchor = target.partition("#")
    return (posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page), (
        anchor
    )


def staged(path: str) -> str:
    """Return where a file of the tree is in the site's source."""
    inside = path.removeprefix(f"{DOCS}/")
    return inside if inside != path and path.endswith(".md") else f"tree/{path}"


def stage_page(page: str, text: str) -> str:
    """Return a page's text with links to where things are in the site's source."""

    def change(match: re.Match[str]) -> str:
        target = match["target"]
        if not target or not is_relative(target):
            return match[0]
        path, anchor = resolve(page, target)
        moved = posixpath.relpath(staged(path), posixpath.dirname(staged(page)))
        return f"]({moved}#{anchor})" if anchor else f"]({moved})"

    return PIECE.sub(change, text)


def navigation(index: str) -> str:
    """Return the directives that make the list of the first page the navigation."""
    parts = []
    for title, body in GROUP.findall(index):
        entries = "\n".join(ENTRY.findall(body))
        if entries:
            parts.append(f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n")
    return "\n".join(parts)


def stage(source: Path) -> None:
    """Write the site's source: the pages, and what they link to, from link to link."""
    waiting = sorted(f"{DOCS}/{path.name}" for path in (ROOT / DOCS).glob("*.md"))
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        place = source / staged(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not path.endswith(".md"):
            shutil.copy(ROOT / path, place)
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        for target in filter(is_relative, find_links(text)):
            found, _ = resolve(path, target)
            if not (ROOT / found).is_file():
                raise FileNotFoundError(f"{path}: {target} leads to no file")
            if found not in seen:
                seen.add(found)
                waiting.append(found)
        staged_text = stage_page(path, text)
        if path == FIRST:
            staged_text += "\n" + navigation(text)
        elif not path.startswith(f"{DOCS}/"):
            staged_text = "---\norphan: true\n---\n\n" + staged_text
        place.write_text(staged_text, encoding="utf-8")


class Page(HTMLParser):
    """What a page of HTML links to, loads, and may be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's attributes."""
        named = {name: value for name, value in attrs if value}
        self.anchors |= {named[name] for name in ("id", "name") if name in named}
        if "href" in named and (tag == "a" or named.get("rel") in {"next", "prev", "index"}):
            self.links.append(named["href"])
        elif "href" in named and named.get("rel") != "canonical":
            self.loads.append(named["href"])
        if "src" in named:
            self.loads.append(named["src"])


def find_faults(site: Path) -> list[str]:
    """Return a line for each link that leads nowhere, and for each thing from another host."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    pages = {path: Page(text) for path, text in texts.items()}
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site)
        foreign = [url for url in page.loads if urlsplit(url).netloc]
        faults += [f"{name}: {url} would be loaded from another host" for url in foreign]
        for url in {*page.links, *page.loads}:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not found.is_file() or site.resolve() not in found.resolve().parents:
                faults.append(f"{name}: {url} leads to no page")
            elif anchor and found in pages and anchor not in pages[found].anchors:
                faults.append(f"{name}: {url} leads to no anchor")
    for path in sorted(site.rglob("*.css")):
        urls = re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text())
        faults += [
            f"{path.relative_to(site)}: {url} would be loaded from another host" for url in urls
        ]
    return faults


def main(arguments: list[str]) -> int:
    """Build the site; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: build_site.py FOLDER\n")
        return 2
    site = Path(arguments[0]).resolve()
    source = site.with_name(f"{site.name}-source")
    for folder in (site, source):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        stage(source)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--nitpicky"]
    command += ["--conf-dir", str(ROOT / DOCS), "-d", f"{source}-read", str(source), str(site)]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - this Python
        return 1
    faults = find_faults(site)
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
