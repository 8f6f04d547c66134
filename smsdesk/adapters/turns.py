"""Turns at SQLite's one pen. Its own waiting is a poll that grows to 100 ms and is fair to nobody; a queue of ours is neither.

Only a courtesy: BEGIN IMMEDIATE is what keeps writers apart, also those that do not take turns.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from functools import cache

LOOK_AGAIN = 0.0005  # seconds
IN_A_ROW = 16  # turns that a process may take before the others have one


class Turns:
    """One pen for all threads of a process (a lock) and all processes of a machine (a lock on a file beside the database)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ours = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._file = -1
        self._process = 0
        self._in_a_row = 0  # above none: the file is still ours from the turn before

    def take(self, patience: float) -> bool:
        """Wait for the pen, `patience` seconds at most; False where it did not come and SQLite has to decide."""
        end = time.monotonic() + patience
        if not self._wait_for_ours(patience):
            return False
        while not self._lock_file():
            if time.monotonic() > end:
                self._ours.release()
                return False
            time.sleep(LOOK_AGAIN)
        return True

    def give(self) -> None:
        """Pass the pen on: to a thread of this process that waits, else to whoever comes first."""
        if self._waiting and self._in_a_row < IN_A_ROW:
            self._in_a_row += 1
        else:
            self._unlock_file()
        self._ours.release()

    def _wait_for_ours(self, patience: float) -> bool:
        with self._counting:
            self._waiting += 1
        came = self._ours.acquire(timeout=patience)
        with self._counting:
            self._waiting -= 1
        if not came and self._ours.acquire(blocking=False):
            # It may have been kept for us, who are gone now
            self._unlock_file()
            self._ours.release()
        return came

    def _lock_file(self) -> bool:
        if self._process != os.getpid():
            # A lock belongs to an opening of the file: one from before a fork would be the parent's too
            self._file, self._process = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), os.getpid()
            self._in_a_row = 0
        if self._in_a_row:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock_file(self) -> None:
        self._in_a_row = 0
        if self._process == os.getpid():
            fcntl.flock(self._file, fcntl.LOCK_UN)


@cache
def turns_at(database_path: str) -> Turns:
    """The turns of a database file, the same for everybody in this process."""
    return Turns(f"{database_path}-turns")
