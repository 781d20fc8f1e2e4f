"""Times statements in turns, so that what slows a machine down slows all of them.

In: statements and the names they use. Out: for each one its seconds per run, round by round;
medians of them and of their ratios; and a line for each ratio that has a bar.
Always: seconds are those of the processor, so that a process that has to wait loses none.
A ratio is that of two times of one round, which are milliseconds apart. That is why pyperf's
runner, which gives each benchmark processes of its own, is not used; its format is, so that
`python -m pyperf` reads what is kept.
"""

from __future__ import annotations

import statistics
import sys
import timeit
from time import process_time
from typing import TYPE_CHECKING, Any

import pyperf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROUND = 0.002  # seconds that one statement is run for in a round, at least


class Rounds:
    """The times of some statements, by their names."""

    def __init__(self, statements: Mapping[str, str], names: dict[str, Any], rounds: int) -> None:
        timers = {
            name: timeit.Timer(statement, timer=process_time, globals=names)
            for name, statement in statements.items()
        }
        runs = {name: count_runs(timer) for name, timer in timers.items()}
        self.seconds: dict[str, list[float]] = {name: [] for name in timers}
        for _ in range(rounds):
            for name, timer in timers.items():
                self.seconds[name].append(timer.timeit(runs[name]) / runs[name])

    def median(self, name: str) -> float:
        """Return the median of the seconds of one run."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median of how many times as long as the other one it takes."""
        pairs = zip(self.seconds[name], self.seconds[other], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)

    def keep(self, path: Path) -> None:
        """Write all times as a suite of pyperf's, with what it tells of the machine."""
        benchmarks = [
            pyperf.Benchmark([pyperf.Run(seconds, metadata={"name": name})])
            for name, seconds in self.seconds.items()
        ]
        pyperf.BenchmarkSuite(benchmarks).dump(str(path), replace=True)


def count_runs(timer: timeit.Timer) -> int:
    """Return how often the statement runs in a round; this warms it up, too."""
    runs = 1
    while timer.timeit(runs) < ROUND:
        runs *= 2
    return runs


def print_time(what: str, seconds: float) -> None:
    """Print one median."""
    sys.stdout.write(f"{what:<56}{seconds * 1e6:10.2f} us\n")


def print_bar(what: str, ratio: float, *, most: float | None = None, least: float = 0) -> None:
    """Print a ratio beside the bar it is to keep: at most one number, or at least one."""
    bar, met = ("most", ratio <= most) if most is not None else ("least", ratio >= least)
    verdict = "met" if met else "NOT MET"
    limit = most if most is not None else least
    sys.stdout.write(f"{what:<56}{ratio:8.2f} x   bar: at {bar} {limit:g}   {verdict}\n")
