"""A crowd let loose on the pretend carrier: its texts go out at their moments, and the answers that arrive are told to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from statistics import median

from smsdesk.adapters import clock
from smsdesk.simulator.carrier_line import CarrierAway, CarrierLine, Change
from smsdesk.simulator.crowd import Crowd, Said
from smsdesk.simulator.customers import Attachment
from smsdesk.simulator.phone_texts import sample

log = logging.getLogger(__name__)

LISTENS_FOR_S = 1.0
TELLS_EVERY = timedelta(milliseconds=500)
MOST_TRIES = 10  # one a second: the carrier restarts faster than that


@dataclass
class Tally:
    """What came of it. `waits` are from a customer's oldest unanswered text to the answer on their phone."""

    texts: int = 0
    answers: int = 0
    waits: list[timedelta] = field(default_factory=list)
    waiting: dict[str, datetime] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)

    def say(self, said: Said, at: datetime) -> None:
        self.texts += 1
        self.customers.add(said.sender)
        if said.wants_an_answer:
            self.waiting.setdefault(said.sender, at)

    def hear(self, address: str, at: datetime) -> None:
        self.answers += 1
        since = self.waiting.pop(address, None)
        if since is not None:
            self.waits.append(at - since)

    @property
    def median_wait(self) -> timedelta | None:
        """None before the first answer."""
        return timedelta(seconds=median(wait.total_seconds() for wait in self.waits)) if self.waits else None


@dataclass(frozen=True)
class Heard:
    address: str
    body: str
    at: datetime


class Rush:
    """`run` may be broken off by any exception in the thread that runs it; `tally` is then what came of it so far."""

    def __init__(self, crowd: Crowd, line: CarrierLine) -> None:
        self.tally = Tally()
        self._crowd = crowd
        self._line = line
        self._answers: SimpleQueue[Heard] = SimpleQueue()
        self._ended = threading.Event()

    def run(self, moments: Iterator[datetime], until: datetime, tell: Callable[[Tally], None]) -> None:
        """Text at each of the moments. Calls `tell` now and then. Raises CarrierAway where it stays away."""
        listening = threading.Thread(
            target=self._listen, args=(self._line.last_event(),), name="crowd-listens", daemon=True
        )
        listening.start()
        try:
            for moment in moments:
                self._wait_for(moment, tell)
                self._text(self._crowd.next_text(clock.now()))
            self._wait_for(until, tell)
        finally:
            self._ended.set()
            listening.join()
            self._take_answers()

    def _wait_for(self, moment: datetime, tell: Callable[[Tally], None]) -> None:
        while True:
            self._take_answers()
            tell(self.tally)
            left = moment - clock.now()
            if left <= timedelta(0):
                return
            self._ended.wait(min(left, TELLS_EVERY).total_seconds())

    def _text(self, said: Said) -> None:
        picture = (sample(said.picture),) if said.picture else ()
        media: tuple[Attachment, ...] = tuple(one for one in picture if one)
        for _ in range(MOST_TRIES):
            try:
                self._line.text(said.sender, said.to, said.body, media)
                self.tally.say(said, clock.now())
                return
            except CarrierAway:
                self._ended.wait(1.0)
        raise CarrierAway(f"The pretend carrier has been away for {MOST_TRIES} seconds.")

    def _take_answers(self) -> None:
        try:
            while True:
                heard = self._answers.get_nowait()
                if heard.address in self.tally.customers:
                    self.tally.hear(heard.address, heard.at)
                    self._crowd.hear(heard.address, heard.body, heard.at)
        except Empty:
            return

    def _listen(self, since: int) -> None:
        while not self._ended.is_set():
            try:
                found = self._line.changes(since, LISTENS_FOR_S)
                for change in found.of_texts:
                    self._hear(change)
                since = found.last
            except CarrierAway:
                log.warning("the pretend carrier is away; listening again in a second")
                self._ended.wait(1.0)

    def _hear(self, change: Change) -> None:
        """Only what is on a phone counts, and only what a customer did not write."""
        if change.state != "delivered":
            return
        for text in self._line.phone(change.address).texts:
            if text.sid == change.sid and not text.mine:
                self._answers.put(Heard(change.address, text.body, change.at))
