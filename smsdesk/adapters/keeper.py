"""Keeps what committed transactions promised, in the background: a request never waits for Redis."""

from __future__ import annotations

import threading

from smsdesk.adapters.live import Announcer
from smsdesk.adapters.promises import Promises
from smsdesk.adapters.queue import WakeUps

PAUSE = 0.025  # seconds: the first promise leaves at once, what a burst adds leaves together


class Keeper:
    """One thread a process, started by the first promise and ended by half a minute of quiet."""

    def __init__(self, wake_ups: WakeUps, announcer: Announcer) -> None:
        self.wake_ups, self.announcer = wake_ups, announcer
        self._wanted = Promises()
        self._wake = threading.Condition()
        self._busy = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, promises: Promises) -> None:
        """Take over what one transaction promised; returns at once."""
        if not promises.jobs and not promises.news:
            return
        with self._wake:
            self._wanted.jobs.update(promises.jobs)
            self._wanted.news.update(promises.news)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
                self._thread.start()
            self._wake.notify()

    def flush(self) -> None:
        """Keep everything that is still open, now; called before a process ends."""
        with self._busy:
            with self._wake:
                promises, self._wanted = self._wanted, Promises()
            if promises.jobs:
                self.wake_ups.ask(promises.jobs)
            if promises.news:
                self.announcer.tell(promises.news)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._wake:
                while not self._wanted.jobs and not self._wanted.news:
                    if not self._wake.wait(timeout=30):
                        self._thread = None
                        return
            self.flush()
            pause.wait(PAUSE)
