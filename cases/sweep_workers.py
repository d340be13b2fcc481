"""A sweep by several processes side by side: each takes its share of the cases through every step, by itself.

Cases touch one another nowhere, so the processes need not wait for each other; what one of them has not done when it
dies is still due, and the next sweep does it.
"""
from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from flask import current_app

from database import db

Note = Callable[[list[Any], str, int, int], None]  # what was done; step, cases of it looked at, cases of it in all


class WorkerFailed(RuntimeError):
    """A process ended before it had done its share; sweeping again does the rest."""


@dataclass(frozen=True)
class Share:
    """Of every so many blocks of ids one: cases that stand together in tables and indexes go to one process."""

    number: int
    of: int
    block: int = 1

    def has(self, case_id: int) -> bool:
        return case_id // self.block % self.of == self.number


ALL = Share(0, 1)


def side_by_side(workers: int, work: Callable[[Share, Note], None], note: Note) -> None:
    """`work` on each share in a process of its own; `note` is told here what they tell. Raises WorkerFailed."""
    db.session.remove()
    context = multiprocessing.get_context("fork")  # of this process, which has one thread, its context and settings
    processes, ends, block = [], [], current_app.config["SWEEP_BATCH"]
    for number in range(workers):
        here, there = context.Pipe(duplex=False)
        one = context.Process(target=_work, args=(Share(number, workers, block), work, there), daemon=True)
        one.start()
        there.close()  # so that what we read ends when the process does
        processes.append(one)
        ends.append(here)
    _listen(ends, note)
    for one in processes:
        one.join()
    if any(one.exitcode for one in processes):
        raise WorkerFailed(f"exit codes {[one.exitcode for one in processes]}")


def _listen(ends: list[Connection], note: Note) -> None:
    """Until every process has ended; the numbers told are those of all together."""
    seen: dict[str, dict[int, tuple[int, int]]] = {}
    while ends:
        for end in cast("list[Connection]", wait(ends)):
            try:
                number, found, step, done, total = end.recv()
            except EOFError:
                ends.remove(end)
                continue
            of_step = seen.setdefault(step, {})
            of_step[number] = done, total
            note(found, step, sum(one for one, _ in of_step.values()), sum(many for _, many in of_step.values()))


def _work(share: Share, work: Callable[[Share, Note], None], told: Connection) -> None:
    db.engine.dispose(close=False)  # the connections are the other process's
    work(share, lambda found, step, done, total: told.send((share.number, found, step, done, total)))
