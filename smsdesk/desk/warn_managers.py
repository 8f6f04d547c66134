"""Managers are told of what only they can change: once for all that follows each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import later
from smsdesk.models.alert import Alert, AlertKind
from smsdesk.models.heartbeat import Heartbeat


def warn_managers(
    session: Session, what: str, step: str, name: str, text: str, now: datetime, silence: timedelta
) -> None:
    """`what` is remembered with its latest moment; after so much silence, the next one is told again."""
    session.execute(upsert(Heartbeat).on_conflict_do_nothing(), {"name": what, "at": now - 2 * silence})
    latest = session.scalars(select(Heartbeat).where(Heartbeat.name == what).with_for_update()).one()
    if latest.at < now - silence:
        words = {"name": name, "text": text}
        session.add(Alert(kind=AlertKind.WATCH, step=step, words=words, due_at=now, claimed_at=now))
        later(session, "reminders.drain")
    latest.at = max(latest.at, now)
    session.flush()
