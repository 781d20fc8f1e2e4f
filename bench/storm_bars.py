"""The bars that upgrade101 is to meet under a storm, and whether it does.

In: the servers of a run with their ratios. Out: rows of what, bar, measured and verdict.
Always: a bar that this run cannot judge, its servers not being in it, has no row.
Not here: the tables.
"""

from __future__ import annotations

from typing import Any

from storm_servers import COROUTINE, LOOPS, PLAIN

Row = tuple[str, str, str, str]

# At most so many times the CPU of constant bytes.
TO_CONSTANT = {PLAIN: {"asyncio": 1.05, "uvloop": 1.10}, COROUTINE: dict.fromkeys(LOOPS, 1.30)}
# At least so many times the CPU of the plain handler on the same loop.
TO_OURS = {
    "picows": 1.4,
    **dict.fromkeys(("websockets", "aiohttp", "wsproto", "uvicorn", "hypercorn", "tornado"), 2.5),
}
# The same of those that have no asyncio loop; socketify makes no Python transport.
TO_OURS_ON = {"granian": "asyncio", "Node's ws": "asyncio", "socketify": "uvloop"}
IDLE_KIB = 1.0
UPGRADED_KIB = 0.0


def judge(by_key: dict[str, dict[str, Any]]) -> list[Row]:
    """Return a row for each bar that these servers allow to judge."""
    rows = [*_costs(by_key)]
    for loop in LOOPS:
        ours = by_key.get(f"{PLAIN} / {loop}")
        if ours is not None:
            rows += [*_races(ours, _rivals(by_key, loop)), *_memory(ours)]
    return rows


def _costs(by_key: dict[str, dict[str, Any]]) -> list[Row]:
    rows = []
    for server in by_key.values():
        name, loop, figures = server["name"], server["loop"], server["storms"]["64"]
        if name in TO_CONSTANT and figures["to_constant"] is not None:
            what = f"CPU of {server['key']} to constant bytes"
            rows.append(_at_most(what, figures["to_constant"], TO_CONSTANT[name][loop]))
        loop = loop or TO_OURS_ON.get(name)
        if name in TO_OURS | TO_OURS_ON and figures[f"to_{loop}"] is not None:
            what = f"CPU of {server['key']} to {PLAIN} / {loop}"
            rows.append(_at_least(what, figures[f"to_{loop}"], TO_OURS.get(name, 1.0)))
    return rows


def _rivals(by_key: dict[str, dict[str, Any]], loop: str) -> list[dict[str, Any]]:
    """Return the servers that answer for a loop: those on it, and those compared with it."""
    return [
        server
        for server in by_key.values()
        if (server["loop"] == loop and server["name"] in TO_OURS)
        or TO_OURS_ON.get(server["name"]) == loop
    ]


def _races(ours: dict[str, Any], rivals: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for size in ours["storms"] if rivals else ():
        for figure in ("rate", "p50_us", "p99_us"):
            sign = -1 if figure == "rate" else 1
            best = min(rivals, key=lambda rival: sign * rival["storms"][size][figure])
            what = f"{figure.removesuffix('_us')} of {ours['key']} at {size} to the best other's"
            ratio = ours["storms"][size][figure] / best["storms"][size][figure]
            row = (_at_least if figure == "rate" else _at_most)(what, ratio, 1.0)
            rows.append((f"{row[0]}, {best['name']}", *row[1:]))
    return rows


def _memory(ours: dict[str, Any]) -> list[Row]:
    beyond = ours["memory_beyond"]
    if beyond["idle"] is None:
        return []
    what = f"KiB of {ours['key']} beyond constant bytes"
    return [
        _at_most(f"{what}, idle", beyond["idle"], IDLE_KIB),
        _at_most(f"{what}, upgraded", beyond["upgraded"], UPGRADED_KIB),
    ]


def _at_most(what: str, measured: float, bar: float) -> Row:
    return what, f"at most {bar:.2f}", f"{measured:.2f}", "met" if measured <= bar else "missed"


def _at_least(what: str, measured: float, bar: float) -> Row:
    return what, f"at least {bar:.2f}", f"{measured:.2f}", "met" if measured >= bar else "missed"
