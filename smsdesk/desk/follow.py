"""A text of ours on its way: each report of the carrier is kept, and the text's state is what they add up to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import StatusReport
from smsdesk.adapters.ids import new_id
from smsdesk.desk.settle import move, opened
from smsdesk.models.message import DeliveryReport, Direction, Message
from smsdesk.rules.delivery_status import FROM_CARRIER

PARKED_FOR = timedelta(hours=24)  # trust.md 2.2
BATCH = 200


def hear(session: Session, report: StatusReport, claimed_id: str, now: datetime) -> None:
    """Keep one report and let it move its text. A repetition changes nothing; for an unknown text it is parked."""
    message = _whose(session, report.carrier_sid, claimed_id)
    kept = session.connection().execute(
        upsert(DeliveryReport)
        .on_conflict_do_nothing(index_elements=["carrier_sid", "word", "error_code"])
        .execution_options(preserve_rowcount=True),
        {
            "id": new_id(),
            "message_id": message.id if message else None,
            "carrier_sid": report.carrier_sid,
            "word": report.word,
            "error_code": report.error_code or 0,
            "received_at": now,
            "claimed_message_id": claimed_id[:64],
        },
    )
    if kept.rowcount and message is not None:
        _apply(session, message, report.carrier_sid, report.account_sid, report.word, report.error_code, now)


def adopt_parked(session: Session, account_sid: str, now: datetime) -> int:
    """Reports that came before we knew their text; returns how many found it. After a day they are thrown away."""
    parked = session.scalars(
        select(DeliveryReport)
        .where(DeliveryReport.message_id.is_(None))
        .order_by(DeliveryReport.received_at)
        .limit(BATCH)
    ).all()
    found = 0
    for report in parked:
        message = _whose(session, report.carrier_sid, report.claimed_message_id)
        if message is None:
            continue
        mine = session.execute(
            update(DeliveryReport)
            .where(DeliveryReport.id == report.id, DeliveryReport.message_id.is_(None))
            .values(message_id=message.id)
        )
        if mine.rowcount:  # type: ignore[attr-defined]
            _apply(session, message, report.carrier_sid, account_sid, report.word, report.error_code or None, now)
            found += 1
    session.execute(
        delete(DeliveryReport).where(DeliveryReport.message_id.is_(None), DeliveryReport.received_at < now - PARKED_FOR)
    )
    return found


def has_parked(session: Session) -> bool:
    """A cheap look: on SQLite nobody waits for it."""
    return session.scalar(select(DeliveryReport.id).where(DeliveryReport.message_id.is_(None)).limit(1)) is not None


def _whose(session: Session, carrier_sid: str, claimed_id: str) -> Message | None:
    """By the carrier's id where we know it; else by ours, out of the address that was called."""
    with_it = select(Message.id, Message.conversation_id, Message.direction).where(Message.carrier_sid == carrier_sid)
    # Their direction is looked at here, or PostgreSQL may look through the index of all that went out
    ours = [row for row in session.execute(with_it) if row.direction is Direction.OUT]
    found = ours[0] if ours else _claimed(session, claimed_id)
    return opened(session, found.id, found.conversation_id) if found else None


def _claimed(session: Session, claimed_id: str) -> Any:
    try:
        message_id = UUID(claimed_id)
    except ValueError:
        return None
    return session.execute(
        select(Message.id, Message.conversation_id).where(
            Message.id == message_id, Message.direction == Direction.OUT, Message.carrier_sid.is_(None)
        )
    ).one_or_none()


def _apply(
    session: Session, message: Message, sid: str, account_sid: str, word: str, code: int | None, now: datetime
) -> None:
    state = FROM_CARRIER.get(word)
    if state is not None:
        move(session, message, state, now, sid=sid, account=account_sid, code=code)
