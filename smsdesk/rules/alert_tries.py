"""What became of one try to tell an alert outside, and when the next one comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# An alert that is hours old helps nobody: whoever it was for sees it on screen
PAUSES = tuple(timedelta(seconds=s) for s in (5, 15, 60, 180, 600, 1800, 3600))
WORTH_TELLING_FOR = timedelta(hours=24)
LONGEST_PAUSE = timedelta(hours=2)


class Ended(StrEnum):
    TAKEN = "taken"
    LATER = "later"  # certainly not taken, and may be next time
    NEVER = "never"  # refused for good
    IN_DOUBT = "in_doubt"  # it may have been taken, and no whole answer came


@dataclass(frozen=True)
class Outcome:
    """How a try ended; `why` is one sentence, for everything that was not taken."""

    ended: Ended
    why: str | None = None
    retry_after: timedelta | None = None


TAKEN = Outcome(Ended.TAKEN)


def later(why: str, retry_after: timedelta | None = None) -> Outcome:
    return Outcome(Ended.LATER, why, retry_after)


def never(why: str) -> Outcome:
    return Outcome(Ended.NEVER, why)


def in_doubt(why: str) -> Outcome:
    return Outcome(Ended.IN_DOUBT, why)


def next_try(outcome: Outcome, tries: int, age: timedelta) -> timedelta | None:
    """How long to wait before the next of so many `tries`; None: it is given up."""
    if outcome.ended in {Ended.TAKEN, Ended.NEVER} or tries > len(PAUSES) or age > WORTH_TELLING_FOR:
        return None
    asked = min(outcome.retry_after or timedelta(0), LONGEST_PAUSE)
    return max(PAUSES[tries - 1], asked)
