"""What can happen to a clock, and what its events add up to.

A clock's stored state is a fold over its append-only events and the terms that they name. Reply clocks do not pause, and a
failed delivery takes one back to its old start, because the wait was real. A resolution clock pauses while we wait for the
customer, and goes on from where it stood when a resolved conversation is opened again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from smsdesk.rules.clock_events import ClockEvent, ClockEventKind, ImpossibleHistory, length, moment
from smsdesk.rules.terms import REPLIES, ClockKind, Step, Terms, plain, weight


class ClockState(StrEnum):
    """Whether somebody is still waiting."""

    RUNNING = "running"
    PAUSED = "paused"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ClockFacts:
    """What a clock's events add up to; exactly what is stored.

    `since`: it has run without a pause since then; `spent`: how much of the target it had spent before. `terms_id` None: a
    clock from before there were terms.
    """

    state: ClockState
    started_at: datetime
    terms: Terms
    terms_id: UUID | None
    since: datetime
    due_at: datetime
    spent: timedelta = timedelta(0)
    paused_at: datetime | None = None
    fulfilled_at: datetime | None = None
    breached_at: datetime | None = None
    acknowledged_at: datetime | None = None
    told: frozenset[str] = frozenset()


TermsOf = Callable[[UUID], Terms]  # raises KeyError where there are none of that id


def no_terms(id: UUID) -> Terms:
    """For histories that name none."""
    raise KeyError(id)


def fold(events: Iterable[ClockEvent], terms_of: TermsOf = no_terms) -> ClockFacts:
    """What the events add up to, in the order in which they were written; raises ImpossibleHistory."""
    facts: ClockFacts | None = None
    for event in events:
        facts = after(facts, event, terms_of)
    if facts is None:
        raise ImpossibleHistory("A clock without events was never started.")
    return facts


def after(facts: ClockFacts | None, event: ClockEvent, terms_of: TermsOf = no_terms) -> ClockFacts:
    """The facts after one more event, so that storing and replaying go by the same rule; raises ImpossibleHistory."""
    if facts is None:
        if event.kind is not ClockEventKind.ACTIVATE:
            raise ImpossibleHistory(f"A clock begins with activate, not with {event.kind}.")
        return _activate(event, terms_of)
    if facts.state not in _ALLOWED.get(event.kind, frozenset()):
        raise ImpossibleHistory(f"A {facts.state} {facts.terms.kind} clock cannot {event.kind}.")
    if event.kind in _PAUSES and facts.terms.kind in REPLIES:
        raise ImpossibleHistory(f"A {facts.terms.kind} clock cannot {event.kind}: reply clocks do not pause.")
    if event.kind is ClockEventKind.APPLY_POLICY:
        return _apply_policy(facts, event, terms_of)
    return _CHANGES[event.kind](facts, event)


def _activate(event: ClockEvent, terms_of: TermsOf) -> ClockFacts:
    started_at = moment(event, "started_at")
    terms, terms_id = _terms(event, terms_of, ClockKind.FIRST_REPLY)
    return ClockFacts(ClockState.RUNNING, started_at, terms, terms_id, started_at, terms.due_at(started_at))


def _fulfil(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return replace(facts, state=ClockState.FULFILLED, fulfilled_at=event.at)


def _reactivate(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    again = replace(facts, state=ClockState.RUNNING, fulfilled_at=None, paused_at=None)
    if facts.terms.kind in REPLIES:
        # start, deadline and what was told stay: the customer has been waiting all along
        return again
    stopped_at = facts.paused_at or facts.fulfilled_at or event.at
    return _run_on(replace(again, spent=_spent(facts, stopped_at)), event.at)


def _pause(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return replace(facts, state=ClockState.PAUSED, paused_at=event.at)


def _resume(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    spent = _spent(facts, facts.paused_at or event.at)
    return _run_on(replace(facts, state=ClockState.RUNNING, paused_at=None, spent=spent), event.at)


def _spent(facts: ClockFacts, until: datetime) -> timedelta:
    """In whole seconds, as it is stored: what follows from it must be the same from the row as from the events."""
    return facts.spent + timedelta(seconds=round(facts.terms.elapsed(facts.since, until).total_seconds()))


def _run_on(facts: ClockFacts, at: datetime) -> ClockFacts:
    """A deadline that was over before the pause stays where it was."""
    due_at = facts.terms.due_at(at, facts.spent) if facts.spent < facts.terms.target else facts.due_at
    return replace(facts, since=at, due_at=due_at)


def _warn(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return _tell(facts, event)


def _breach(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    # told twice only where a later deadline was broken too: the first time stays the first
    return replace(_tell(facts, event, Step.BREACH), breached_at=event.at)


def _escalate(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return _tell(facts, event)


def _acknowledge(facts: ClockFacts, event: ClockEvent) -> ClockFacts:
    return replace(facts, acknowledged_at=facts.acknowledged_at or event.at)


def _cancel(facts: ClockFacts, _event: ClockEvent) -> ClockFacts:
    return replace(facts, state=ClockState.CANCELLED)


def _apply_policy(facts: ClockFacts, event: ClockEvent, terms_of: TermsOf) -> ClockFacts:
    # what was told stays told: a longer target takes no alert back and repeats none
    terms, terms_id = _terms(event, terms_of, facts.terms.kind)
    # a deadline that was over before a pause cannot be reckoned from what was spent: it moves only where the promise does
    due_at = facts.due_at if terms.counts_like(facts.terms) else terms.due_at(facts.since, facts.spent)
    return replace(facts, terms=terms, terms_id=terms_id, due_at=due_at)


def _tell(facts: ClockFacts, event: ClockEvent, default: str | None = None) -> ClockFacts:
    step = event.detail.get("step") or default
    if step is None:
        raise ImpossibleHistory(f"{event.kind} does not say its step.")
    try:
        place = weight(step, facts.terms.target)
    except ValueError as error:
        raise ImpossibleHistory(f"{event.kind} has no readable step.") from error
    if any(place <= weight(earlier, facts.terms.target) for earlier in facts.told):
        raise ImpossibleHistory(f"{step} was told after {', '.join(sorted(facts.told))}.")
    return replace(facts, told=facts.told | {step})


_RUNNING = frozenset({ClockState.RUNNING})
_OPEN = _RUNNING | {ClockState.PAUSED}
_ALLOWED: Mapping[ClockEventKind, frozenset[ClockState]] = {
    ClockEventKind.PAUSE: _RUNNING,
    ClockEventKind.RESUME: frozenset({ClockState.PAUSED}),
    ClockEventKind.FULFIL: _OPEN,
    ClockEventKind.REACTIVATE: frozenset({ClockState.FULFILLED, ClockState.CANCELLED}),
    ClockEventKind.WARN: _RUNNING,
    ClockEventKind.BREACH: _RUNNING,
    ClockEventKind.ESCALATE: _RUNNING,
    ClockEventKind.ACKNOWLEDGE: _OPEN,
    ClockEventKind.CANCEL: _OPEN,
    ClockEventKind.APPLY_POLICY: _OPEN,
}
_PAUSES = frozenset({ClockEventKind.PAUSE, ClockEventKind.RESUME})
_CHANGES: Mapping[ClockEventKind, Callable[[ClockFacts, ClockEvent], ClockFacts]] = {
    ClockEventKind.PAUSE: _pause,
    ClockEventKind.RESUME: _resume,
    ClockEventKind.FULFIL: _fulfil,
    ClockEventKind.REACTIVATE: _reactivate,
    ClockEventKind.WARN: _warn,
    ClockEventKind.BREACH: _breach,
    ClockEventKind.ESCALATE: _escalate,
    ClockEventKind.ACKNOWLEDGE: _acknowledge,
    ClockEventKind.CANCEL: _cancel,
}


def _terms(event: ClockEvent, terms_of: TermsOf, kind: ClockKind) -> tuple[Terms, UUID | None]:
    if "terms" not in event.detail:  # written before there were terms: the target alone, by the calendar
        return plain(kind, length(event, "target_seconds")), None
    try:
        id = UUID(event.detail["terms"])
        return terms_of(id), id
    except (KeyError, ValueError) as error:
        raise ImpossibleHistory(f"{event.kind} names terms that are not there.") from error
