"""Running a handler, from its call to its end.

In: a handler and its upgrade. Out: the task that it goes on in; then word of its end, and the
record of one that was no answer.

Always: it runs in a context of its own connection, so that what one handler sets no other reads,
whatever contexts the event loop has. A task is referenced until it ends.

Not here: what its answer does, and what becomes of a connection whose handler gave none.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, TypeAlias

from upgrade101._log import report
from upgrade101._upgrade import PeerGoneError, Upgrade

if TYPE_CHECKING:
    from contextvars import Context

    from upgrade101._core import Decision
    from upgrade101._upgrade import Handler

_NAME = "upgrade101 handler"
_EAGER: dict[str, Any] = {"eager_start": True} if sys.version_info >= (3, 12) else {}

Task: TypeAlias = asyncio.Future[Any]
Ended: TypeAlias = Callable[[Upgrade, Task | None, BaseException | None], None]
"""Told of a handler's end: its upgrade, its task if it had one, and what it was ended by."""


def run(
    handler: Handler, upgrade: Upgrade, context: Context, tasks: set[Task], ended: Ended
) -> Task | None:
    """Call the handler; return the task of one that goes on, which is in `tasks` until it ends.

    One that is at its end is told of at once, if it has not answered or was ended by an error.
    """
    try:
        answer = context.run(handler, upgrade)
        task = None if answer is None else _start(answer, context)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it raises
        ended(upgrade, None, error)
        return None
    if task is not None and not task.done():
        _see_to_end(task, upgrade, tasks, ended)
        return task
    failure = None if task is None else _error_of(task)
    if failure is not None or not upgrade.is_answered:
        ended(upgrade, task, failure)
    return None


def report_failure(failed: Decision, task: Task | None, error: BaseException | None) -> None:
    """Log that a handler ended without an answer; `failed` is the refusal for that."""
    if isinstance(task, asyncio.Task) and task.cancelled() and task.cancelling() > 0:
        # By a loop that ends, most often: no failure of the handler's.
        report("the handler was cancelled", failed, level=logging.WARNING)
    elif error is None:
        report("the handler gave no answer", failed)
    else:
        report("the handler failed", failed, error)


def report_late(decision: Decision, error: BaseException | None) -> None:
    """Log what a handler was ended by after its answer, or after its peer had gone."""
    if error is not None and not isinstance(error, (asyncio.CancelledError, PeerGoneError)):
        report("the handler failed after its answer or its peer's end", decision, error)


def _see_to_end(task: Task, upgrade: Upgrade, tasks: set[Task], ended: Ended) -> None:
    """Refer to a task until it ends, for the event loop has weak references only."""

    def end(task: Task) -> None:
        tasks.discard(task)
        ended(upgrade, task, _error_of(task))

    tasks.add(task)
    task.add_done_callback(end)


def _error_of(task: Task) -> BaseException | None:
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _start(answer: Any, context: Context) -> Task | None:  # noqa: ANN401 - of any type
    """Have the running loop see to what a handler returned, if that can be awaited.

    From Python 3.12 on it begins at once.
    """
    is_coroutine = isinstance(answer, CoroutineType)
    if not is_coroutine and not isawaitable(answer):
        return None
    loop = asyncio.get_running_loop()
    if not is_coroutine or loop.get_task_factory() is not None:
        task: Task = context.run(asyncio.ensure_future, answer)
        return task
    # What `loop.create_task` makes, without what costs as much on the way there and in a number
    # for each task's name.
    if sys.version_info >= (3, 12):
        return asyncio.Task(answer, loop=loop, name=_NAME, context=context, eager_start=True)
    return asyncio.Task(answer, loop=loop, name=_NAME, context=context)
