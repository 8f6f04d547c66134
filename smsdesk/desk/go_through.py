"""Going through past waits with two books in hand, that of today and one with a draft in it: a batch at a time, reading only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.desk.imagine import Draft, with_draft
from smsdesk.desk.promise_book import Book, book
from smsdesk.desk.recall import Asked, Place, Window, count_episodes, count_waits, episodes, waits
from smsdesk.desk.sum_up import sides
from smsdesk.rules.terms import ClockKind
from smsdesk.rules.trial import Promised, Tally

BATCH = 4000
WAITS, EPISODES, THE_END = "waits", "episodes", "the end"


@dataclass
class Progress:
    """How far a trial came and what it found; it can be written down and taken up again. `result` is there at the end."""

    version: int = -1  # of the book of today
    part: str = ""
    after: Place | None = None
    done: int = 0
    total: int = 0
    today: Tally = field(default_factory=Tally)
    candidate: Tally = field(default_factory=Tally)
    result: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self._books: tuple[Book, Book] | None = None
        self._promised: dict[Asked, tuple[tuple[Tally, Promised], ...]] = {}

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "part": self.part,
            "after": [self.after[0].isoformat(), self.after[1].hex] if self.after else None,
            "done": self.done,
            "total": self.total,
            "today": self.today.as_json(),
            "candidate": self.candidate.as_json(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Progress:
        moment, id = kept["after"] or (None, None)
        after = (datetime.fromisoformat(moment), UUID(id)) if moment else None
        today, candidate = Tally.from_json(kept["today"]), Tally.from_json(kept["candidate"])
        return cls(kept["version"], kept["part"], after, kept["done"], kept["total"], today, candidate)

    def go_on(self, session: Session, draft: Draft, window: Window, now: datetime, batch: int = BATCH) -> None:
        """One batch more."""
        today, _ = self._open_books(session, draft, now)
        if self.version != today.version:  # begun now, or what is promised today has changed meanwhile
            self._begin(session, draft, window, now)
        elif self.part == WAITS:
            self._go_through_waits(session, window, batch)
        elif self.part == EPISODES:
            self._go_through_episodes(session, window, batch)
        else:
            self.result = sides(session, self.today, self.candidate)

    def _open_books(self, session: Session, draft: Draft, now: datetime) -> tuple[Book, Book]:
        if self._books is None or self._books[0] is not book(session, now):
            known = book(session, now)
            self._books = known, with_draft(session, known, draft)
            self._promised.clear()
        return self._books

    def _begin(self, session: Session, draft: Draft, window: Window, now: datetime) -> None:
        self.version = self._open_books(session, draft, now)[0].version
        self.part, self.after, self.done, self.today, self.candidate = WAITS, None, 0, Tally(), Tally()
        self._promised.clear()
        self.total = count_waits(session, window)
        self.total += count_episodes(session, window) if self._has_resolutions() else 0

    def _go_through_waits(self, session: Session, window: Window, batch: int) -> None:
        found, after = waits(session, window, self.after, batch)
        for asked, since, until, answered, agent in found:
            for tally, promised in self._promised_to(asked):
                tally.wait(promised, since, until, answered, asked.team, agent)
        self._came_to(len(found), after, EPISODES if self._has_resolutions() else THE_END)

    def _go_through_episodes(self, session: Session, window: Window, batch: int) -> None:
        found, after = episodes(session, window, self.after, batch)
        for asked, stretches, resolved, agent in found:
            for tally, promised in self._promised_to(asked):
                tally.episode(promised, stretches, resolved, asked.team, agent)
        self._came_to(len(found), after, THE_END)

    def _came_to(self, found: int, after: Place | None, following: str) -> None:
        self.done, self.after = self.done + found, after
        if after is None:
            self.part = following

    def _promised_to(self, asked: Asked) -> tuple[tuple[Tally, Promised], ...]:
        """Each tally with what its book promises: the same for all that is asked alike, so worked out once."""
        known = self._promised.get(asked)
        if known is None:
            both = zip((self.today, self.candidate), self._books or (), strict=True)
            promised = ((tally, _under(one, asked)) for tally, one in both)
            known = self._promised[asked] = tuple((tally, terms) for tally, terms in promised if terms)
        return known

    def _has_resolutions(self) -> bool:
        return any(ClockKind.RESOLUTION in policy.targets for one in self._books or () for policy in one.policies)


def _under(book: Book, asked: Asked) -> Promised | None:
    if UUID(asked.number) not in book.numbers:
        return None
    terms = book.terms(ClockKind(asked.kind), asked.facts())
    return Promised(terms) if terms else None
