"""Times `import upgrade101` against `import asyncio`, each in a new interpreter.

In: a number of rounds. Out: the median of each import, and their ratio beside its bar.
Always: the interpreters take turns, and their byte code is compiled before the first one counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

from rounds import print_bar, print_time

MODULES = ("upgrade101", "asyncio")


def time_import(module: str, environment: dict[str, str]) -> float:
    """Return the seconds of the processor that the import takes."""
    code = (
        f"import time; begin = time.process_time(); import {module}; "
        "print(time.process_time() - begin)"
    )
    command = [sys.executable, "-c", code]
    made = subprocess.run(command, check=True, capture_output=True, env=environment)
    return float(made.stdout)


def main() -> None:
    """Time both, and print the ratio."""
    parser = argparse.ArgumentParser(description="Time the import of the package.")
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for module in MODULES:
            time_import(module, environment)
        ours, theirs = zip(
            *([time_import(module, environment) for module in MODULES] for _ in range(rounds)),
            strict=True,
        )
    print_time("import upgrade101", statistics.median(ours))
    print_time("import asyncio", statistics.median(theirs))
    ratio = statistics.median(map(float.__truediv__, ours, theirs))
    print_bar("import upgrade101 / import asyncio", ratio, most=1.15)


if __name__ == "__main__":
    main()
