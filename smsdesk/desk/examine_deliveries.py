"""Whether alerts on their way outside get on, as a question to the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select

from smsdesk.models.alert import AlertDelivery, DeliveryState

STUCK_AFTER = timedelta(minutes=5)  # what waits behind a program that is away is held up for a moment


def stuck_deliveries(now: datetime) -> Select[int]:
    """On its way for longer than any pause; or told together with one that was told, without saying when."""
    speaker = AlertDelivery.__table__.alias("speaker")
    # A text follows the outbox, whose own invariant looks after it
    overdue = and_(
        AlertDelivery.message_id.is_(None),
        or_(
            and_(AlertDelivery.state == DeliveryState.WAITING, AlertDelivery.not_before < now - STUCK_AFTER),
            and_(AlertDelivery.state == DeliveryState.SENDING, AlertDelivery.lease_until < now - STUCK_AFTER),
        ),
    )
    unsaid = and_(
        AlertDelivery.state == DeliveryState.DIGESTED,
        AlertDelivery.told_at.is_(None),
        exists().where(speaker.c.id == AlertDelivery.digest_id, speaker.c.state.in_(["sent", "failed", "unknown"])),
    )
    return select(func.count()).select_from(AlertDelivery).where(or_(overdue, unsaid))
