"""What happened becomes one row, in the transaction in which it happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.models.event import Event


def record(
    session: Session,
    kind: str,
    now: datetime,
    *,
    conversation_id: UUID | None = None,
    team_id: UUID | None = None,
    actor_id: UUID | None = None,
    subject_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Add one event. `detail` holds ids, words of ours and figures; never a text or a phone number."""
    session.connection().execute(
        insert(Event.__table__),  # type: ignore[arg-type]
        {
            "id": new_id(),
            "at": now,
            "kind": kind,
            "conversation_id": conversation_id,
            "team_id": team_id,
            "actor_id": actor_id,
            "subject_id": subject_id,
            "detail": detail,
        },
    )


def by_program(token: str | None) -> dict[str, Any]:
    """The part of a detail that says which token a program acted with, as lists show it; nothing where a person did it."""
    return {"token": token} if token else {}
