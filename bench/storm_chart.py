"""The chart of the storm: the server's CPU for one handshake.

In: the results with their medians. Out: an SVG of horizontal bars, the cheapest on top.
Always: what it shows is in the table too. It needs no font, script or style from elsewhere, and has
a ground of its own, so that it is legible on light and dark pages.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from storm_servers import CONSTANT, COROUTINE, PLAIN

STORM = "64"
WIDTH, LABELS, VALUES, TOP, ROW, BAR, MARGIN = 920, 310, 60, 66, 24, 16, 16
BASELINE = 13  # of a bar's texts, from its upper edge
OURS, FLOOR, OTHERS, TEXT, NOTE, GROUND = (
    "#c2410c", "#9ca3af", "#1e3a5f", "#111827", "#4b5563", "#ffffff",
)  # fmt: skip
TITLE = "The server's CPU for one WebSocket handshake, in µs (less is better)"
SUBTITLE = (
    f"Connect to reset over loopback, user and system, {STORM} connections at once. "
    "Grey: constant bytes, nothing is read."
)


def draw(results: dict[str, Any]) -> str:
    """Return the chart."""
    costs = sorted(
        (server["storms"][STORM]["cpu_us"], server["key"]) for server in results["servers"]
    )
    height = TOP + ROW * len(costs) + MARGIN
    scale = (WIDTH - LABELS - VALUES) / max((cost for cost, _ in costs), default=1.0)
    chart = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "role": "img",
            "font-family": "system-ui, sans-serif",
            "font-size": "13",
            "fill": TEXT,
        },
    )
    ET.SubElement(chart, "title").text = TITLE
    _add(chart, "rect", width=WIDTH, height=height, fill=GROUND)
    _add(chart, "text", x=MARGIN, y=28, font_size=16, font_weight=600).text = TITLE
    _add(chart, "text", x=MARGIN, y=48, fill=NOTE).text = SUBTITLE
    for row, (cost, key) in enumerate(costs):
        y = TOP + ROW * row
        end = round(LABELS + cost * scale, 1)
        label = _add(chart, "text", x=LABELS - 8, y=y + BASELINE, text_anchor="end")
        label.text = key
        _add(chart, "rect", x=LABELS, y=y, width=end - LABELS, height=BAR, fill=_colour(key))
        _add(chart, "text", x=end + 6, y=y + BASELINE).text = f"{cost:.0f}"
    ET.indent(chart)
    return ET.tostring(chart, encoding="unicode") + "\n"


def _add(chart: ET.Element, tag: str, **attributes: float | str) -> ET.Element:
    written = {name.replace("_", "-"): str(value) for name, value in attributes.items()}
    return ET.SubElement(chart, tag, written)


def _colour(key: str) -> str:
    name = key.partition(" / ")[0]
    if name in {PLAIN, COROUTINE}:
        return OURS
    return FLOOR if name.startswith(CONSTANT) else OTHERS
