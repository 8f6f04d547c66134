"""Texts are kept as long as their number says; then words, pictures and posts go, and what counts stays.

Oldest first, a few at a time, and how far it has come is kept with them: whoever dies costs a few texts' work. The posts that texts
came in are proof for disputes with the carrier and go earlier. A STOP's words in the ledger of consent stay: they are what proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk.fetch_missed import SOURCE as FETCHED
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.consent import StopWish
from smsdesk.models.conversation import LONG_AGO, Conversation
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.models.quarantine import QuarantinedText

EVERY = timedelta(hours=1)
POSTS_KEPT_FOR = timedelta(days=30)
LATE = timedelta(days=2)  # a text can be stored so long after its moment, from the spool
AT_ONCE = 200
MOST_DAYS = 3650
LOOKED, POSTS = "faded", "faded:posts"


class NotDays(ValueError):
    """Its text can be shown to whoever typed it."""


def read_days(typed: str) -> int:
    """Raises NotDays."""
    if not typed.strip().isascii() or not typed.strip().isdigit() or int(typed) > MOST_DAYS:
        raise NotDays(f"Type a number of days from 1 to {MOST_DAYS}, or 0 to keep texts for ever.")
    return int(typed)


def keep_texts_for(session: Session, number: Number, days: int, by: Agent, now: datetime) -> None:
    """A manager says how long this number's texts are kept; 0: for ever. What has gone does not come back."""
    before, number.keeps_texts_days = number.keeps_texts_days, days
    if before != days:
        record(session, "number.retention_changed", now, team_id=number.team_id, actor_id=by.id, subject_id=number.id,
               before=before, after=days)  # fmt: skip
        _stand_at(session, LOOKED, LONG_AGO)  # the next look is now


def is_due(session: Session, now: datetime) -> bool:
    return _place(session, LOOKED) <= now - EVERY


def fade(session: Session, store: MediaStore, now: datetime) -> int:
    """A few more; 0 when nothing is left to do for an hour."""
    for number in session.scalars(select(Number).where(Number.keeps_texts_days > 0).order_by(Number.id)):
        if count := _texts_of(session, number, store, now):
            return count
    if count := _posts(session, now):
        return count
    _stand_at(session, LOOKED, now)
    return 0


def _texts_of(session: Session, number: Number, store: MediaStore, now: datetime) -> int:
    cut = now - timedelta(days=number.keeps_texts_days)
    for direction in ("in", "out"):
        name = f"faded:{direction}:{number.id.hex}"
        asked = (
            select(Message.id, Message.created_at)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.number_id == number.id, Message.emptied_at.is_(None))
        )
        if rows := _next(session, asked, direction, name, cut):
            _empty(session, [row.id for row in rows], store, number.keeps_texts_days, now)
            _forget_previews(session, [row.id for row in rows], cut)
            _stand_at(session, name, rows[-1].created_at)
            return len(rows)
    return 0


def _posts(session: Session, now: datetime) -> int:
    cut = now - POSTS_KEPT_FOR
    # What was fetched came in no post: what stands there is when it was written
    rows = _next(
        session,
        select(Message.id, Message.created_at).where(Message.raw.is_not(None), Message.source != FETCHED),
        "in",
        POSTS,
        cut,
    )
    if rows:
        _update(session, Message, Message.id.in_([row.id for row in rows]), {"raw": None})
        _stand_at(session, POSTS, rows[-1].created_at)
    strangers = (QuarantinedText.received_at < cut) & (QuarantinedText.raw != b"")
    return len(rows) + _update(session, QuarantinedText, strangers, {"raw": b""})


def _next(
    session: Session, asked: Select[UUID, datetime], direction: str, name: str, cut: datetime
) -> Sequence[Row[UUID, datetime]]:
    since = _place(session, name) - LATE
    # A literal, so that both databases see that the partial index fits
    rows = asked.where(literal_column("message.direction") == literal_column(f"'{direction}'"))
    return session.execute(
        rows.where(Message.created_at >= since, Message.created_at < cut).order_by(Message.created_at).limit(AT_ONCE)
    ).all()


def _empty(session: Session, ids: Sequence[UUID], store: MediaStore, days: int, now: datetime) -> None:
    for name in session.scalars(select(Media.file_name).where(Media.message_id.in_(ids), Media.file_name.is_not(None))):
        store.forget(name or "")
    gone = f"Removed after {days} {'day' if days == 1 else 'days'}."
    _update(
        session, Media, Media.message_id.in_(ids), {"state": MediaState.REFUSED, "refusal": gone, "file_name": None}
    )
    _update(session, StopWish, StopWish.message_id.in_(ids), {"words": ""})
    _update(session, Message, Message.id.in_(ids), {"body": "", "raw": None, "emptied_at": now})


def _forget_previews(session: Session, ids: Sequence[UUID], cut: datetime) -> None:
    touched = select(Message.conversation_id).where(Message.id.in_(ids))
    silent = Conversation.id.in_(touched) & (Conversation.last_message_at < cut) & (Conversation.last_preview != "")
    _update(session, Conversation, silent, {"last_preview": ""})


def _place(session: Session, name: str) -> datetime:
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name)) or LONG_AGO


def _stand_at(session: Session, name: str, at: datetime) -> None:
    statement = upsert(Heartbeat).on_conflict_do_update(index_elements=["name"], set_={"at": at})
    session.execute(statement, {"name": name, "at": at})


def _update(session: Session, model: Any, where: Any, values: dict[str, Any]) -> int:
    done = session.execute(
        update(model).where(where).values(**values), execution_options={"synchronize_session": False}
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
