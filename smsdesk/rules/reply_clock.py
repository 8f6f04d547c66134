"""The promise of a reply: which clock an unanswered text starts, since when, and whether the promise was kept.

Its terms are in `terms`, its events in `clock_history`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smsdesk.rules.clock_events import (
    ClockEvent,
    ClockEventKind,
    ImpossibleHistory,
    acknowledged,
    activated,
    fulfilled,
    paused,
    policy_applied,
    resumed,
    step_told,
)
from smsdesk.rules.clock_history import ClockFacts, ClockState, TermsOf, after, fold
from smsdesk.rules.terms import ClockKind, Step, Terms, steps, untold

__all__ = [
    "ClockEvent",
    "ClockEventKind",
    "ClockFacts",
    "ClockKind",
    "ClockState",
    "ImpossibleHistory",
    "Step",
    "Terms",
    "TermsOf",
    "acknowledged",
    "activated",
    "after",
    "fold",
    "fulfilled",
    "kept",
    "next_step",
    "paused",
    "policy_applied",
    "resumed",
    "step_told",
    "steps",
    "steps_due",
    "unanswered_since",
    "which_clock",
]

_DEADLINE_SECOND = timedelta(seconds=1)


def which_clock(replied_before: bool) -> ClockKind:
    """The clock that an unanswered text starts, by whether a person has answered in this episode before."""
    return ClockKind.NEXT_REPLY if replied_before else ClockKind.FIRST_REPLY


def unanswered_since(texts: Sequence[tuple[datetime, int]], answered_through: int) -> datetime | None:
    """When the oldest unanswered text was received; None where all are answered.

    `texts`: inbound ones only, as (received_at, seq). `answered_through`: the last seq that an answer covers.
    """
    return min((received_at for received_at, seq in texts if seq > answered_through), default=None)


def kept(due_at: datetime, fulfilled_at: datetime) -> bool:
    """True where the reply came in time; one on the deadline second itself keeps the promise."""
    return fulfilled_at < due_at + _DEADLINE_SECOND


def next_step(facts: ClockFacts) -> tuple[Step, datetime] | None:
    """What a clock says next and when; None where it runs no more or has said everything."""
    return next(iter(_untold(facts)), None)


def steps_due(facts: ClockFacts, now: datetime) -> list[tuple[Step, datetime]]:
    """What a clock has to say now, each with the moment that it was for; more than one only after an outage."""
    return [(step, at) for step, at in _untold(facts) if at <= now]


def _untold(facts: ClockFacts) -> list[tuple[Step, datetime]]:
    if facts.state is not ClockState.RUNNING:
        return []
    return untold(facts.terms, facts.since, facts.spent, facts.told, facts.acknowledged_at is not None)
