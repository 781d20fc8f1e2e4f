"""Running a handler.

In: a handler and its upgrade. Out: what it returned, or the task that it goes on in.
Always: it runs in a context of its own connection, so that what one handler sets no other reads,
whatever contexts the event loop has. A task is referenced until it ends.
Not here: what its answer does.
"""

from __future__ import annotations

import asyncio
import sys
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextvars import Context

    from upgrade101._upgrade import Handler, Upgrade

_NAME = "upgrade101 handler"


def call(handler: Handler, upgrade: Upgrade, context: Context) -> asyncio.Future[Any] | None:
    """Call the handler; return the task of a coroutine that it returned.

    Raises what the handler raises.
    """
    answer = context.run(handler, upgrade)
    if answer is None or not (isinstance(answer, CoroutineType) or isawaitable(answer)):
        return None
    return _start(answer, context)


def error_of(task: asyncio.Future[Any]) -> BaseException | None:
    """Return what a handler that is done was ended by."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def was_cancelled(task: asyncio.Future[Any]) -> bool:
    """Return whether a handler was ended by somebody who cancelled its task."""
    return task.cancelled() and isinstance(task, asyncio.Task) and task.cancelling() > 0


def _start(answer: Awaitable[Any], context: Context) -> asyncio.Future[Any]:
    """Have the running loop see to a handler; from Python 3.12 on it begins at once."""
    loop = asyncio.get_running_loop()
    if not isinstance(answer, CoroutineType) or loop.get_task_factory() is not None:
        return context.run(asyncio.ensure_future, answer)
    # What `loop.create_task` makes, without what costs as much on the way there and in a number
    # for each task's name.
    if sys.version_info >= (3, 12):
        return asyncio.Task(answer, loop=loop, name=_NAME, context=context, eager_start=True)
    return asyncio.Task(answer, loop=loop, name=_NAME, context=context)
