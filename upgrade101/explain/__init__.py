"""Explains one request: what was checked, what failed, why, and what to change.

In: a request as a person has it: a head, a cURL command, a HAR file, bytes, a line of a log. Out:
an `Explanation`, as text or JSON. Always: nothing is sent anywhere, no secret is shown unless asked
for, and the verdict is `Negotiator.decide`'s. `import upgrade101` loads none of this.

Not here: the decision, which the core makes.
"""

from upgrade101.explain.forms import CannotReadError
from upgrade101.explain.jsontext import to_json
from upgrade101.explain.report import Explanation, explain
from upgrade101.explain.text import to_text
from upgrade101.explain.verdict import Server

__all__ = ["CannotReadError", "Explanation", "Server", "explain", "to_json", "to_text"]
