"""Watching over figures: each watch is measured when its moment comes, fires once, and is over when it is over.

Measuring only reads, so a slow figure keeps no writer waiting. Any number of clock processes may do this at once: what one of
them found counts only if nobody has looked, or changed the watch, since it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk.count_open import Scope
from smsdesk.desk.measure import measure
from smsdesk.desk.record import record
from smsdesk.models.alert import Alert, AlertKind
from smsdesk.models.number import Number
from smsdesk.models.watch import Watch, WatchEvent, WatchEventKind
from smsdesk.rules.watch_words import cleared_words, fired_words
from smsdesk.rules.watches import NOTHING, Found, WatchState, after

LOOK_EVERY = timedelta(seconds=5)
FIRED = "fired"  # the step of a watch's alert


@dataclass(frozen=True)
class Look:
    """A watch as it was read, and its figure then; `is_closed` where it looks only while we are open."""

    watch: Watch
    found: Found
    is_closed: bool


def look(session: Session, now: datetime) -> list[Look]:
    """Measure every watch whose moment has come. Reads only."""
    due = select(Watch).where(Watch.next_look_at <= now, Watch.is_on).order_by(Watch.next_look_at)
    return [_look(session, watch, now) for watch in session.scalars(due).all()]


def settle(session: Session, looks: list[Look], now: datetime) -> int:
    """Write down what was found; returns how many watches fired or were over."""
    return sum(_settle(session, one, now) for one in looks)


def scope_of(watch: Watch) -> Scope:
    return Scope(watch.number_id, watch.team_id)


def team_of(session: Session, watch: Watch) -> UUID | None:
    """Whose watch it is; None: it is over every team, and of the managers alone."""
    if watch.number_id is None:
        return watch.team_id
    return session.scalar(select(Number.team_id).where(Number.id == watch.number_id))


def _look(session: Session, watch: Watch, now: datetime) -> Look:
    found = measure(session, watch.rule, scope_of(watch), now)
    return Look(watch, found or NOTHING, found is None)


def _settle(session: Session, one: Look, now: datetime) -> bool:
    watch = one.watch
    state = after(
        watch.state, watch.state_since, one.found, watch.rule, now, is_new=watch.state_since == watch.created_at
    )
    has_turned = state is not watch.state
    mute_ends = watch.muted_until is not None and watch.muted_until <= now
    if not _claim(session, one, state, has_turned, mute_ends, now):
        return False
    if mute_ends and not _was_unmuted(session, watch):
        session.add(WatchEvent(watch_id=watch.id, at=now, kind=WatchEventKind.UNMUTED, value=one.found.value))
    if has_turned:
        _write(session, one, state, now)
    if state is WatchState.FIRING and not watch.is_muted(now) and (has_turned or (mute_ends and not _was_told(session, watch))):  # fmt: skip
        _tell(session, one, now)
    if has_turned or mute_ends:
        announce(session, "watch", watch.id, team_id=team_of(session, watch))
    return has_turned


def _claim(session: Session, one: Look, state: WatchState, has_turned: bool, mute_ends: bool, now: datetime) -> bool:
    """The next look is the watch's version: whoever changes a watch moves it."""
    values: dict[str, Any] = {"next_look_at": now + LOOK_EVERY, "last_value": one.found.value}
    values |= {"state": state, "state_since": now} if has_turned else {}
    values |= {"muted_until": None} if mute_ends else {}
    claimed = session.execute(
        update(Watch).where(Watch.id == one.watch.id, Watch.next_look_at == one.watch.next_look_at).values(values),
        execution_options={"synchronize_session": False},
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def _was_unmuted(session: Session, watch: Watch) -> bool:
    """Somebody ended the mute, and it is written down already."""
    theirs = exists().where(
        WatchEvent.watch_id == watch.id, WatchEvent.kind == WatchEventKind.UNMUTED, WatchEvent.at == watch.muted_until
    )
    return bool(session.scalar(select(theirs)))


def _was_told(session: Session, watch: Watch) -> bool:
    """Before it was muted, it had told that it fires."""
    told = exists().where(Alert.watch_id == watch.id, Alert.due_at >= watch.state_since)
    return bool(session.scalar(select(told)))


def _write(session: Session, one: Look, state: WatchState, now: datetime) -> None:
    watch, fires = one.watch, state is WatchState.FIRING
    kind = WatchEventKind.FIRED if fires else WatchEventKind.CLEARED
    session.add(
        WatchEvent(watch_id=watch.id, at=now, kind=kind, value=one.found.value, detail=_detail(one, fires, now))
    )
    record(session, f"watch.{kind.value}", now, team_id=team_of(session, watch), subject_id=watch.id,
           value=one.found.value)  # fmt: skip


def _detail(one: Look, fires: bool, now: datetime) -> dict[str, Any]:
    watch = one.watch
    if fires:
        told = {"words": fired_words(watch.rule, one.found), "cases": one.found.cases, "limit": watch.limit}
        return told | ({"muted": True} if watch.is_muted(now) else {})
    if one.is_closed:
        return {"words": "We closed.", "closed": True}
    return {"words": cleared_words(watch.rule, one.found, now - watch.state_since), "cases": one.found.cases}


def _tell(session: Session, one: Look, now: datetime) -> None:
    """One alert, which the reminders job tells to the watch's owners."""
    watch = one.watch
    session.add(
        Alert(
            watch_id=watch.id,
            team_id=team_of(session, watch),
            kind=AlertKind.WATCH,
            step=FIRED,
            words={
                "name": watch.name,
                "text": fired_words(watch.rule, one.found),
                "figure": watch.figure.value,
                "value": one.found.value,
                "limit": watch.limit,
                "cases": one.found.cases,
            },
            due_at=now,
            claimed_at=now,
        )
    )
    session.flush()
    later(session, "reminders.drain")
