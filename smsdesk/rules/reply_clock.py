"""The promise of a reply: which clock an unanswered text starts, since when, and whether the promise was kept.

Its moments are in clock_steps, its events in clock_history; both are read from here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smsdesk.rules.clock_history import (
    ClockEvent,
    ClockEventKind,
    ClockFacts,
    ClockState,
    ImpossibleHistory,
    activated,
    after,
    fold,
    fulfilled,
    policy_applied,
    step_told,
)
from smsdesk.rules.clock_steps import SHARES, Step, due_at, next_step, step_due, steps
from smsdesk.rules.terms import ClockKind

__all__ = [
    "SHARES",
    "ClockEvent",
    "ClockEventKind",
    "ClockFacts",
    "ClockKind",
    "ClockState",
    "ImpossibleHistory",
    "Step",
    "activated",
    "after",
    "due_at",
    "fold",
    "fulfilled",
    "kept",
    "next_step",
    "policy_applied",
    "step_due",
    "step_told",
    "steps",
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
