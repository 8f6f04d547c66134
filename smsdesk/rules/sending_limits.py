"""How many texts are too many: a count in a moving window, and when there is room again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Bound(StrEnum):
    """Which limit of the house it is."""

    TO_ONE = "to_one"
    BY_ONE = "by_one"
    IN_ALL = "in_all"


@dataclass(frozen=True)
class Limit:
    """At most so many within a length of time."""

    most: int
    within: timedelta

    def free_at(self, sent: Sequence[datetime], now: datetime) -> datetime:
        """When one more may go, given when the others went: `now` where there is room."""
        recent = sorted(at for at in sent if now - self.within < at <= now)
        if len(recent) < self.most:
            return now
        # The one whose leaving makes room
        return recent[-self.most] + self.within
