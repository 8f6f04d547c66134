"""Reminders: what is due is claimed, becomes an alert once, and is told to whoever it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce, later
from smsdesk.desk.fan_out import PlannedAlert, plan
from smsdesk.models.agent import Agent, Membership
from smsdesk.models.alert import Alert, AlertKind, AlertRecipient
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.event import Event
from smsdesk.rules.reply_clock import SHARES, ClockState, Step, next_step, step_due, step_told
from smsdesk.rules.roles import Role

BATCH = 500
KINDS = {Step.WARN_50: AlertKind.WARNING, Step.WARN_80: AlertKind.WARNING, Step.BREACH: AlertKind.BREACH}


def claim_due(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Turn clocks whose moment has come into alerts; returns how many clocks were looked at.

    Any number of clock processes may do this at once: a clock is locked (on SQLite, the whole database is) and moved to its
    next step in the transaction that writes its alert, and a step of a clock can have one alert only.
    """
    due = session.execute(
        select(Clock.id, Clock.conversation_id, Clock.team_id, Clock.started_at, Clock.target, Clock.next_step)
        .where(Clock.next_alert_at.is_not(None), Clock.next_alert_at <= now, Clock.state == ClockState.RUNNING)
        .order_by(Clock.next_alert_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    if due:
        _raise(session, due, now)
        later(session, "reminders.drain")
    return len(due)


def next_due_at(session: Session) -> datetime | None:
    """When the next clock speaks up, or None where none runs."""
    return session.scalar(
        select(Clock.next_alert_at).where(Clock.next_alert_at.is_not(None)).order_by(Clock.next_alert_at).limit(1)
    )


def tell_waiting(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Tell alerts that nobody has been told of; returns how many."""
    alerts = session.execute(_UNTOLD.limit(limit)).all()
    if not alerts:
        return 0
    crews = _Crews(session)
    planned = [
        PlannedAlert(alert.id, alert.kind, alert.step, alert.team_id,
                     crews.concerned(alert.kind, alert.team_id, alert.assignee_id))
        for alert in alerts
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"alert_id": alert.alert_id, "agent_id": agent_id, "why": why}
        for alert in planned
        for agent_id, why in alert.recipients.items()
    ]
    connection = session.connection()
    if rows:
        connection.execute(insert(_table(AlertRecipient)), rows)
    connection.execute(
        update(_table(Alert))
        .where(Alert.id == bindparam("alert"), Alert.told_at.is_(None))
        .values(told_at=bindparam("moment")),
        [{"alert": alert.id, "moment": max(now, alert.claimed_at)} for alert in alerts],
    )
    plan(session, planned, now)
    for row in rows:
        announce(session, "alert", row["alert_id"], agent_id=row["agent_id"])
    for alert in alerts:
        announce(session, "conversation", alert.conversation_id, team_id=alert.team_id)
    return len(alerts)


_UNTOLD = (
    select(Alert.id, Alert.kind, Alert.step, Alert.team_id, Alert.conversation_id, Alert.claimed_at, Conversation.assignee_id)
    .join(Conversation, Conversation.id == Alert.conversation_id)
    .where(Alert.told_at.is_(None))
    .order_by(Alert.claimed_at)
    .with_for_update(of=Alert, key_share=True, skip_locked=True)
)  # fmt: skip


class _Crews:
    """Who belongs to which team, read once for a whole batch."""

    def __init__(self, session: Session) -> None:
        members = session.execute(
            select(Membership.team_id, Membership.agent_id).join(Agent).where(Agent.disabled_at.is_(None))
        )
        self.here = set(session.scalars(select(Agent.id).where(Agent.disabled_at.is_(None))))
        self.members: dict[UUID, list[UUID]] = {}
        for team_id, agent_id in members:
            self.members.setdefault(team_id, []).append(agent_id)
        self.managers = list(
            session.scalars(
                select(Agent.id).where(Agent.disabled_at.is_(None), Agent.role.in_([Role.MANAGER, Role.ADMIN]))
            )
        )

    def concerned(self, kind: AlertKind, team_id: UUID, assignee_id: UUID | None) -> dict[UUID, str]:
        """Agent → why. A warning goes to the assignee, or to the team where there is none; a breach to all of them and the
        managers, who also hear of a warning that nobody else would."""
        told: dict[UUID, str] = {}
        if assignee_id in self.here and assignee_id is not None:
            told[assignee_id] = "assignee"
        if kind is AlertKind.BREACH or not told:
            for member in self.members.get(team_id, []):
                told.setdefault(member, "team")
        if kind is AlertKind.BREACH or not told:
            for manager in self.managers:
                told.setdefault(manager, "manager")
        return told


def _raise(session: Session, due: Sequence[Any], now: datetime) -> None:
    spoken = [_spoken(row, now) for row in due]
    connection = session.connection()
    connection.execute(_MOVE, [_move(row, step, now) for row, step, _ in spoken])
    connection.execute(insert(_table(Alert)), [_alert(row, step, at, now) for row, step, at in spoken])
    connection.execute(insert(_table(StoredEvent)), [_clock_event(row, step, now) for row, step, _ in spoken])
    connection.execute(insert(_table(Event)), [_history(row, step, now) for row, step, _ in spoken])


def _spoken(row: Any, now: datetime) -> tuple[Any, Step, datetime]:
    """What this clock says now, and the moment that it was for."""
    step, at = step_due(row.started_at, row.target, _told_before(row.next_step), now) or (Step(row.next_step), now)
    return row, step, at


def _move(row: Any, step: Step, now: datetime) -> dict[str, Any]:
    following = next_step(row.started_at, row.target, _told_before(row.next_step) | {step})
    next_one, moment = following or (None, None)
    return {"clock": row.id, "step": next_one, "moment": moment, "breached": now if step is Step.BREACH else None}


def _alert(row: Any, step: Step, at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "clock_id": row.id,
        "conversation_id": row.conversation_id,
        "team_id": row.team_id,
        "kind": KINDS[step],
        "step": step,
        "due_at": at,
        "claimed_at": now,
    }


def _clock_event(row: Any, step: Step, now: datetime) -> dict[str, Any]:
    event = step_told(step, now)
    return {"id": new_id(), "clock_id": row.id, "kind": event.kind, "at": now, "detail": dict(event.detail)}


def _history(row: Any, step: Step, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": now,
        "kind": f"clock.{step_told(step, now).kind.value}",
        "conversation_id": row.conversation_id,
        "team_id": row.team_id,
        "subject_id": row.id,
        "detail": {"step": step.value},
    }


def _told_before(step: Step | None) -> frozenset[Step]:
    """Whatever is lighter than the step that comes next can never come again."""
    order = list(SHARES)
    return frozenset(order[: order.index(step)]) if step else frozenset(order)


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


_MOVE = (
    update(_table(Clock))
    .where(_table(Clock).c.id == bindparam("clock"))
    .values(next_step=bindparam("step"), next_alert_at=bindparam("moment"), breached_at=bindparam("breached"))
)
