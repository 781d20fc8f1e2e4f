# ruff: noqa: INP001 -- Sphinx reads it, no module of a package
"""How the site looks, and what of the docstrings is shown; `build_site.py` runs Sphinx with it.

In: the package as it is built. Out: names that Sphinx knows.
Always: nothing is loaded from another host. Not here: the pages.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from sphinx.pycode import ModuleAnalyzer

import upgrade101

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKUP = re.compile(r"(`[^`]*`)|\*|(?<=h)(?=ttps?://)")
"""What reStructuredText would take for markup, or code, where it stays."""

project = "upgrade101"
author = "The upgrade101 authors"
version = release = upgrade101.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "index"

myst_heading_anchors = 4
# `default_role`: a name in single backticks is code, as in the docstrings.
default_role = "code"
smartquotes = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# The package has no cross-references into Python's own documentation, which is on another host.
nitpick_ignore_regex = [(r"py:.*", r".*")]
pygments_style = "default"

html_theme = "furo"
html_title = f"upgrade101 {version}"
html_copy_source = False
html_show_sphinx = False


def add_docstrings_of_data(_app: Sphinx) -> None:
    """Show what is written below a name beside the name that the package has it under."""
    shown = ModuleAnalyzer.for_module("upgrade101")
    shown.analyze()
    for name in ("_types", "_upgrade", "_version"):
        module = f"upgrade101.{name}"
        import_module(module)
        analyzer = ModuleAnalyzer.for_module(module)
        for (_, attribute), lines in analyzer.find_attr_docs().items():
            if attribute in upgrade101.__all__:
                shown.attr_docs[("", attribute)] = lines


def write_docstring(_app: Sphinx, kind: str, _name: str, _it: object, *rest: object) -> None:
    """Make reStructuredText of a docstring: `name: text` becomes an entry of a list of terms."""
    lines = rest[-1]
    assert isinstance(lines, list)  # noqa: S101 - as Sphinx says
    written = []
    # What precedes the colon in the first line of an attribute is its type.
    is_term = False
    for number, line in enumerate(lines):
        # A pattern is no emphasis, and an origin no link.
        plain = MARKUP.sub(lambda match: match[1] or f"\\{match[0]}", line)
        term = re.match(r"((?:\w+, )*\w+): (.*)", plain)
        if term and (number or kind not in {"attribute", "property"}):
            if not is_term:
                written.append("")
            is_term = True
            written += [term[1], f"    {term[2]}"]
        else:
            is_term = is_term and bool(line)
            written.append(f"    {plain.strip()}" if is_term else plain)
    lines[:] = written


def setup(app: Sphinx) -> None:
    """Register what is above."""
    app.connect("autodoc-process-docstring", write_docstring)
    app.connect("builder-inited", add_docstrings_of_data)
