"""What a rule is: it finds the likely cause of a verdict.

In: a verdict. Out: the first cause whose rule fits, or None. Always: a rule looks at the reason and
at what the head holds, never decides. Not here: the rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from upgrade101.explain.heads import Head
from upgrade101.explain.shown import Shield, cut
from upgrade101.explain.verdict import Verdict

LONGEST_FACT = 100


@dataclass(frozen=True)
class Cause:
    """A likely cause, what shows it, and what to change."""

    id: str
    text: str
    remedy: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """What a rule looks at."""

    verdict: Verdict
    shield: Shield

    @property
    def head(self) -> Head:
        """The head of the request."""
        return self.verdict.head

    @cached_property
    def reason(self) -> str:
        """The name of the reason; empty without a decision."""
        reason = self.verdict.reason
        return "" if reason is None else reason.name

    def seen(self, *names: str) -> tuple[str, ...]:
        """Return the lines of these fields as facts; of an absent one, that it is absent."""
        facts: list[str] = []
        for name in names:
            lines = self.head.lines(name.lower())
            facts += [cut(f"{name}: {self.shield.field(name, v)}", LONGEST_FACT) for v in lines]
            if not lines:
                facts.append(f"no {name}")
        return tuple(facts)

    @property
    def proxied(self) -> tuple[str, ...]:
        """The fact that a proxy's fields are there, if they are."""
        names = list(dict.fromkeys(self.head.proxy_fields))[:4]
        if not names:
            return ()
        verb = "is" if len(names) == 1 else "are"
        return (f"{self.shield.text(', '.join(names))} {verb} there: a proxy has passed it on",)


Finder = Callable[[Case], Cause | None]


@dataclass(frozen=True)
class Rule:
    """One cause: its id, the reasons that it explains, and a function that looks closer."""

    id: str
    reasons: frozenset[str]
    find: Finder


def rule(cause: str, reasons: str, find: Finder) -> Rule:
    """Return a rule for reasons that are separated by blanks."""
    return Rule(cause, frozenset(reasons.split()), find)


def find_cause(case: Case, rules: Sequence[Rule]) -> Cause | None:
    """Return what the first rule that fits finds."""
    for one in rules:
        if case.reason in one.reasons:
            cause = one.find(case)
            if cause is not None:
                return cause
    return None
