"""Whether a program still hears us: since when it does not, and what it last said."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from smsdesk.models.alert import AlertDelivery, Channel, DeliveryState, OutgoingWebhook
from smsdesk.rules.alert_tries import Ended, Outcome, next_try


def note(session: Session, webhook_id: UUID, outcome: Outcome, tries: int, now: datetime) -> None:
    """Keep how its last call ended. What waits behind a program that is away waits for the same moment, and fills no lane.

    `tries` 0: it was a test, for which nothing has to wait.
    """
    well = outcome.ended is Ended.TAKEN
    values = {
        "failing_since": None if well else func.coalesce(OutgoingWebhook.failing_since, now),
        "last_error": None if well else outcome.why,
    }
    session.execute(
        update(OutgoingWebhook).where(OutgoingWebhook.id == webhook_id).values(**values),
        execution_options={"synchronize_session": False},
    )
    pause = next_try(outcome, tries, timedelta(0)) if tries else None
    if pause is not None:
        _rest(session, webhook_id, now + pause)


def _rest(session: Session, webhook_id: UUID, until: datetime) -> None:
    session.execute(
        update(AlertDelivery)
        .where(
            AlertDelivery.channel == Channel.WEBHOOK,
            AlertDelivery.webhook_id == webhook_id,
            AlertDelivery.state == DeliveryState.WAITING,
            AlertDelivery.not_before < until,
        )
        .values(not_before=until),
        execution_options={"synchronize_session": False},
    )
