"""The types of what callers give to the asyncio layer.

In and out: nothing. Always: names only, so that every module of the layer may use them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import EllipsisType
from typing import TypeAlias

from upgrade101._core import Decision

Headers: TypeAlias = Iterable[tuple[str | bytes, str | bytes]]
"""Field lines: pairs of name and value, bytes or latin-1 str."""
StreamProtocol: TypeAlias = asyncio.Protocol | asyncio.BufferedProtocol
"""What goes on with a connection."""
Fallback: TypeAlias = Callable[[], StreamProtocol]
"""Makes the protocol of a connection that is served as HTTP/1.x."""
OnDecision: TypeAlias = Callable[[Decision, asyncio.Transport], object]
"""Sees each final decision once its bytes are written."""
Admit: TypeAlias = Callable[[asyncio.Transport], object]
"""Says, by its truth, whether a connection is taken that has been accepted."""
Unchanged: TypeAlias = EllipsisType
"""`...`: what was negotiated stays."""
