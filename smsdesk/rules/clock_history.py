"""What can happen to a reply clock, and what its events add up to.

A clock's stored state is a fold over its append-only events. Reply clocks
do not pause; a failed delivery takes one back to its old start, because the wait was real.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from smsdesk.rules.clock_steps import GRAVITY, Step, due_at


class ImpossibleHistory(ValueError):
    """An event stands where it cannot have happened; the stored events are damaged or out of order."""


class ClockState(StrEnum):
    """Whether somebody is still waiting."""

    RUNNING = "running"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


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
    CANCEL = "cancel"
    APPLY_POLICY = "apply_policy"


@dataclass(frozen=True)
class ClockEvent:
    """One thing that happened to a clock. `activated` and its like write `detail`; use those."""

    kind: ClockEventKind
    at: datetime
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClockFacts:
    """What a clock's events add up to; exactly what is stored."""

    state: ClockState
    started_at: datetime
    target: timedelta
    due_at: datetime
    fulfilled_at: datetime | None = None
    breached_at: datetime | None = None
    told: frozenset[Step] = frozenset()


def fold(events: Iterable[ClockEvent]) -> ClockFacts:
    """What the events add up to, in the order in which they were written; raises ImpossibleHistory."""
    facts: ClockFacts | None = None
    for event in events:
        facts = after(facts, event)
    if facts is None:
        raise ImpossibleHistory("A clock without events was never started.")
    return facts


def after(facts: ClockFacts | None, event: ClockEvent) -> ClockFacts:
    """The facts after one more event, so that storing and replaying go by the same rule; raises ImpossibleHistory."""
    if facts is None:
        if event.kind is not ClockEventKind.ACTIVATE:
            raise ImpossibleHistory(f"A clock begins with activate, not with {event.kind}.")
        return _activate(event)
    if facts.state not in _ALLOWED.get(event.kind, frozenset()):
        raise ImpossibleHistory(f"A {facts.state} reply clock cannot {event.kind}.")
    return _CHANGES[event.kind](facts, event)


def activated(at: datetime, started_at: datetime, target: timedelta) -> ClockEvent:
    """The clock starts at `started_at`, which may be earlier than `at`, the moment of writing."""
    detail = {"started_at": started_at.isoformat(), "target_seconds": str(target.total_seconds())}
    return ClockEvent(ClockEventKind.ACTIVATE, at, detail)


def fulfilled(at: datetime, message_id: object) -> ClockEvent:
    """A human message was accepted by the carrier at `at`."""
    return ClockEvent(ClockEventKind.FULFIL, at, {"message_id": str(message_id)})


def step_told(step: Step, at: datetime) -> ClockEvent:
    """A warning or the breach was told at `at`."""
    kind = ClockEventKind.BREACH if step is Step.BREACH else ClockEventKind.WARN
    return ClockEvent(kind, at, {"step": step.value})


def policy_applied(at: datetime, target: timedelta) -> ClockEvent:
    """The clock has a new target from `at` on; its start stays."""
    return ClockEvent(ClockEventKind.APPLY_POLICY, at, {"target_seconds": str(target.total_seconds())})


def _activate(event: ClockEvent) -> ClockFacts:
    started_at, target = _moment(event, "started_at"), _length(event, "target_seconds")
    return ClockFacts(ClockState.RUNNING, started_at, target, due_at(started_at, target))


def _fulfil(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return replace(facts, state=ClockState.FULFILLED, fulfilled_at=event.at)


def _reactivate(facts: ClockFacts, _event: ClockEvent) -> ClockFacts:
    # start, deadline and what was told stay: the customer has been waiting all along
    return replace(facts, state=ClockState.RUNNING, fulfilled_at=None)


def _warn(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return _tell(facts, _step(event))


def _breach(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return replace(_tell(facts, Step.BREACH), breached_at=event.at)


def _escalate(facts: ClockFacts, _event: ClockEvent) -> ClockFacts:
    return facts


def _cancel(facts: ClockFacts, _event: ClockEvent) -> ClockFacts:
    return replace(facts, state=ClockState.CANCELLED)


def _apply_policy(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    # what was told stays told: a longer target takes no alert back and repeats none
    target = _length(event, "target_seconds")
    return replace(facts, target=target, due_at=due_at(facts.started_at, target))


def _tell(facts: ClockFacts, step: Step) -> ClockFacts:
    if any(GRAVITY[step] <= GRAVITY[earlier] for earlier in facts.told):
        raise ImpossibleHistory(f"{step} was told after {', '.join(sorted(facts.told))}.")
    return replace(facts, told=facts.told | {step})


_RUNNING = frozenset({ClockState.RUNNING})
_ALLOWED: Mapping[ClockEventKind, frozenset[ClockState]] = {  # pause and resume are missing: reply clocks do not pause
    ClockEventKind.FULFIL: _RUNNING,
    ClockEventKind.REACTIVATE: frozenset({ClockState.FULFILLED, ClockState.CANCELLED}),
    ClockEventKind.WARN: _RUNNING,
    ClockEventKind.BREACH: _RUNNING,
    ClockEventKind.ESCALATE: _RUNNING,
    ClockEventKind.CANCEL: _RUNNING,
    ClockEventKind.APPLY_POLICY: _RUNNING,
}
_CHANGES: Mapping[ClockEventKind, Callable[[ClockFacts, ClockEvent], ClockFacts]] = {
    ClockEventKind.FULFIL: _fulfil,
    ClockEventKind.REACTIVATE: _reactivate,
    ClockEventKind.WARN: _warn,
    ClockEventKind.BREACH: _breach,
    ClockEventKind.ESCALATE: _escalate,
    ClockEventKind.CANCEL: _cancel,
    ClockEventKind.APPLY_POLICY: _apply_policy,
}


def _written(event: ClockEvent, name: str) -> str:
    try:
        return event.detail[name]
    except KeyError:
        raise ImpossibleHistory(f"{event.kind} does not say its {name}.") from None


def _moment(event: ClockEvent, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_written(event, name))
    except ValueError as error:
        raise ImpossibleHistory(f"{event.kind} has no readable {name}.") from error
    if moment.tzinfo is None:
        raise ImpossibleHistory(f"{event.kind} has a {name} without a zone.")
    return moment


def _length(event: ClockEvent, name: str) -> timedelta:
    try:
        length = timedelta(seconds=float(_written(event, name)))
    except (ValueError, OverflowError) as error:
        raise ImpossibleHistory(f"{event.kind} has no readable {name}.") from error
    if length <= timedelta(0):
        raise ImpossibleHistory(f"{event.kind} has a {name} that is not longer than nothing.")
    return length


def _step(event: ClockEvent) -> Step:
    try:
        return Step(_written(event, "step"))
    except ValueError as error:
        raise ImpossibleHistory(f"{event.kind} has no readable step.") from error
