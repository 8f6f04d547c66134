"""What was counted out of days that are over is kept in the process until the next day, and then counted anew.

It is a saving and never the truth: whatever stands here can be thrown away at any time, and each process counts for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

T = TypeVar("T")
MOST = 4000  # entries; a day and a number more or less


class Counted:
    """Answers that hold for today, by what was asked."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._answers: dict[Hashable, Any] = {}

    def __contains__(self, asked: Hashable) -> bool:
        return asked in self._answers

    def known(self, asked: Hashable) -> Any:
        """Raises KeyError."""
        return self._answers[asked]

    def keep(self, asked: Hashable, answer: Any) -> None:
        if len(self._answers) < MOST:
            self._answers[asked] = answer

    def once(self, asked: Hashable, work: Callable[[], T]) -> T:
        """The answer that is known, or what the work gives; two at once may both do it."""
        if asked not in self._answers:
            self.keep(asked, answer := work())
            return answer
        known: T = self._answers[asked]
        return known


_kept: WeakKeyDictionary[Any, Counted] = WeakKeyDictionary()  # the engine → what it said


def counted_today(session: Session, now: datetime) -> Counted:
    """What this process has counted today in the database of this session."""
    bind, today = session.get_bind().engine, now.astimezone(UTC).date()
    book = _kept.get(bind)
    if book is None or book.day != today:
        book = _kept[bind] = Counted(today)
    return book
