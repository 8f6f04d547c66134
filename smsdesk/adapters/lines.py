"""Bare connections of the driver, each statement its own transaction: for the one path where a pool's 60 µs are too many."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class NoLineFree(Exception):
    """So many are in use that none came back in time: the database is slower than the texts."""


class Lines:
    """Handed out last in, first out, so that few stay warm. `most`: at the same time; `patience`: seconds to wait for one."""

    def __init__(self, connect: Callable[[], Any], most: int = 16, patience: float = 3.0) -> None:
        self._connect, self._most, self._patience = connect, most, patience
        self.forget()

    def take(self) -> Any:
        """A connection. Raises NoLineFree, or whatever the driver raises where the database is away."""
        if not self._places.acquire(timeout=self._patience):
            raise NoLineFree
        try:
            return self._free.pop()
        except IndexError:
            return self._opened()

    def give(self, line: Any) -> None:
        """Back for the next one; only where nothing is open on it."""
        self._free.append(line)
        self._places.release()

    def drop(self, line: Any) -> None:
        """Nobody should use this one again."""
        self._places.release()
        line.close()

    def close(self) -> None:
        """End those that nobody uses."""
        while self._free:
            self._free.pop().close()

    def forget(self) -> None:
        """After a fork: what was there belongs to the parent."""
        self._free: deque[Any] = deque()
        self._places = threading.BoundedSemaphore(self._most)

    def _opened(self) -> Any:
        try:
            return self._connect()
        except BaseException:
            self._places.release()
            raise
