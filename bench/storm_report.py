"""What the figures of the storm come to.

In: the results of `storm.py`. Out: the same with medians and ratios, and a page of them.
Always: a ratio is the median of the ratios of each round, so that a slow round weighs on neither
side; what has no counterpart in the run has no ratio.
Not here: measuring, and the chart.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from storm_bars import judge
from storm_servers import CONSTANT, LOOPS, PLAIN

STORMS = (64, 1000)
STATES = ("idle", "half", "upgraded")
NONE = "-"


def summarize(results: dict[str, Any]) -> dict[str, Any]:
    """Add to each server its medians, its ratios, and its memory beyond that of constant bytes."""
    by_key = {server["key"]: server for server in results["servers"]}
    for server in results["servers"]:
        constant = by_key.get(f"{CONSTANT} / {server['loop']}")
        ours = {loop: by_key.get(f"{PLAIN} / {loop}") for loop in LOOPS}
        server["storms"] = {
            str(size): {
                **_medians(server, str(size)),
                "to_constant": _ratio(server, constant, str(size)),
                **{f"to_{loop}": _ratio(server, ours[loop], str(size)) for loop in LOOPS},
            }
            for size in STORMS
        }
        server["memory_beyond"] = {
            state: server["memory"][state] - constant["memory"][state] if constant else None
            for state in STATES
        }
    results["bars"] = judge(by_key)
    return results


def markdown(results: dict[str, Any]) -> str:
    """Return the page."""
    parts = [
        _setting(results),
        *(_storm_table(results["servers"], size) for size in STORMS),
        _memory_table(results["servers"], results["settings"]["held"]),
        _table("The bars", ("what", "bar", "measured", ""), results["bars"]),
        *(
            f"- {word}: {key} ({reason})"
            for word in ("missing", "failed")
            for key, reason in results[word].items()
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _setting(results: dict[str, Any]) -> str:
    machine, settings = results["machine"], results["settings"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load']:.1f} at the "
        f"start, {machine['system']}, CPython {machine['python']}. The server is on core "
        f"{machine['server_core']}, the client on core {machine['client_core']}. "
        f"Head: {settings['head']}. "
        f"Rounds: {settings['rounds']}, each of {settings['handshakes']} handshakes in each storm, "
        f"by {settings['starts']} processes of each server; medians."
    )


def _medians(server: dict[str, Any], size: str) -> dict[str, float]:
    rounds = [figures[size] for figures in server["rounds"]]
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}


def _ratio(server: dict[str, Any], other: dict[str, Any] | None, size: str) -> float | None:
    if other is None:
        return None
    pairs = zip(server["rounds"], other["rounds"], strict=True)
    ratio: float = median(one[size]["cpu_us"] / two[size]["cpu_us"] for one, two in pairs)
    return ratio


def _storm_table(servers: list[dict[str, Any]], size: int) -> str:
    heads = (
        "server",
        "loop",
        "version",
        "CPU, µs",
        "to constant bytes",
        *(f"to upgrade101, {loop}" for loop in LOOPS),
        "handshakes/s",
        "p50, ms",
        "p99, ms",
    )
    rows = []
    for server in sorted(servers, key=lambda server: server["storms"][str(size)]["cpu_us"]):
        figures = server["storms"][str(size)]
        rows.append(
            (
                *_titles(server),
                server["version"] or NONE,
                f"{figures['cpu_us']:.1f}",
                *(_number(figures[f"to_{other}"]) for other in ("constant", *LOOPS)),
                f"{figures['rate']:.0f}",
                f"{figures['p50_us'] / 1000:.2f}",
                f"{figures['p99_us'] / 1000:.2f}",
            )
        )
    return _table(f"{size} connections at once: the server's CPU for one handshake", heads, rows)


def _memory_table(servers: list[dict[str, Any]], held: int) -> str:
    heads = ("server", "loop", *STATES, *(f"{state}, beyond constant bytes" for state in STATES))
    rows = [
        (
            *_titles(server),
            *(f"{server['memory'][state]:.2f}" for state in STATES),
            *(_number(server["memory_beyond"][state]) for state in STATES),
        )
        for server in sorted(servers, key=lambda server: server["memory"]["idle"])
    ]
    return _table(f"Memory of a connection, KiB: {held} on top of {held} others", heads, rows)


def _titles(server: dict[str, Any]) -> tuple[str, str]:
    return server["name"], server["loop"] or "its own"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return f"### {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)
