"""Notes, drafts and read marks: what people leave in a conversation without the customer seeing it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.recognise import ensure_not_erased
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, locked
from smsdesk.models.note import Note
from smsdesk.models.reading import Draft, ReadMark
from smsdesk.rules.texts import clean

LONGEST_NOTE = 4000


class BadNote(Exception):
    """An empty note, or one that is too long; the message says which."""


def write_note(session: Session, conversation: Conversation, body: str, author: Agent, now: datetime) -> Note:
    """A note for colleagues. It fulfils no clock and marks nothing as answered. Raises BadNote, WasErased."""
    body = clean(body).strip()
    if not body:
        raise BadNote("Write something first.")
    if len(body) > LONGEST_NOTE:
        raise BadNote(f"A note has at most {LONGEST_NOTE} characters; this one has {len(body)}.")
    session.scalars(locked(conversation.id)).one()
    ensure_not_erased(session, conversation.customer_id)
    note = Note(conversation_id=conversation.id, author_id=author.id, body=body, created_at=now)
    session.add(note)
    session.flush()
    record(
        session,
        "note.written",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=author.id,
        subject_id=note.id,
    )
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
    return note


def keep_draft(session: Session, conversation: Conversation, body: str, author: Agent, now: datetime) -> None:
    """What is half written, kept on the server; empty forgets it."""
    body = clean(body)[:LONGEST_NOTE]
    if not body.strip():
        session.execute(delete(Draft).where(Draft.agent_id == author.id, Draft.conversation_id == conversation.id))
        return
    session.scalars(locked(conversation.id)).one()
    ensure_not_erased(session, conversation.customer_id)
    values = {"agent_id": author.id, "conversation_id": conversation.id, "body": body, "updated_at": now}
    statement = upsert(Draft).on_conflict_do_update(
        index_elements=["agent_id", "conversation_id"], set_={"body": body, "updated_at": now}
    )
    session.execute(statement, values)


def mark_read(session: Session, conversation: Conversation, reader: Agent, seq: int, now: datetime) -> None:
    """The reader has seen texts up to `seq`; a mark never goes back. Opened is not answered."""
    seq = min(seq, conversation.last_seq)
    mark = session.get(ReadMark, (reader.id, conversation.id))
    if mark is None:
        values = {"agent_id": reader.id, "conversation_id": conversation.id, "seq": seq, "read_at": now}
        session.execute(upsert(ReadMark).on_conflict_do_nothing(index_elements=["agent_id", "conversation_id"]), values)
    elif mark.seq < seq:
        mark.seq, mark.read_at = seq, now
    announce(session, "me", conversation.id, agent_id=reader.id)
