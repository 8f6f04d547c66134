"""One part of SMSDesk as the supervisor sees it: a command, a way to see that it is ready, and its turn to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum


class Turn(IntEnum):
    """Who stops when: first what lets work in, last what the others lean on."""

    WEB = 1
    WORKER = 2
    CLOCK = 3
    CARRIER = 4
    REDIS = 5


def at_once() -> bool:
    """A part that is ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Part:
    """`patience` is how long it may take to finish what it does once it is asked to stop."""

    name: str
    command: tuple[str, ...]
    turn: Turn
    ready: Callable[[], bool] = at_once
    patience: timedelta = timedelta(seconds=10)
