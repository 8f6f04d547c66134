"""What the pretend carrier will do in a moment: one thread watches the time, a few do the work."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)
Deed = Callable[[], None]


class Agenda:
    """Deeds with a delay. Deeds that are due together start in the order in which they were written down."""

    def __init__(self, hands: int = 8) -> None:
        self._due: list[tuple[float, int, Deed]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._hands = ThreadPoolExecutor(hands, thread_name_prefix="carrier")
        self._watch = threading.Thread(target=self._run, name="carrier-agenda", daemon=True)
        self._watch.start()

    def after(self, seconds: float, deed: Deed) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._count), deed))
            self._changed.notify()

    def end(self) -> None:
        """Start nothing more; wait for what is being done."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._watch.join()
        self._hands.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while (deed := self._next()) is not None:
            self._hands.submit(_do, deed)

    def _next(self) -> Deed | None:
        with self._changed:
            while not self._ended:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None


def _do(deed: Deed) -> None:
    try:
        deed()
    except Exception:  # one broken deed must not silence the carrier; the log says what broke
        log.exception("the pretend carrier could not do something")
