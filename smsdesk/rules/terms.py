"""The terms of a promise: what was promised, by which hours, and who is told when it is in danger.

Terms never change. A clock says under which terms it runs, so its deadline and every alert can be worked out again from its
events alone, however often policies and opening hours have changed since.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from smsdesk.rules import opening_hours
from smsdesk.rules.opening_hours import Hours

_SPACE = UUID("6b5b0a3e-6c3a-4a55-9a7d-0d9c2f0c9b11")  # any, but always the same: ids are made from the content


class ClockKind(StrEnum):
    """What is waited for. First and next reply never run together; resolution runs beside them."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


REPLIES = frozenset({ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY})


class Counts(StrEnum):
    """Whether a target is spent while we are closed."""

    BUSINESS = "business"
    CALENDAR = "calendar"


class AlertTimes(StrEnum):
    """When people may be told."""

    OPEN = "open"
    ALWAYS = "always"


class Whom(StrEnum):
    """A place on the ladder; a phone is that of the managers, as a text."""

    ASSIGNEE = "assignee"
    TEAM = "team"
    LEAD = "lead"
    MANAGER = "manager"
    PHONE = "phone"


class Step(str):
    """What a clock says, once each: `warn_80` at a share, `lead_300` so many seconds before, `breach`, `rung_2` of the ladder, `repeat_1`."""

    __slots__ = ()
    WARN_50: Step
    WARN_80: Step
    BREACH: Step


Step.WARN_50, Step.WARN_80, Step.BREACH = Step("warn_50"), Step("warn_80"), Step("breach")


@dataclass(frozen=True)
class Rung:
    """Whom to tell, so long after the deadline; the first one stands at the deadline itself."""

    after: timedelta
    whom: tuple[Whom, ...]


EVERYBODY = (Rung(timedelta(0), (Whom.ASSIGNEE, Whom.TEAM, Whom.MANAGER)),)


@dataclass(frozen=True)
class Terms:
    """`hours` None: open always. `leads` are lengths before the deadline, `shares` parts of the target below 1."""

    kind: ClockKind
    target: timedelta
    hours: Hours | None = None
    counts: Counts = Counts.BUSINESS
    shares: tuple[float, ...] = (0.5, 0.8)
    leads: tuple[timedelta, ...] = ()
    ladder: tuple[Rung, ...] = EVERYBODY
    repeat: timedelta | None = None
    repeats: int = 0
    alerts: AlertTimes = AlertTimes.OPEN
    policy_id: str | None = None
    policy: str | None = None  # its name then

    @property
    def counted_by(self) -> Hours | None:
        """The hours that spend the target."""
        return self.hours if self.counts is Counts.BUSINESS else None

    @cached_property
    def id(self) -> UUID:
        """The same terms have the same id, whoever makes them."""
        return uuid5(_SPACE, json.dumps(as_json(self), sort_keys=True, separators=(",", ":")))

    def due_at(self, since: datetime, spent: timedelta = timedelta(0)) -> datetime:
        """The deadline of a clock that has run since `since`, with `spent` of its target spent before."""
        return opening_hours.due_at(self.counted_by, since, max(self.target - spent, timedelta(0)))

    def counts_like(self, other: Terms) -> bool:
        """They differ in who is told, or in a name; every deadline is the same."""
        return (self.target, self.counted_by) == (other.target, other.counted_by)

    def elapsed(self, since: datetime, until: datetime) -> timedelta:
        """How much of the target is spent between two moments."""
        return opening_hours.elapsed(self.counted_by, since, until)

    def waited(self, since: datetime, until: datetime) -> timedelta:
        """The same wait in open hours, whatever spends the target."""
        return opening_hours.elapsed(self.hours, since, until)

    def whom(self, step: str) -> tuple[Whom, ...]:
        """Who is told at a step. A warning goes to whoever has it, or to their team."""
        if weight(step, self.target) < 1:
            return (Whom.ASSIGNEE,)
        if step.startswith("rung_"):
            return self.ladder[min(_number(step), len(self.ladder) - 1)].whom
        return self.ladder[-1].whom if step.startswith("repeat_") else self.ladder[0].whom


def weight(step: str, target: timedelta) -> float:
    """Where a step stands: below 1 a warning, by the share of the target; 1 the deadline; above 1 the ladder."""
    if step == "breach":
        return 1.0
    if step.startswith("warn_"):
        return _number(step) / 100
    if step.startswith("lead_"):
        return 1 - min(0.999, _number(step) / max(1.0, target.total_seconds()))
    return (1.0 if step.startswith("rung_") else 1000.0) + _number(step)


def is_warning(step: str) -> bool:
    return step.startswith(("warn_", "lead_"))


def steps(terms: Terms, since: datetime, spent: timedelta = timedelta(0)) -> tuple[tuple[Step, datetime], ...]:
    """Every step with its moment, in order, of a clock that has run since `since`; of two at one place, the first."""
    moments = _one_a_place(terms, [*_warnings(terms, since, spent), *_ladder(terms, terms.due_at(since, spent))])
    if terms.alerts is AlertTimes.OPEN and terms.hours is not None:
        moments = [(step, opening_hours.next_open(terms.hours, at)) for step, at in moments]
    return tuple(sorted(moments, key=lambda one: weight(one[0], terms.target)))


def untold(
    terms: Terms,
    since: datetime,
    spent: timedelta,
    told: Collection[str],
    acknowledged: bool = False,
) -> list[tuple[Step, datetime]]:
    """The steps still to tell: nothing lighter than what was told already, and no ladder once somebody said that they saw it."""
    gravest = max((weight(step, terms.target) for step in told), default=-1.0)
    most = 1.0 if acknowledged else float("inf")
    return [(step, at) for step, at in steps(terms, since, spent) if gravest < weight(step, terms.target) <= most]


def as_json(terms: Terms) -> dict[str, Any]:
    """As it is stored."""
    return {
        "kind": terms.kind.value,
        "target": terms.target.total_seconds(),
        "hours": terms.hours.as_json() if terms.hours else None,
        "counts": terms.counts.value,
        "shares": list(terms.shares),
        "leads": [lead.total_seconds() for lead in terms.leads],
        "ladder": [[rung.after.total_seconds(), [one.value for one in rung.whom]] for rung in terms.ladder],
        "repeat": terms.repeat.total_seconds() if terms.repeat else None,
        "repeats": terms.repeats,
        "alerts": terms.alerts.value,
        "policy_id": terms.policy_id,
        "policy": terms.policy,
    }


def from_json(content: Mapping[str, Any]) -> Terms:
    """Raises KeyError or ValueError where it was never written by `as_json`."""
    return Terms(
        kind=ClockKind(content["kind"]),
        target=timedelta(seconds=content["target"]),
        hours=Hours.from_json(content["hours"]) if content["hours"] else None,
        counts=Counts(content["counts"]),
        shares=tuple(content["shares"]),
        leads=tuple(timedelta(seconds=lead) for lead in content["leads"]),
        ladder=tuple(
            Rung(timedelta(seconds=after), tuple(Whom(one) for one in whom)) for after, whom in content["ladder"]
        ),
        repeat=timedelta(seconds=content["repeat"]) if content["repeat"] else None,
        repeats=content["repeats"],
        alerts=AlertTimes(content["alerts"]),
        policy_id=content["policy_id"],
        policy=content["policy"],
    )


def plain(kind: ClockKind, target: timedelta, hours: Hours | None = None) -> Terms:
    """A number's own promise, where no policy says otherwise."""
    return Terms(kind, target, hours)


def _warnings(terms: Terms, since: datetime, spent: timedelta) -> Iterator[tuple[Step, datetime]]:
    for share in terms.shares:
        if 0 < share < 1:
            yield Step(f"warn_{round(share * 100)}"), _warned_at(terms, since, terms.target * share - spent)
    for lead in terms.leads:
        if timedelta(0) < lead < terms.target:
            step = Step(f"lead_{round(lead.total_seconds())}")
            yield step, _warned_at(terms, since, terms.target - lead - spent)


def _one_a_place(terms: Terms, moments: list[tuple[Step, datetime]]) -> list[tuple[Step, datetime]]:
    """Four fifths of ten minutes are two minutes before the end: that is one warning."""
    places: dict[float, tuple[Step, datetime]] = {}
    for step, at in moments:
        places.setdefault(weight(step, terms.target), (step, at))
    return list(places.values())


def _ladder(terms: Terms, due: datetime) -> Iterator[tuple[Step, datetime]]:
    """From the deadline on, in open hours where people are told in these alone."""
    counted, ladder = terms.hours if terms.alerts is AlertTimes.OPEN else None, terms.ladder or EVERYBODY
    for place, rung in enumerate(ladder):
        yield _rung(place), opening_hours.due_at(counted, due, rung.after) if rung.after else due
    for count in range(1, terms.repeats + 1 if terms.repeat else 1):
        after = ladder[-1].after + (terms.repeat or timedelta(0)) * count
        yield Step(f"repeat_{count}"), opening_hours.due_at(counted, due, after)


def _warned_at(terms: Terms, since: datetime, remaining: timedelta) -> datetime:
    return opening_hours.due_at(terms.counted_by, since, remaining) if remaining > timedelta(0) else since


def _rung(place: int) -> Step:
    return Step(f"rung_{place}") if place else Step.BREACH


def _number(step: str) -> int:
    return int(step.rpartition("_")[2])
