"""Counts the instructions of the core, which no other load of a machine changes.

Cases: one decision on each head, a body of 64 KiB, the head of a response.
In: `bench_core`, built by gcc beside `libupgrade101.so`, which has the core and nothing else; the
heads of `bench/heads`; valgrind; and `instructions.json`, which has what was counted before.
Out: a table; with `--update` a new `instructions.json`; with `--check` exit status 1 if a case
takes over 3 % more than before, and a sentence if it takes over 3 % less.

Always: only instructions of the core's own object count, so neither libcrypto's nor those of libc's
memchr, memcmp and memcpy, which the processor's kind chooses. What is counted is the difference
of two runs, so that start-up and the making of a negotiator cancel. Counts of another compiler
cannot be compared: they are refused with exit status 2, as is a tool that is missing.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
COMMITTED = HERE / "instructions.json"
TOLERANCE = 3  # percent
FEW, MANY = 10, 110  # calls of the two runs
MESSAGES = ("body", "response")  # what bench_core reads
OBJECT = "libupgrade101.so"


class UnusableError(Exception):
    """What keeps this machine from counting what the committed figures count."""


def own_instructions(profile: str, object_name: str) -> int:
    """Return the instructions that callgrind's profile has for one object, its callees left out."""
    names: dict[str, str] = {}
    own = 0
    current = ""
    inclusive = False
    for line in profile.splitlines():
        if named := re.match(r"(c?ob)=(\(\d+\))(?: (.+))?$", line):
            key, number, name = named.groups()
            names.setdefault(number, name)
            if key == "ob":
                current = names[number].rpartition("/")[2]
        elif line.startswith("calls="):
            # The line behind it is what the call costs in all.
            inclusive = True
        elif re.match(r"[\d+*-]", line):
            if current == object_name and not inclusive:
                own += int(line.split()[1])
            inclusive = False
    return own


def count_run(program: Path, arguments: list[str]) -> int:
    """Return the instructions of the core in a run of the program."""
    with tempfile.TemporaryDirectory() as directory:
        profile = Path(directory, "profile")
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={profile}"]
        command += [str(program), *arguments]
        subprocess.run(command, check=True, timeout=120)
        return own_instructions(profile.read_text(encoding="utf-8"), OBJECT)


def count(program: Path) -> dict[str, int]:
    """Return the instructions of one decision on each head, and of reading each message."""
    cases = [("count", head.name, str(head)) for head in sorted((HERE / "heads").iterdir())]
    cases += [("read", message, message) for message in MESSAGES]
    counts = {}
    for mode, name, of in cases:
        many, few = (count_run(program, [mode, str(calls), of]) for calls in (MANY, FEW))
        if many <= few:
            raise UnusableError(f"{program} does not take the core from {OBJECT}")
        counts[name] = round((many - few) / (MANY - FEW))
    return counts


def describe(program: Path) -> dict[str, str]:
    """Return what counts depend on besides the code: the compiler and the kind of machine."""
    compiler = subprocess.run(
        [program, "compiler"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return {"compiler": compiler, "machine": platform.machine()}


def require_same(committed: dict[str, str], here: dict[str, str]) -> None:
    """Raise UnusableError where the counts of two builds cannot be compared."""
    for what, expected in committed.items():
        if here[what] != expected:
            raise UnusableError(
                f"the committed counts are those of {what} {expected}, this build is of "
                f"{here[what]}: build with that one, or move the figures to this one by --update"
            )


def compare(committed: dict[str, int], counted: dict[str, int]) -> tuple[list[str], list[str]]:
    """Return a sentence for each case that costs more than it may, and for each that costs less."""
    over: list[str] = []
    under: list[str] = []
    if committed.keys() != counted.keys():
        over.append(f"cases differ: {sorted(committed.keys() ^ counted.keys())}")
    for case in committed.keys() & counted.keys():
        more = counted[case] - committed[case]
        sentence = f"{case}: {committed[case]} before, {counted[case]} now"
        if 100 * abs(more) > TOLERANCE * committed[case]:
            (over if more > 0 else under).append(sentence)
    return sorted(over), sorted(under)


def run(program: Path, *, check: bool, update: bool) -> int:
    """Count, and return the exit status."""
    for tool, remedy in (("valgrind", "apt-get install valgrind"), (program, "make bench-core")):
        if shutil.which(tool) is None:
            raise UnusableError(f"{tool} is missing: {remedy}")
    here = describe(program)
    committed = {} if update else json.loads(COMMITTED.read_text(encoding="utf-8"))
    before = committed.pop("instructions", {})
    if check:
        require_same(committed, here)
    counted = count(program)
    for case, instructions in counted.items():
        sys.stdout.write(f"{case:<12}{instructions:>8}{before.get(case, ''):>8}\n")
    if update:
        text = json.dumps({**here, "instructions": counted}, indent=1)
        COMMITTED.write_text(text + "\n", encoding="utf-8")
    if not check:
        return 0
    over, under = compare(before, counted)
    for sentence in over:
        sys.stdout.write(f"more than {TOLERANCE} % over: {sentence}\n")
    for sentence in under:
        sys.stdout.write(f"more than {TOLERANCE} % under, update it: {sentence}\n")
    return 1 if over else 0


def main() -> int:
    """Return the exit status of the command."""
    parser = argparse.ArgumentParser(description="Count the instructions of the core.")
    parser.add_argument("program", type=Path, help="bench_core, as `make bench-core` builds it")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare with instructions.json")
    mode.add_argument("--update", action="store_true", help="write instructions.json")
    arguments = parser.parse_args()
    try:
        return run(arguments.program.resolve(), check=arguments.check, update=arguments.update)
    except FileNotFoundError as error:
        sys.stderr.write(
            f"{error.filename} is missing: apt-get install valgrind, make bench-core\n"
        )
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
