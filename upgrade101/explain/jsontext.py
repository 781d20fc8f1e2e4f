"""An explanation as one JSON object, version 1.

In: an explanation. Out: a dictionary of what JSON knows. Always: every key is there; what does not
apply is None or empty; keys are only ever added. Not here: any verdict.
"""

from typing import Any

from upgrade101.explain.report import Explanation

VERSION = 1


def to_json(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as a dictionary of plain values."""
    decision, cause = explanation.decision, explanation.cause
    return {
        "version": VERSION,
        "form": explanation.form,
        "notes": list(explanation.notes),
        "offers": list(explanation.offers),
        "action": None if decision is None else decision.action.name,
        "reason": explanation.reason,
        "status": None if decision is None else decision.status,
        "offset": None if decision is None else decision.offset,
        "checks": [
            {
                "name": check.row.name,
                "state": check.state,
                "value": check.value,
                "rfc": check.rfc,
                "text": check.text,
            }
            for check in explanation.checks
        ],
        "elements": [
            {"element": one.element, "offer": one.offer, "reason": one.reason}
            for one in explanation.elements
        ],
        "further": list(explanation.further),
        "cause": None
        if cause is None
        else {"id": cause.id, "text": cause.text, "facts": list(cause.facts)},
        "remedy": None if cause is None else cause.remedy,
        "response": explanation.response,
    }
