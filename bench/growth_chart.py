"""The chart of growth: one small panel for each size that is varied.

In: for each panel its points, a size and the microseconds it takes. Out: an SVG.
Always: both axes are logarithmic, and the vertical one of each panel spans two powers of ten at the
least, so that noise does not look like growth; it needs no font, script or style from elsewhere,
and is legible on light and dark pages, having a ground of its own.
"""

from __future__ import annotations

import math
from html import escape

COLUMNS = 4
PANEL, PLOT, HEIGHT = 214, 158, 130  # a panel's width, and what is drawn into
LEFT, TOP, ROW = 46, 92, 196  # to the first plot, and from one row to the next
LINE, GRID, TEXT, QUIET = "#c2410c", "#e5e7eb", "#111827", "#4b5563"


def draw(panels: dict[str, dict[int, float]]) -> str:
    """Return the chart."""
    width = PANEL * COLUMNS + 16
    height = TOP - 26 + ROW * math.ceil(len(panels) / COLUMNS)
    lines = [
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' "
            f"width='{width}' height='{height}' font-family='system-ui, sans-serif' "
            f"font-size='11' fill='{TEXT}'>"
        ),
        "<title>How the time of a decision grows</title>",
        f"<rect width='{width}' height='{height}' rx='6' fill='#ffffff'/>",
        (
            "<text x='16' y='28' font-size='16' font-weight='600'>"
            "How the time of a decision grows, µs</text>"
        ),
        (
            f"<text x='16' y='48' font-size='13' fill='{QUIET}'>In Python, with the response; both "
            "axes are logarithmic; what is asked for is the last that is configured</text>"
        ),
    ]
    for i, (name, points) in enumerate(panels.items()):
        x = LEFT + PANEL * (i % COLUMNS)
        y = TOP + ROW * (i // COLUMNS)
        lines += draw_panel(x, y, name, points)
    return "\n".join([*lines, "</svg>"]) + "\n"


def draw_panel(x: int, y: int, name: str, points: dict[int, float]) -> list[str]:
    """Return the lines of one panel, whose plot has its upper left corner at x and y."""
    low = math.floor(math.log10(min(points.values())))
    high = max(low + 2, math.ceil(math.log10(max(points.values()))))
    step = HEIGHT / (high - low)
    lines = [f"<text x='{x}' y='{y - 10}' font-weight='600'>{escape(name)}</text>"]
    for decade in range(low, high + 1):
        level = y + HEIGHT - step * (decade - low)
        lines += [
            f"<path d='M{x} {level:.1f}h{PLOT}' stroke='{GRID}'/>",
            (
                f"<text x='{x - 5}' y='{level + 4:.1f}' text-anchor='end' fill='{QUIET}'>"
                f"{10**decade:,}</text>"
            ),
        ]
    first, last = math.log(min(points)), math.log(max(points))
    places = [
        (
            x + PLOT * (math.log(size) - first) / (last - first),
            y + HEIGHT - step * (math.log10(time) - low),
        )
        for size, time in points.items()
    ]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    lines.append(f"<polyline points='{path}' fill='none' stroke='{LINE}' stroke-width='2'/>")
    lines += [f"<circle cx='{a:.1f}' cy='{b:.1f}' r='2.5' fill='{LINE}'/>" for a, b in places]
    below = y + HEIGHT + 16
    lines += [
        f"<text x='{x}' y='{below}' fill='{QUIET}'>{min(points)}</text>",
        f"<text x='{x + PLOT}' y='{below}' text-anchor='end' fill='{QUIET}'>{max(points)}</text>",
    ]
    return lines
