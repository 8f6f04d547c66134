"""Alerts on their way outside: claim, commit, call, record. Again after a crash or in doubt, always under the same id.

A claim is a conditional update whose row count says who won; `attempts` tells this claim from the next one. A row that waits
with a lease on it may have left before: it goes again alone and under its own id. What certainly never left may go together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.models.alert import Alert, AlertDelivery, Channel, DeliveryState
from smsdesk.rules.alert_letters import FIRST
from smsdesk.rules.alert_tries import Ended, Outcome, next_try

LEASE = timedelta(seconds=120)  # well above the longest call
TOGETHER_ABOVE = 5  # so many for one person at once become one message
GROUPS = 64
CALLS_TO_ONE = 6  # at once; the next ones are claimed when half of these have ended
CALLED = (Channel.PUSH, Channel.EMAIL, Channel.WEBHOOK)

# Literals, so that both databases see that the partial index fits
ON_ITS_WAY: ColumnElement[bool] = literal_column("alert_delivery.state IN ('waiting', 'sending')")


@dataclass(frozen=True)
class Errand:
    """One message to send. `id` is its name outside for ever; `alert_ids` are all that it tells of."""

    id: UUID
    channel: Channel
    target: str
    agent_id: UUID | None
    webhook_id: UUID | None
    tries: int
    may_have_left: bool  # in an earlier try
    created_at: datetime
    alert_ids: tuple[UUID, ...]


def claim(session: Session, now: datetime, limit: int, busy: Sequence[tuple[str, str]] = ()) -> list[Errand]:
    """At most so many messages that are ours to send now; `busy`: channel and target of those that fly already."""
    claimed: list[Errand] = []
    for channel, target in _due_groups(session, now, CALLED):
        flying = sum(1 for one in busy if one == (channel.value, target))
        room = min(limit - len(claimed), CALLS_TO_ONE - flying)
        if room > 0 and flying <= CALLS_TO_ONE // 2:
            claimed += _claim_group(session, channel, target, now, room)
    return claimed


def waits(session: Session, now: datetime) -> bool:
    """Whether anything could be claimed. Only reads."""
    return bool(_due_groups(session, now, CALLED, 1))


def record(session: Session, errand: Errand, outcome: Outcome, now: datetime) -> None:
    """What became of a try; nothing where somebody else has taken it over meanwhile."""
    again = next_try(outcome, errand.tries, now - errand.created_at)
    never_left = outcome.ended is Ended.LATER and not errand.may_have_left
    values: dict[str, Any] = {"error": outcome.why}
    if outcome.ended is Ended.TAKEN:
        values |= {"state": DeliveryState.SENT, "told_at": now, "lease_until": None}
    elif again is not None:
        values |= {"state": DeliveryState.WAITING, "not_before": now + again}
        values |= {"lease_until": None} if never_left else {}
    else:
        in_doubt = outcome.ended is Ended.IN_DOUBT or (outcome.ended is Ended.LATER and errand.may_have_left)
        values |= {"state": DeliveryState.UNKNOWN if in_doubt else DeliveryState.FAILED, "lease_until": None}
    mine = session.execute(
        update(AlertDelivery)
        .where(
            AlertDelivery.id == errand.id,
            AlertDelivery.attempts == errand.tries,
            AlertDelivery.state == DeliveryState.SENDING,
        )
        .values(**values),
        execution_options={"synchronize_session": False},
    )
    if mine.rowcount and (again is None or never_left):  # type: ignore[attr-defined]
        share_fate(session, errand.id, values | {"attempts": errand.tries})


def share_fate(session: Session, speaker_id: UUID, values: dict[str, Any]) -> None:
    """What was told in the same message was told then, or failed with it, or stands in line again by itself."""
    theirs: dict[str, Any] = {
        key: values[key] for key in ("error", "told_at", "not_before", "attempts") if key in values
    }
    theirs["state"] = DeliveryState.DIGESTED if values["state"] is DeliveryState.SENT else values["state"]
    if values["state"] is DeliveryState.WAITING:
        theirs["digest_id"] = None
    session.execute(
        update(AlertDelivery).where(AlertDelivery.digest_id == speaker_id).values(**theirs),
        execution_options={"synchronize_session": False},
    )


def due_rows(
    session: Session, channel: Channel, target: str, now: datetime, limit: int | None = None
) -> list[AlertDelivery]:
    """What one person or program could be told now by one channel, most urgent first; with a limit, of what came first."""
    rows = session.execute(
        select(AlertDelivery, Alert.kind, Alert.due_at)
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(_due(now), AlertDelivery.channel == channel, AlertDelivery.target == target)
        .order_by(AlertDelivery.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    return [
        row.AlertDelivery for row in sorted(rows, key=lambda row: (FIRST[row.kind], row.due_at, row.AlertDelivery.id))
    ]


def bundle(session: Session, rows: Sequence[AlertDelivery]) -> None:
    """The first one speaks for the rest, which are marked so unless somebody else has taken them."""
    speaker, rest = rows[0], [row.id for row in rows[1:]]
    session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id.in_(rest), AlertDelivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.DIGESTED, digest_id=speaker.id, error=None),
        execution_options={"synchronize_session": False},
    )


def told_of(session: Session, row: AlertDelivery) -> tuple[UUID, ...]:
    """The alerts that a message tells of, itself first."""
    others = session.scalars(select(AlertDelivery.alert_id).where(AlertDelivery.digest_id == row.id))
    return (row.alert_id, *others)


def due_groups(session: Session, now: datetime, channel: Channel) -> list[str]:
    """The people to whom something can go now by this channel."""
    return [target for _, target in _due_groups(session, now, (channel,))]


def _due_groups(
    session: Session, now: datetime, channels: Collection[Channel], limit: int = GROUPS
) -> list[tuple[Channel, str]]:
    rows = session.execute(
        select(AlertDelivery.channel, AlertDelivery.target)
        .where(_due(now), AlertDelivery.channel.in_(channels))
        .group_by(AlertDelivery.channel, AlertDelivery.target)
        .order_by(func.min(AlertDelivery.not_before))
        .limit(limit)
    )
    return [(row.channel, row.target) for row in rows]


def _due(now: datetime) -> ColumnElement[bool]:
    left_behind = and_(AlertDelivery.state == DeliveryState.SENDING, AlertDelivery.lease_until < now)
    fresh = and_(AlertDelivery.state == DeliveryState.WAITING, AlertDelivery.not_before <= now)
    return and_(ON_ITS_WAY, or_(fresh, left_behind))


def _claim_group(session: Session, channel: Channel, target: str, now: datetime, room: int) -> list[Errand]:
    goes_alone = channel is Channel.WEBHOOK  # a program can count, and wants each by itself
    rows = due_rows(session, channel, target, now, room if goes_alone else None)
    may_have_left = [row for row in rows if row.lease_until is not None]
    fresh = [row for row in rows if row.lease_until is None]
    together = not goes_alone and len(fresh) > TOGETHER_ABOVE
    claimed: list[Errand] = []
    for row in [*may_have_left, *(fresh[:1] if together else fresh)]:
        if len(claimed) == room:
            break
        if errand := _take(session, row, now, [*fresh] if together and row is fresh[0] else []):
            claimed.append(errand)
    return claimed


def _take(session: Session, row: AlertDelivery, now: datetime, together: Sequence[AlertDelivery]) -> Errand | None:
    taken = session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id == row.id, AlertDelivery.attempts == row.attempts, _due(now))
        .values(state=DeliveryState.SENDING, lease_until=now + LEASE, attempts=row.attempts + 1),
        execution_options={"synchronize_session": False},
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    if together:
        bundle(session, together)
    return Errand(
        id=row.id,
        channel=row.channel,
        target=row.target,
        agent_id=row.agent_id,
        webhook_id=row.webhook_id,
        tries=row.attempts + 1,
        may_have_left=row.lease_until is not None,
        created_at=row.created_at,
        alert_ids=told_of(session, row),
    )
