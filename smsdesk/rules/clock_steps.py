"""When a reply is due, and at which moments before and at that a clock speaks up."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Step(StrEnum):
    """What a clock says to somebody, once each, from the lightest to the gravest."""

    WARN_50 = "warn_50"
    WARN_80 = "warn_80"
    BREACH = "breach"


SHARES: Mapping[Step, float] = {Step.WARN_50: 0.5, Step.WARN_80: 0.8, Step.BREACH: 1.0}

GRAVITY = {step: place for place, step in enumerate(SHARES)}


def due_at(started_at: datetime, target: timedelta) -> datetime:
    """The moment of the promise."""
    return started_at + target


def steps(started_at: datetime, target: timedelta) -> tuple[tuple[Step, datetime], ...]:
    """Every step with its moment, in order."""
    return tuple((step, started_at + target * share) for step, share in SHARES.items())


def next_step(started_at: datetime, target: timedelta, told: Collection[Step]) -> tuple[Step, datetime] | None:
    """The earliest step still to tell; once a graver one has been told, the lighter ones never come."""
    return next(iter(_untold(started_at, target, told)), None)


def step_due(
    started_at: datetime, target: timedelta, told: Collection[Step], now: datetime
) -> tuple[Step, datetime] | None:
    """The step to tell now: after an outage only the gravest of several overdue ones; None where none is due."""
    overdue = [(step, at) for step, at in _untold(started_at, target, told) if at <= now]
    return overdue[-1] if overdue else None


def _untold(started_at: datetime, target: timedelta, told: Collection[Step]) -> list[tuple[Step, datetime]]:
    gravest = max((GRAVITY[step] for step in told), default=-1)
    return [(step, at) for step, at in steps(started_at, target) if GRAVITY[step] > gravest]
