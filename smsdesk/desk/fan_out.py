"""An alert that is told on screen takes its further ways, too: each is a row, written in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, false, insert, or_, select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce, later
from smsdesk.desk.shifts import off_shift
from smsdesk.models.agent import Agent
from smsdesk.models.alert import AlertDelivery, AlertKind, AlertRecipient, Channel, DeliveryState, OutgoingWebhook
from smsdesk.rules.roles import Role

OFF_SHIFT = "It was not their shift."
NO_PHONE = "They have not shown us which phone is theirs."


@dataclass(frozen=True)
class PlannedAlert:
    """What is told, to whom (agent → why), and whom of them the ladder wants to reach by a text to their own phone."""

    alert_id: UUID
    kind: AlertKind
    step: str
    team_id: UUID | None
    recipients: Mapping[UUID, str]
    also_phone: frozenset[UUID] = frozenset()


def plan(session: Session, alerts: Sequence[PlannedAlert], now: datetime) -> None:
    """Write how each alert reaches everybody beside and on the screen; whose shift it is not is left in peace.

    Where that would be everybody, the managers see it on screen all the same, and one of them is reached: nobody is left untold.
    """
    if not alerts:
        return
    crew = _Crew(session, alerts, now)
    rows = [
        row for alert in alerts for row in (*_to_people(session, alert, crew, now), *_to_programs(alert, crew, now))
    ]
    if rows:
        session.connection().execute(insert(_table(AlertDelivery)), rows)
    if any(row["state"] is DeliveryState.WAITING for row in rows):
        later(session, "alerts.drain")


class _Crew:
    """Who may have to be reached, and how; read once for a whole batch."""

    def __init__(self, session: Session, alerts: Sequence[PlannedAlert], now: datetime) -> None:
        told = {agent_id for alert in alerts for agent_id in alert.recipients}
        columns = (Agent.id, Agent.role, Agent.phone, Agent.alert_channels)
        managers = Agent.role.in_([Role.MANAGER, Role.ADMIN]) & Agent.disabled_at.is_(None)
        rows = session.execute(
            select(*columns, managers.label("manages")).where(or_(Agent.id.in_(told), managers)).order_by(Agent.name)
        ).all()
        self.people = {row.id: row for row in rows}
        self.off = off_shift(session, list(self.people), now)
        self.managers = [row.id for row in rows if row.manages]
        self.programs = session.execute(
            select(OutgoingWebhook.id, OutgoingWebhook.team_id, OutgoingWebhook.kinds).where(
                OutgoingWebhook.is_on != false()
            )
        ).all()

    def stands_in(self) -> UUID | None:
        """The manager who is reached when it is nobody's shift: rather one who works now, and who can be reached at all."""
        by_merit = sorted(self.managers, key=lambda id: (id in self.off, not self.people[id].alert_channels))
        return by_merit[0] if by_merit else None


def _to_people(session: Session, alert: PlannedAlert, crew: _Crew, now: datetime) -> Iterator[dict[str, Any]]:
    told, added, woken = list(alert.recipients), [], None
    if told and crew.off.issuperset(told):
        woken = crew.stands_in()
        added = [manager for manager in crew.managers if manager not in alert.recipients]
        _see_too(session, alert, added)
    for agent_id in (*told, *added):
        yield _row(alert, Channel.SCREEN, now, DeliveryState.SENT, agent_id=agent_id, told_at=now)
        if agent_id in added and agent_id != woken:
            continue
        rests = agent_id in crew.off and agent_id != woken
        for channel in _channels(crew.people[agent_id], alert):
            if rests:
                yield _row(alert, channel, now, DeliveryState.QUIET, agent_id=agent_id, error=OFF_SHIFT)
            elif channel is Channel.PHONE and not crew.people[agent_id].phone:
                yield _row(alert, channel, now, DeliveryState.FAILED, agent_id=agent_id, error=NO_PHONE)
            else:
                yield _row(alert, channel, now, DeliveryState.WAITING, agent_id=agent_id)


def _to_programs(alert: PlannedAlert, crew: _Crew, now: datetime) -> Iterator[dict[str, Any]]:
    for program in crew.programs:
        concerns = program.team_id is None or program.team_id == alert.team_id
        if concerns and alert.kind.value in program.kinds:
            yield _row(alert, Channel.WEBHOOK, now, DeliveryState.WAITING, webhook_id=program.id)


def _channels(person: Any, alert: PlannedAlert) -> list[Channel]:
    """What the person switched on. A text costs money and wakes people, so that a mere warning is none."""
    wanted = {Channel(word) for word in person.alert_channels}
    if alert.kind is AlertKind.WARNING:
        wanted.discard(Channel.PHONE)
    if person.id in alert.also_phone:
        wanted.add(Channel.PHONE)
    return sorted(wanted - {Channel.SCREEN, Channel.WEBHOOK})


def _see_too(session: Session, alert: PlannedAlert, managers: Sequence[UUID]) -> None:
    rows = [{"alert_id": alert.alert_id, "agent_id": agent_id, "why": "manager"} for agent_id in managers]
    if rows:
        session.connection().execute(insert(_table(AlertRecipient)), rows)
    for agent_id in managers:
        announce(session, "alert", alert.alert_id, agent_id=agent_id)


def _row(
    alert: PlannedAlert,
    channel: Channel,
    now: datetime,
    state: DeliveryState,
    *,
    agent_id: UUID | None = None,
    webhook_id: UUID | None = None,
    told_at: datetime | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "alert_id": alert.alert_id,
        "channel": channel,
        "target": str(agent_id or webhook_id),
        "agent_id": agent_id,
        "webhook_id": webhook_id,
        "state": state,
        "not_before": now,
        "attempts": 0,
        "told_at": told_at,
        "error": error,
        "created_at": now,
    }


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
