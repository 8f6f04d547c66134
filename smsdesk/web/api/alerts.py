"""Alerts: what a clock told somebody, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.acknowledge import acknowledge
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert as StoredAlert
from smsdesk.models.alert import AlertDelivery, AlertKind, Channel, DeliveryState
from smsdesk.models.clock import Clock
from smsdesk.rules.reply_clock import ClockKind
from smsdesk.rules.roles import Action, may
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Moment, Told
from smsdesk.web.transaction import session

ORDER = Order("alerts", (StoredAlert.id,), newest_first=True)


class Recipient(Told):
    """Somebody who was told."""

    id: UUID
    name: str
    why: str
    """assignee, team, lead, manager or owner."""


class Delivery(Told):
    """One way that it took to somebody or to a program, and how that went."""

    channel: Channel
    agent: UUID | None
    webhook: UUID | None
    state: DeliveryState
    """`digested`: told in one message with others; `quiet`: it was not their shift; `unknown`: it may have arrived."""
    told_at: Moment | None
    error: str | None


class Alert(Told):
    """A warning, a breach or an escalation of a promise, or what a watch found. Agents see what they were told, managers see all."""

    id: UUID
    kind: AlertKind
    step: str
    """`warn_80` at a share of the target, `lead_300` so many seconds before the deadline, `breach`, `rung_2` of the ladder, `repeat_1`; of a watch `fired`."""
    clock: ClockKind | None
    """null where a watch speaks."""
    clock_id: UUID | None
    watch_id: UUID | None
    conversation_id: UUID | None
    team: UUID | None
    due_at: Moment
    """The moment it was for."""
    told_at: Moment | None
    """The moment it reached the first channel; null while it is on its way."""
    recipients: list[Recipient]
    deliveries: list[Delivery]
    """By which ways it went, the screen among them."""
    overtaken_by: UUID | None
    """A graver alert of the same clock, which came in the same moment after an outage and speaks for this one."""
    acknowledged_at: Moment | None
    acknowledged_by: UUID | None


class Alerts(Page):
    items: list[Alert]


class AlertsAsked(Paging):
    conversation: UUID | None = None
    acknowledged: Literal["true", "false"] | None = None


@operation("GET", "/alerts", Alerts, asks=AlertsAsked)
def list_alerts(asked: AlertsAsked) -> Alerts:
    """Alerts, newest first."""
    rows = see.alerts(me())
    if asked.conversation is not None:
        rows = rows.where(StoredAlert.conversation_id == asked.conversation)
    if asked.acknowledged is not None:
        column, spoken_for = StoredAlert.acknowledged_at, StoredAlert.overtaken_by_id.is_not(None)
        # A graver one of the same moment speaks for one that it overtook: nobody has to see both
        rows = rows.where(column.is_not(None) if asked.acknowledged == "true" else column.is_(None) & ~spoken_for)
    found, following = part(session(), rows, ORDER, asked)
    return Alerts(items=_told(found), next_cursor=following)


@operation("GET", "/alerts/<uuid:alert_id>", Alert)
def get_alert(alert_id: UUID) -> Alert:
    """One alert."""
    return _told([_seen(alert_id)])[0]


@operation("POST", "/alerts/<uuid:alert_id>/acknowledgement", Alert)
def acknowledge_alert(alert_id: UUID) -> Alert:
    """Say that somebody has seen it. The first one counts; twice is once."""
    need(Action.ACKNOWLEDGE_ALERT)
    alert = _seen(alert_id)
    acknowledge(session(), alert, me(), clock.now())
    return _told([alert])[0]


def _seen(alert_id: UUID) -> StoredAlert:
    found = session().scalars(see.alerts(me()).where(StoredAlert.id == alert_id)).unique().one_or_none()
    if found is None:
        raise see.NotThere
    return found


def _told(alerts: Sequence[StoredAlert]) -> list[Alert]:
    people = {recipient.agent_id for alert in alerts for recipient in alert.recipients}
    named = session().execute(select(Agent.id, Agent.name).where(Agent.id.in_(people)))
    wanted = {alert.clock_id for alert in alerts if alert.clock_id}
    kinds = session().execute(select(Clock.id, Clock.kind).where(Clock.id.in_(wanted)))
    names: dict[UUID, str] = dict(named.all())
    clocks: dict[UUID | None, ClockKind] = dict(kinds.all())
    ways = _deliveries(alerts)
    return [_alert(alert, names, clocks.get(alert.clock_id), ways.get(alert.id, [])) for alert in alerts]


def _deliveries(alerts: Sequence[StoredAlert]) -> dict[UUID, list[Delivery]]:
    """Alert → its deliveries; who does not watch over others is told of their own alone."""
    rows = select(AlertDelivery).where(AlertDelivery.alert_id.in_([alert.id for alert in alerts]))
    if not may(me().role, Action.SEE_MANAGER_PAGE):
        rows = rows.where(AlertDelivery.agent_id == me().id)
    found: dict[UUID, list[Delivery]] = {}
    for row in session().scalars(rows.order_by(AlertDelivery.id)):
        told = Delivery(channel=row.channel, agent=row.agent_id, webhook=row.webhook_id, state=row.state,
                        told_at=row.told_at, error=row.error)  # fmt: skip
        found.setdefault(row.alert_id, []).append(told)
    return found


def _alert(alert: StoredAlert, names: dict[UUID, str], kind: ClockKind | None, deliveries: list[Delivery]) -> Alert:
    return Alert(
        id=alert.id,
        kind=alert.kind,
        step=alert.step,
        clock=kind,
        clock_id=alert.clock_id,
        watch_id=alert.watch_id,
        conversation_id=alert.conversation_id,
        team=alert.team_id,
        due_at=alert.due_at,
        told_at=alert.told_at,
        deliveries=deliveries,
        recipients=[Recipient(id=r.agent_id, name=names[r.agent_id], why=r.why) for r in alert.recipients],
        overtaken_by=alert.overtaken_by_id,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by_id,
    )
