"""The manager's page in words: who waits, what is late, who is here, and today's promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk import figures, see
from smsdesk.desk.dismiss import in_quarantine
from smsdesk.desk.look_ahead import rest_of_today
from smsdesk.desk.oversee import open_alerts
from smsdesk.desk.oversee_watches import seen_watches
from smsdesk.desk.warn_of_refusal import held_back
from smsdesk.desk.watch import Person, Waiting
from smsdesk.models.agent import Agent
from smsdesk.models.number import Number
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.days import midnight
from smsdesk.rules.durations import clock_face, spell
from smsdesk.rules.promise import Promise, summary
from smsdesk.rules.roles import Action, may
from smsdesk.web.agent import words
from smsdesk.web.manager.alert_rows import alert_row, by_urgency
from smsdesk.web.manager.charts import chart
from smsdesk.web.manager.pictures import (
    ManagerPicture,
    NumberChoice,
    NumberRow,
    PersonRow,
    PromisePicture,
    Since,
    WaitingRow,
)
from smsdesk.web.manager.short_words import short
from smsdesk.web.manager.watch_pictures import WatchRow
from smsdesk.web.manager.watch_rows import watch_row

NONE_YET = "–"
MOST_ALERTS = 5
MOST_WATCHES = 8
NOTHING = summary(())


def manager_picture(session: Session, me: Agent, now: datetime, number_id: UUID | None = None) -> ManagerPicture:
    """All of their teams, or one number of theirs. Raises NotThere for another's number."""
    numbers = see.numbers(session, me)
    number = _chosen(numbers, number_id)
    zone = zone_of([number] if number else numbers)
    current = figures.right_now(session, me, now, number)
    today = figures.today(session, me, now, number)
    alerts = sorted(open_alerts(session, me, now), key=by_urgency)
    if number is not None:
        alerts = [alert for alert in alerts if alert.number_id == number.id]
    watches = _watches(session, me, number, now, zone)
    return ManagerPicture(
        here=number.label if number else "All numbers",
        query=f"?number={number.id}" if number else "",
        day=_day(now, zone),
        choices=_choices(numbers, number),
        promise=_promise(today, [number] if number else numbers),
        waiting=current.waiting,
        late=current.late,
        soon=current.soon,
        oldest=_since(current.oldest_since, now),
        rows=tuple(_waiting_row(one, now) for one in current.first),
        people=tuple(_person_row(one, today.by_agent.get(one.id, NOTHING), now) for one in current.people),
        available=current.available,
        room=current.room,
        chart=chart(today.quarters, zone, rest_of_today(session, me, numbers, number, zone, now)),
        watches=watches[:MOST_WATCHES],
        more_watches=max(0, len(watches) - MOST_WATCHES),
        may_watch=may(me.role, Action.MANAGE_PROMISES),
        alerts=tuple(alert_row(alert, now, zone) for alert in alerts[:MOST_ALERTS]),
        more_alerts=max(0, len(alerts) - MOST_ALERTS),
        numbers=tuple(_number_row(one, today.by_number.get(one.id, NOTHING)) for one in numbers),
        quarantined=_quarantined(session, me),
        refused=held_back(session, now),
        may_change=may(me.role, Action.CHANGE_TARGET),
    )


def zone_of(numbers: Sequence[Number]) -> str:
    """The zone that times are shown in: that of most of these numbers."""
    zones = Counter(number.time_zone for number in numbers)
    return zones.most_common(1)[0][0] if zones else "UTC"


def _watches(session: Session, me: Agent, number: Number | None, now: datetime, zone: str) -> tuple[WatchRow, ...]:
    """What is switched on; on the page of a number, what looks at it."""
    seen = (one for one in seen_watches(session, me, midnight(now, zone)) if one.watch.is_on)
    if number is not None:
        seen = (
            one
            for one in seen
            if one.watch.number_id in {None, number.id} and one.watch.team_id in {None, number.team_id}
        )
    return tuple(watch_row(one, me, now, zone) for one in seen)


def _day(now: datetime, zone: str) -> str:
    there = now.astimezone(ZoneInfo(zone))
    return f"{there:%A} {there.day} {there:%B}"


def _chosen(numbers: Sequence[Number], number_id: UUID | None) -> Number | None:
    if number_id is None:
        return None
    found = next((number for number in numbers if number.id == number_id), None)
    if found is None:
        raise see.NotThere
    return found


def _choices(numbers: Sequence[Number], here: Number | None) -> tuple[NumberChoice, ...]:
    if len(numbers) < 2:
        return ()
    own = (NumberChoice(number.label, f"/manager?number={number.id}", number is here) for number in numbers)
    return (NumberChoice("All numbers", "/manager", here is None), *own)


def _promise(today: figures.Today, numbers: Sequence[Number]) -> PromisePicture:
    promise, late = today.promise, today.promise.count - today.kept
    return PromisePicture(
        share=shown_share(promise),
        within=_within(numbers),
        kept_words=f"{today.kept} of {promise.count} promises kept" if promise.count else "nothing was due yet",
        late_words=f"{late} late" if late else "",
        p50=_face(promise.p50),
        p90=_face(promise.p90),
        p99=_face(promise.p99),
        decided=promise.count,
    )


def _within(numbers: Sequence[Number]) -> str:
    targets = {number.target for number in numbers}
    return f"within {short(targets.pop())}" if len(targets) == 1 else "in time"


def shown_share(promise: Promise) -> str:
    """One decimal, and never 100% while one was broken."""
    if promise.share_kept is None:
        return NONE_YET
    if promise.share_kept == 1:
        return "100%"
    return f"{min(99.9, round(100 * promise.share_kept, 1)):.1f}%"


def _face(length: timedelta | None) -> str:
    return NONE_YET if length is None else clock_face(length)


def _since(at: datetime | None, now: datetime) -> Since | None:
    return None if at is None else Since(at, clock_face(now - at))


def _waiting_row(one: Waiting, now: datetime) -> WaitingRow:
    since = Since(one.waiting_since, clock_face(now - one.waiting_since))
    left = words.left(one.waiting_since, one.due_at, now)
    return WaitingRow(one.conversation_id, one.customer, one.number_label, one.assignee, since, left)


def _person_row(one: Person, promise: Promise, now: datetime) -> PersonRow:
    return PersonRow(
        name=one.name,
        state=one.availability.value,
        since_words=_rounded(now - one.since),
        load=one.load,
        capacity=one.capacity,
        high=max(0.0, one.capacity - 0.5),
        p50=_face(promise.p50),
        share=shown_share(promise),
    )


def _rounded(length: timedelta) -> str:
    """`now`, `4 min`, `2 h`, `3 d`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def _number_row(number: Number, promise: Promise) -> NumberRow:
    return NumberRow(
        id=number.id,
        label=number.label,
        address=words.called(None, number.address),
        target_words=spell(number.target),
        share=shown_share(promise),
        p50=_face(promise.p50),
        decided=promise.count,
    )


def _quarantined(session: Session, me: Agent) -> str:
    if not may(me.role, Action.SEE_QUARANTINE):
        return ""
    few = in_quarantine().with_only_columns(QuarantinedText.id).limit(words.MOST + 1).subquery()
    count = session.scalar(select(func.count()).select_from(few)) or 0
    return words.capped(count) if count else ""
