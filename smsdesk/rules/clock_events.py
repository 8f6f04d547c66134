"""What can happen to a clock, and how it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from smsdesk.rules.terms import Terms, weight


class ImpossibleHistory(ValueError):
    """An event stands where it cannot have happened; the stored events are damaged or out of order."""


class ClockEventKind(StrEnum):
    """What can happen to a clock."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    FULFIL = "fulfil"
    REACTIVATE = "reactivate"
    WARN = "warn"
    BREACH = "breach"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    APPLY_POLICY = "apply_policy"


@dataclass(frozen=True)
class ClockEvent:
    """One thing that happened to a clock. `activated` and its like write `detail`; use those."""

    kind: ClockEventKind
    at: datetime
    detail: Mapping[str, str] = field(default_factory=dict)


def activated(at: datetime, started_at: datetime, terms: Terms) -> ClockEvent:
    """The clock starts at `started_at`, which may be earlier than `at`, the moment of writing."""
    return ClockEvent(ClockEventKind.ACTIVATE, at, {"started_at": started_at.isoformat(), "terms": str(terms.id)})


def fulfilled(at: datetime, message_id: object = None) -> ClockEvent:
    """A human message was accepted by the carrier at `at`; without one, the conversation was resolved."""
    return ClockEvent(ClockEventKind.FULFIL, at, {"message_id": str(message_id)} if message_id else {})


def step_told(step: str, at: datetime) -> ClockEvent:
    """A warning, the breach or a rung of the ladder was told at `at`."""
    place = weight(step, timedelta(seconds=1))
    kind = ClockEventKind.BREACH if place == 1 else ClockEventKind.WARN if place < 1 else ClockEventKind.ESCALATE
    return ClockEvent(kind, at, {"step": str(step)})


def policy_applied(at: datetime, terms: Terms) -> ClockEvent:
    """The clock has new terms from `at` on; its start stays."""
    return ClockEvent(ClockEventKind.APPLY_POLICY, at, {"terms": str(terms.id)})


def paused(at: datetime, why: str) -> ClockEvent:
    """Nothing of the target is spent from `at` on."""
    return ClockEvent(ClockEventKind.PAUSE, at, {"why": why})


def resumed(at: datetime) -> ClockEvent:
    return ClockEvent(ClockEventKind.RESUME, at)


def acknowledged(at: datetime, agent_id: object) -> ClockEvent:
    """Somebody said that they saw it; the ladder ends."""
    return ClockEvent(ClockEventKind.ACKNOWLEDGE, at, {"agent_id": str(agent_id)})


def moment(event: ClockEvent, name: str) -> datetime:
    """A moment that an event tells. Raises ImpossibleHistory."""
    try:
        read = datetime.fromisoformat(_written(event, name))
    except ValueError as error:
        raise ImpossibleHistory(f"{event.kind} has no readable {name}.") from error
    if read.tzinfo is None:
        raise ImpossibleHistory(f"{event.kind} has a {name} without a zone.")
    return read


def length(event: ClockEvent, name: str) -> timedelta:
    """A length that an event tells, longer than nothing. Raises ImpossibleHistory."""
    try:
        read = timedelta(seconds=float(_written(event, name)))
    except (ValueError, OverflowError) as error:
        raise ImpossibleHistory(f"{event.kind} has no readable {name}.") from error
    if read <= timedelta(0):
        raise ImpossibleHistory(f"{event.kind} has a {name} that is not longer than nothing.")
    return read


def _written(event: ClockEvent, name: str) -> str:
    try:
        return event.detail[name]
    except KeyError:
        raise ImpossibleHistory(f"{event.kind} does not say its {name}.") from None
