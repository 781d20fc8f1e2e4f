"""The page of the demo.

In: `page.html`, which stands beside this module. Out: its bytes and the fields that go with
them, the same over HTTP/1.1 and HTTP/2. Always: the browser runs the page's own script and
style, named by their digests, and loads nothing from anywhere else. It does not depend on the
request: one page for all.
"""

import base64
import hashlib
from importlib import resources


class Page:
    """The page: `body` (bytes) and `fields` (its header fields, names in lower case)."""

    def __init__(self) -> None:
        self.body = resources.files(__package__).joinpath("page.html").read_bytes()
        policy = (
            "default-src 'none'; img-src data:; connect-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'; "
            f"script-src {_source(self.body, b'script')}; style-src {_source(self.body, b'style')}"
        )
        self.fields = (
            ("content-type", "text/html; charset=utf-8"),
            ("content-length", str(len(self.body))),
            ("cache-control", "no-store"),
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        )


def _source(page: bytes, tag: bytes) -> str:
    """Return the digest of the one element `tag`, as a Content-Security-Policy names it."""
    content = page.partition(b"<%b>" % tag)[2].partition(b"</%b>" % tag)[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"
