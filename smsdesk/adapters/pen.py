"""SQLite's pen for small writes: whatever waits for it is written together, with one commit and one sync of the disk for all.

Nobody is a writer by office: whoever comes first writes for all who wait, and the next ones find theirs done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from smsdesk.adapters.lines import Lines, NoLineFree
from smsdesk.adapters.turns import Turns

TOGETHER = 64  # writes in one commit

Result = TypeVar("Result")


@dataclass
class Job:
    """A write on its way into the database, and what became of it."""

    write: Callable[[Any], object]
    is_done: bool = False
    result: object = None
    error: BaseException | None = None


class Pen:
    """`patience`: seconds that a write waits for those before it, here and in other processes."""

    def __init__(self, lines: Lines, turns: Turns, patience: float) -> None:
        self._lines, self._turns, self._patience = lines, turns, patience
        self.forget()

    def forget(self) -> None:
        """After a fork: who waited there waits in the parent."""
        self._waiting: deque[Job] = deque()
        self._writing = threading.Lock()

    def write(self, write: Callable[[Any], Result]) -> Result:
        """Call `write` with a connection on which a transaction is open; returns after the commit what it returned.

        Raises NoLineFree, what the driver raises, and what any of those raises whose writes were in the same transaction:
        then nothing of it is stored. After NoLineFree it may still be stored.
        """
        job = Job(write)
        self._waiting.append(job)
        if not self._writing.acquire(timeout=self._patience):
            raise NoLineFree
        try:
            while not job.is_done:  # there may be more before it than one commit takes
                self._write([self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))])
        finally:
            self._writing.release()
        if job.error is not None:
            raise job.error
        return cast(Result, job.result)

    def _write(self, jobs: list[Job]) -> None:
        has_turn = self._turns.take(self._patience)
        try:
            self._commit(jobs)
        except Exception as error:  # every one of them must learn it: none of these is stored
            for job in jobs:
                job.error = error
        finally:
            if has_turn:
                self._turns.give()
            for job in jobs:
                job.is_done = True

    def _commit(self, jobs: list[Job]) -> None:
        line = self._lines.take()
        try:
            line.execute("BEGIN IMMEDIATE")
            for job in jobs:
                job.result = job.write(line)
            line.execute("COMMIT")
        except BaseException:
            self._lines.drop(line)  # what was begun on it ends with it
            raise
        self._lines.give(line)
