"""How a job drains: one look after another, each in a transaction of its own, until nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.adapters.queue import about_to_look
from workers.wired import wiring

LONG_ENOUGH = timedelta(seconds=30)  # well below a job's time-out of 90 s
stopping = threading.Event()  # set when the process was told to end: nothing new is begun


class Turns:
    """One drain at a time in a process. Whoever comes meanwhile has the running one look once more, and need not wait."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._wanted = threading.Event()
        self._busy = threading.Lock()

    def take(self) -> None:
        self._wanted.set()
        # Looked at again after the lock is free, or a wish that came in between would be nobody's
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                self._work()
            finally:
                self._busy.release()


def one_by_one(parts: Iterable[Callable[[], None]]) -> None:
    """Each has its turn, whatever the one before met; then the first trouble is told."""
    trouble: list[Exception] = []
    for part in parts:
        try:
            part()
        except Exception as error:  # a letter must not wait for a text that the database refuses
            trouble.append(error)
    if trouble:
        raise trouble[0]


def picked_up(name: str) -> None:
    """A job says so before its first look: what is written from now on asks for a job of its own."""
    about_to_look(wiring().wake_ups.redis, name)


def until_dry(look: Callable[[Session], int]) -> None:
    """Call `look` in one transaction after another until it finds nothing, or for half a minute: the next sweep goes on."""
    end = clock.now() + LONG_ENOUGH
    while clock.now() < end and not stopping.is_set():
        with wiring().database.transaction() as session:
            if not look(session):
                return
