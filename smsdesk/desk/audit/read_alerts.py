"""Alerts that were told later than they could have been, or never."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from smsdesk.desk.audit.pieces import Finding, Part, Piece, Span
from smsdesk.models.alert import Alert
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.rules.audit import AT_ONCE, Kind
from smsdesk.rules.reply_clock import ClockEventKind

AT_A_TIME = 1000
NOT_TOLD_WITHIN = timedelta(seconds=60)
# Before these the clock did not run, or towards another moment: nobody could have been told
_COULD_BE_TOLD_SINCE = (
    ClockEventKind.ACTIVATE,
    ClockEventKind.REACTIVATE,
    ClockEventKind.RESUME,
    ClockEventKind.APPLY_POLICY,
)


def count(session: Session, span: Span) -> int:
    return session.scalar(select(func.count()).select_from(_told(span).subquery())) or 0


def look(session: Session, span: Span) -> Piece:
    next_ones = _told(span).order_by(Alert.id).limit(AT_A_TIME)
    if span.gone_through is not None:
        next_ones = next_ones.where(Alert.id > span.gone_through)
    alerts = session.execute(next_ones).all()
    if not alerts:
        return Piece(0, None)
    late = [alert for alert in alerts if (alert.told_at or span.until) - alert.due_at > AT_ONCE]
    begun = _begun(session, [alert.clock_id for alert in late if alert.clock_id is not None])
    found = [finding for alert in late if (finding := _finding(alert, begun.get(alert.clock_id, []), span))]
    return Piece(len(alerts), alerts[-1].id, found)


PART = Part(count, look)


def _told(span: Span) -> Any:
    told = and_(Alert.told_at >= span.since, Alert.told_at < span.until)
    # One that a graver one of the same moment speaks for is told by that one
    left = and_(
        Alert.told_at.is_(None), Alert.overtaken_by_id.is_(None), Alert.claimed_at < span.until - NOT_TOLD_WITHIN
    )
    return (
        select(
            Alert.id, Alert.clock_id, Alert.conversation_id, Alert.team_id, Alert.kind, Alert.step, Alert.due_at, Alert.told_at,
            Clock.episode_id, Clock.started_seq,
        )
        .outerjoin(Clock, Clock.id == Alert.clock_id)
        .where(or_(told, left))
    )  # fmt: skip


def _begun(session: Session, clock_ids: list[UUID]) -> dict[UUID, list[datetime]]:
    rows = session.execute(
        select(ClockEvent.clock_id, ClockEvent.at).where(
            ClockEvent.clock_id.in_(clock_ids), ClockEvent.kind.in_(_COULD_BE_TOLD_SINCE)
        )
    )
    begun: dict[UUID, list[datetime]] = {}
    for row in rows:
        begun.setdefault(row.clock_id, []).append(row.at)
    return begun


def _finding(alert: Any, begun: list[datetime], span: Span) -> Finding | None:
    told_at = alert.told_at or span.until
    could_be_told_at = max([alert.due_at, *(at for at in begun if at <= told_at)])
    if told_at - could_be_told_at <= AT_ONCE:
        return None
    return Finding(
        Kind.LATE_ALERT,
        told_at,
        team_id=alert.team_id,
        conversation_id=alert.conversation_id,
        episode_id=alert.episode_id,
        clock_id=alert.clock_id,
        seq=alert.started_seq,
        length=told_at - could_be_told_at,
        detail={"step": str(alert.step), "alert_id": str(alert.id), "why": None if alert.told_at else "never_told"},
    )
