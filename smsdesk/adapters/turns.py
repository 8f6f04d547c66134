"""Turns at SQLite's one pen. Its own waiting is a poll that grows to 100 ms and is fair to nobody; a queue of ours is neither.

Only a courtesy: BEGIN IMMEDIATE is what keeps writers apart, also those that do not take turns.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from functools import cache

LOOK_AGAIN = 0.0003  # seconds


class Turns:
    """One pen for all threads of a process (a lock) and all processes of a machine (a lock on a file beside the database)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ours = threading.Lock()
        self._file = -1
        self._process = 0

    def take(self, patience: float) -> bool:
        """Wait for the pen, `patience` seconds at most; False where it did not come and SQLite has to decide."""
        end = time.monotonic() + patience
        if not self._ours.acquire(timeout=patience):
            return False
        while not self._lock_file():
            if time.monotonic() > end:
                self._ours.release()
                return False
            time.sleep(LOOK_AGAIN)
        return True

    def give(self) -> None:
        """Pass the pen on."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._ours.release()

    def _lock_file(self) -> bool:
        if self._process != os.getpid():
            # A lock belongs to an opening of the file: one from before a fork would be the parent's too
            self._file, self._process = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), os.getpid()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@cache
def turns_at(database_path: str) -> Turns:
    """The turns of a database file, the same for everybody in this process."""
    return Turns(f"{database_path}-turns")
