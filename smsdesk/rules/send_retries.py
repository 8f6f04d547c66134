"""What follows a sending that did not succeed: how long to wait, and how closely texts of one sender may follow each other.

Sources: the carrier's advice on 429 (exponential, 100 ms doubled, 30 s at most), and its limits per sender.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Trouble(StrEnum):
    """Why a text that was provably not sent has to wait."""

    THROTTLED = "throttled"  # the carrier asks us to slow down
    UNREACHABLE = "unreachable"  # no connection, or something in between answered
    CREDENTIALS = "credentials"  # every text would be refused until an operator acts


@dataclass(frozen=True)
class Patience:
    """`first` is doubled with each attempt up to `longest`. `holds_sender`: its other texts wait as well."""

    first: timedelta
    longest: timedelta
    holds_sender: bool


RETRIES: Mapping[Trouble, Patience] = {
    Trouble.THROTTLED: Patience(timedelta(milliseconds=200), timedelta(seconds=30), holds_sender=True),
    # Never longer than 20 s: half a minute after the carrier is back everything should be on its way
    Trouble.UNREACHABLE: Patience(timedelta(seconds=1), timedelta(seconds=20), holds_sender=False),
    Trouble.CREDENTIALS: Patience(timedelta(seconds=30), timedelta(seconds=60), holds_sender=True),
}
USED = 0.95  # of a sender's allowance: calls jitter on their way, and more than the allowance is refused


def wait_after(trouble: Trouble, attempts: int, chance: float, asked_for: timedelta | None = None) -> timedelta:
    """How long to wait after the `attempts`th try. `chance`, 0 to 1, spreads it by 10 % either way; `asked_for` is a least."""
    patience = RETRIES[trouble]
    doubled: int = 2 ** min(max(attempts - 1, 0), 20)
    planned = min(patience.first * doubled, patience.longest)
    return max(planned * (0.9 + 0.2 * chance), asked_for or timedelta(0))


def next_slot(free_at: datetime | None, now: datetime, per_second: int) -> tuple[datetime, datetime]:
    """When a sender may send, and from when on it may again: evenly spaced, and nothing is saved up by waiting."""
    at = max(free_at or now, now)
    return at, at + timedelta(seconds=1 / (max(per_second, 1) * USED))
