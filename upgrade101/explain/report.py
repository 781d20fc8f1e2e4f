"""An explanation: what the input is, what is decided, why, and what to change.

In: the input and what the server offers. Out: one `Explanation`, which is written as text or JSON
elsewhere. Always: the decision is `Negotiator.decide`'s, and all texts are fit to be shown. Not
here: how an input is read, and what a cause is.
"""

from dataclasses import dataclass, field, replace

from upgrade101 import Action, Decision
from upgrade101.explain import causes, checks, forms, logs, repairs
from upgrade101.explain.checks import Check
from upgrade101.explain.lines import Defect, defect_of
from upgrade101.explain.offers import DEFAULT, read_offer
from upgrade101.explain.rules import Cause
from upgrade101.explain.shown import Shield
from upgrade101.explain.verdict import Element, Server, Verdict, decide, name_of

EXIT_STATUSES = {Action.SWITCH: 0, Action.PASS: 10, Action.REJECT: 11, Action.CONTINUE: 12}
MORE_BYTES, NOT_RECOGNIZED, CAUSE_ONLY = 12, 13, 14


@dataclass(frozen=True)
class Explanation:
    """All that is known of one input."""

    form: str | None
    """A name of forms.FORMS, or None."""
    offers: tuple[str, ...]
    notes: tuple[str, ...] = ()
    size: int = 0
    """Bytes of the request."""
    decision: Decision | None = None
    reason: str | None = None
    """Of the decision, or what the message of a log stands for."""
    has_request: bool = False
    """Whether the input was taken for a request, sound or not."""
    checks: tuple[Check, ...] = ()
    elements: tuple[Element, ...] = ()
    further: tuple[str, ...] = ()
    cause: Cause | None = None
    defect: Defect | None = None
    winner: str | None = None
    """The offer that decided."""
    response: str | None = None
    verdict: Verdict | None = field(default=None, repr=False)

    @property
    def exit_status(self) -> int:
        """The exit status of the command."""
        if self.decision is not None:
            return EXIT_STATUSES[self.decision.action]
        if self.has_request:
            return MORE_BYTES
        return NOT_RECOGNIZED if self.cause is None else CAUSE_ONLY


def default_server() -> Server:
    """Return a server with the offer that the command has by default."""
    return Server((read_offer(DEFAULT),))


def explain(  # noqa: PLR0913 -- all but one have defaults
    data: bytes,
    *,
    form: str | None = None,
    server: Server | None = None,
    secure: bool = False,
    entry: int | None = None,
    show_secrets: bool = False,
) -> Explanation:
    """Explain one request as a person has it.

    data: bytes, the input.  form: a name of `forms.FORMS`, or None: by its looks.  server: what is
    offered, or None: WebSocket with permessage-deflate.  secure: the transport is TLS.  entry: of a
    HAR file, from 0.  show_secrets: hide nothing.

    Raises `forms.CannotReadError`, whose message is one sentence, for what cannot be read as
    `form`, an entry that is not there, and more than `forms.MOST_BYTES`; TypeError or ValueError
    for offers of which no negotiator can be made.
    """
    server = default_server() if server is None else server
    offers = tuple(server.offer_names(secure=secure))
    source = forms.read(data, form, entry)
    shield = Shield(show_secrets)
    if source.requests:
        return _explain_request(source, server, shield, secure=secure)
    if source.form == "log":
        cause, reason = logs.find(source.text, shield)
        notes = source.notes if cause is not None else (*source.notes, _UNKNOWN)
        return Explanation("log", offers, notes, len(data), reason=reason, cause=cause)
    return Explanation(source.form, offers, source.notes, len(data))


_UNKNOWN = (
    "No known message is in it. This can be read: a request head, a cURL command, a HAR file, hex "
    "digits or escapes, raw bytes, and messages of browsers, servers and clients."
)


def _explain_request(
    source: forms.Source, server: Server, shield: Shield, *, secure: bool
) -> Explanation:
    tried = (
        (decide(server, request.data, secure=secure or request.secure), request.notes)
        for request in source.requests
    )
    first = next(tried)
    verdict, notes = first
    if verdict.switches:
        # What succeeded needs no explanation if another one has failed.
        verdict, notes = next((one for one in tried if not one[0].switches), first)
    notes = (*source.notes, *notes)
    if len(source.requests) > 1:
        notes = (*notes, f"{len(source.requests)} entries count; --entry chooses another.")
    return _explain_verdict(verdict, source.form, notes, shield)


def _explain_verdict(
    verdict: Verdict, form: str | None, notes: tuple[str, ...], shield: Shield
) -> Explanation:
    head, decision = verdict.head, verdict.decision
    shield = shield.knowing(head.fields)
    shown = replace(
        Explanation(form, tuple(verdict.server.offer_names(secure=verdict.secure)), notes),
        size=len(verdict.data),
        has_request=True,
        checks=tuple(checks.check(verdict, shield)),
        elements=tuple(
            replace(element, element=shield.text(element.element)[:100])
            for element in verdict.elements()
        ),
        verdict=verdict,
    )
    if decision is None:
        return shown
    return replace(
        shown,
        decision=decision,
        reason=decision.reason.name,
        further=tuple(repairs.further(verdict)),
        cause=causes.cause_of(verdict, shield),
        defect=None if decision.offset is None else defect_of(verdict, shield),
        winner=None if decision.offer is None else name_of(decision.offer),
        response=shield.bytes(decision.response),
    )
