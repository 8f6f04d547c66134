"""Everything said in a conversation, in order: texts, notes, and what happened, as one picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.media import Media as StoredMedia
from smsdesk.models.message import Direction, Message
from smsdesk.models.note import Note
from smsdesk.models.reading import ReadMark
from smsdesk.web.agent import bubbles, words
from smsdesk.web.agent.happenings import lines
from smsdesk.web.agent.pictures import Bubble, Day, Line, NoteItem, ThreadItem, ThreadPicture

PAGE = 50

Timed = Bubble | NoteItem | Line


def thread_picture(
    session: Session, conversation: Conversation, reader: Agent, now: datetime, before: int | None = None
) -> ThreadPicture:
    """The last PAGE texts before `before`, a seq, with the notes and events among them; `conversation` comes from `see`."""
    texts = _texts(session, conversation.id, before)
    since = texts[0].created_at if texts and texts[0].seq > 1 else None
    until = texts[-1].created_at if texts and before is not None else None
    read = session.get(ReadMark, (reader.id, conversation.id))
    seen = read.seq if read else 0
    zone = conversation.number.time_zone
    bubbled = _with_new_mark(texts, _media(session, texts), seen, zone)
    items: list[Timed] = [
        *bubbled,
        *_notes(session, conversation.id, zone),
        *lines(session, conversation.id, zone),
    ]
    items = [item for item in items if (since is None or item.at >= since) and (until is None or item.at <= until)]
    return ThreadPicture(
        conversation_id=conversation.id,
        customer=conversation.customer.called,
        last_seq=conversation.last_seq,
        unread=conversation.last_inbound_seq > seen,
        items=tuple(_by_day(sorted(items, key=_place), now, zone)),
        older_url=f"/conversations/{conversation.id}?before={texts[0].seq}" if since else None,
    )


def _texts(session: Session, conversation_id: UUID, before: int | None) -> list[Row[Any]]:
    texts = bubbles.TEXTS.where(Message.conversation_id == conversation_id).order_by(Message.seq.desc()).limit(PAGE)
    if before is not None:
        texts = texts.where(Message.seq < before)
    return list(session.execute(texts))[::-1]


def _media(session: Session, texts: Iterable[Row[Any]]) -> dict[UUID, list[StoredMedia]]:
    wanted = [text.id for text in texts if text.media_count]
    found: dict[UUID, list[StoredMedia]] = {}
    if wanted:
        stored = select(StoredMedia).where(StoredMedia.message_id.in_(wanted)).order_by(StoredMedia.position)
        for one in session.scalars(stored):
            found.setdefault(one.message_id, []).append(one)
    return found


def _with_new_mark(
    texts: Iterable[Row[Any]], media: dict[UUID, list[StoredMedia]], seen: int, zone: str
) -> Iterator[Bubble]:
    marked = False
    for text in texts:
        is_first = not marked and seen > 0 and text.direction is Direction.IN and text.seq > seen
        marked = marked or is_first
        yield bubbles.bubble(text, media.get(text.id, []), zone, first_unread=is_first)


def _notes(session: Session, conversation_id: UUID, zone: str) -> Iterator[NoteItem]:
    notes = (
        select(Note.id, Note.body, Note.created_at, Agent.name)
        .join(Agent, Agent.id == Note.author_id)
        .where(Note.conversation_id == conversation_id)
        .order_by(Note.id.desc())
        .limit(PAGE)
    )
    for note in session.execute(notes):
        yield NoteItem(
            note.id, note.name, note.body or "Erased", note.created_at, words.time_of_day(note.created_at, zone)
        )


def _place(item: Timed) -> tuple[datetime, bool, int]:
    # What happened because of a text stands below it, although both bear the same moment
    return item.at, not isinstance(item, Bubble), item.seq if isinstance(item, Bubble) else 0


def _by_day(items: Iterable[Timed], now: datetime, zone: str) -> Iterator[ThreadItem]:
    shown = ""
    for item in items:
        today = words.day(item.at, now, zone)
        if today != shown:
            shown = today
            yield Day(today)
        yield item
