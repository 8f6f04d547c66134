"""A manager has looked at a text that belongs to nobody here; it leaves the list and stays in the database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.record import record
from smsdesk.desk.see import NotThere
from smsdesk.models.agent import Agent
from smsdesk.models.quarantine import QuarantinedText


def in_quarantine() -> Select[QuarantinedText]:
    """Texts that nobody has dismissed."""
    return select(QuarantinedText).where(QuarantinedText.released_at.is_(None))


def dismiss(session: Session, text_id: UUID, by: Agent, now: datetime) -> None:
    """The first one counts, a second changes nothing. Raises NotThere."""
    if session.get(QuarantinedText, text_id) is None:
        raise NotThere
    first = session.execute(
        update(QuarantinedText)
        .where(QuarantinedText.id == text_id, QuarantinedText.released_at.is_(None))
        .values(released_at=now),
        execution_options={"synchronize_session": False},
    )
    if first.rowcount:  # type: ignore[attr-defined]
        record(session, "text.dismissed", now, actor_id=by.id, subject_id=text_id)
        announce(session, "quarantine", text_id)
