"""What surrounds every signed-in page: oneself, the badge, the alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertRecipient
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.watch import Watch
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.roles import Action, may
from smsdesk.rules.terms import weight
from smsdesk.rules.watches import WatchState
from smsdesk.rules.wording import alert_words
from smsdesk.web.agent import boxes, words
from smsdesk.web.agent.pictures import AlertPicture, Frame

MOST_ALERTS = 10
LOOKED_AT = 20
MINUTE = timedelta(minutes=1)


def frame(
    session: Session,
    me: Agent,
    now: datetime,
    stream_after: str = "",
    unread: int | None = None,
    phones: bool = False,
) -> Frame:
    """`unread` where the caller counted it already; `stream_after` is the newest news when the page was drawn."""
    return Frame(
        name=me.name,
        initials=words.initials(me.name),
        state=me.availability.value,
        state_words=me.availability.value,
        leads=may(me.role, Action.SEE_MANAGER_PAGE),
        manages=may(me.role, Action.MANAGE_PROMISES),
        phones=phones,
        unread=boxes.counts(session, me, now)["unread"] if unread is None else unread,
        alerts=tuple(alerts(session, me, now)),
        theme=me.theme,
        stream_after=stream_after,
    )


def alerts(session: Session, me: Agent, now: datetime) -> Iterator[AlertPicture]:
    """Unacknowledged alerts of clocks that still run, the gravest of each, newest first."""
    shown: dict[object, AlertPicture] = {}
    found = session.execute(_told(me)).all()
    for alert in sorted(found, key=lambda alert: -weight(alert.step, alert.target)):
        name = words.called(alert.name, alert.address)
        sentence = alert_words(
            alert.step, name, _waited(now - alert.started_at, alert.target), alert.target, alert.clock_kind
        )
        address = f"/conversations/{alert.conversation_id}"
        picture = AlertPicture(alert.id, alert.kind.value, sentence, alert.conversation_id, address)
        shown.setdefault(alert.clock_id, picture)
    yield from [*shown.values(), *_of_watches(session, me)][:MOST_ALERTS]


def _of_watches(session: Session, me: Agent) -> Iterator[AlertPicture]:
    """What watches found that still fire."""
    told = (
        select(Alert.id, Alert.kind, Alert.words, Watch.id.label("watch_id"))
        .join(AlertRecipient, AlertRecipient.alert_id == Alert.id)
        .join(Watch, Watch.id == Alert.watch_id)
        .where(
            AlertRecipient.agent_id == me.id,
            Alert.acknowledged_at.is_(None),
            Alert.told_at.is_not(None),
            Watch.state == WatchState.FIRING,
            Alert.due_at >= Watch.state_since,
        )
        .order_by(Alert.told_at.desc())
        .limit(MOST_ALERTS)
    )
    for alert in session.execute(told):
        address = f"/manager/watches/{alert.watch_id}" if may(me.role, Action.SEE_MANAGER_PAGE) else ""
        yield AlertPicture(alert.id, alert.kind.value, f"{alert.words['name']}: {alert.words['text']}", None, address)


def _waited(length: timedelta, target: timedelta) -> timedelta:
    # Once the promise is broken nobody needs the seconds
    return length // MINUTE * MINUTE if length >= target + MINUTE else length


def _told(me: Agent) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Alert.id,
            Alert.kind,
            Alert.step,
            Alert.clock_id,
            Alert.conversation_id,
            Clock.started_at,
            Clock.target,
            Clock.kind.label("clock_kind"),
            Customer.name,
            Address.value.label("address"),
        )
        .join(AlertRecipient, AlertRecipient.alert_id == Alert.id)
        .join(Clock, Clock.id == Alert.clock_id)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(
            AlertRecipient.agent_id == me.id,
            Alert.acknowledged_at.is_(None),
            Alert.told_at.is_not(None),
            Clock.state == ClockState.RUNNING,
        )
        .order_by(Alert.told_at.desc())
        .limit(LOOKED_AT)
    )
