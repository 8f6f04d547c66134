"""Trying a watch on what has been: how often would it have fired in the last 30 days, when, and for how long. Reads only.

What has happened is read once, and then looked at in steps, by the same sum and the same rule as a real look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk.count_open import ALWAYS, Opening, Scope, opening
from smsdesk.desk.gather import Asked
from smsdesk.desk.measure import track
from smsdesk.models.number import Number
from smsdesk.rules.watches import NOTHING, WINDOWED, Found, Unit, WatchRule, WatchState, after

LOOKS_BACK = timedelta(days=30)
SHORTEST_STEP, LONGEST_STEP = timedelta(seconds=30), timedelta(minutes=5)


@dataclass(frozen=True)
class Firing:
    """`until` None: it would be firing now. `peak` is the highest that was seen meanwhile."""

    since: datetime
    until: datetime | None
    peak: float


@dataclass(frozen=True)
class Trial:
    """From `since`, before which nothing is known or asked, until now, in steps."""

    rule: WatchRule
    since: datetime
    until: datetime
    step: timedelta
    firings: tuple[Firing, ...]

    @property
    def lasted(self) -> timedelta:
        return sum(((one.until or self.until) - one.since for one in self.firings), timedelta(0))


def try_watch(session: Session, rule: WatchRule, scope: Scope, now: datetime) -> Trial:
    """What this rule would have done."""
    hours = opening(session, scope, now) if rule.only_open else ALWAYS
    since, step = _known_since(session, scope, now), step_of(rule)
    looks = _looks(Asked(session, rule, scope, hours, since, now), hours, step)
    return Trial(rule, since, now, step, tuple(_firings(looks, rule, since)))


def step_of(rule: WatchRule) -> timedelta:
    """Short enough that nothing that lasts passes between two looks."""
    if rule.figure in WINDOWED or rule.unit is not Unit.SECONDS:
        return LONGEST_STEP if rule.figure in WINDOWED else timedelta(minutes=1)
    return min(LONGEST_STEP, max(SHORTEST_STEP, timedelta(seconds=rule.limit // 4)))


def _known_since(session: Session, scope: Scope, now: datetime) -> datetime:
    first = select(func.min(Number.created_at))
    if scope.number_id is not None:
        first = first.where(Number.id == scope.number_id)
    if scope.team_id is not None:
        first = first.where(Number.team_id == scope.team_id)
    return min(now, max(now - LOOKS_BACK, session.scalar(first) or now - LOOKS_BACK))


def _looks(asked: Asked, hours: Opening, step: timedelta) -> Iterator[tuple[datetime, Found]]:
    figure, at = track(asked), asked.since
    while at <= asked.now:
        yield at, figure.at(at) if hours is ALWAYS or hours.is_open(at) else NOTHING
        at += step


def _firings(looks: Iterator[tuple[datetime, Found]], rule: WatchRule, began: datetime) -> Iterator[Firing]:
    state, since, peak, is_new = WatchState.QUIET, began, 0.0, True
    for at, found in looks:
        following = after(state, since, found, rule, at, is_new=is_new)
        if following is not state and state is WatchState.FIRING:
            yield Firing(since, at, peak)
        if following is not state:
            state, since, peak, is_new = following, at, 0.0, False
        peak = max(peak, found.value or 0.0)
    if state is WatchState.FIRING:
        yield Firing(since, None, peak)
