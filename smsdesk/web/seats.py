"""How many open pages a process may hold: each takes a thread, and some must be left for everybody else."""

from __future__ import annotations

import threading

LEFT_FOR_OTHERS = 16  # threads


def seats_of(threads: int) -> int:
    """Of few threads half are kept for pages that are asked for; without a seat a page asks again by itself."""
    return max(threads - LEFT_FOR_OTHERS, threads // 2)


class Seats:
    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        """False where all are taken."""
        with self._lock:
            if self.taken >= self.most:
                return False
            self.taken += 1
            return True

    def give_back(self) -> None:
        with self._lock:
            self.taken -= 1
