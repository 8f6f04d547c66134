"""Notes: what colleagues tell each other in a conversation; customers never see it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smsdesk.adapters import clock
from smsdesk.desk import annotate, see
from smsdesk.models.note import Note as StoredNote
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, Told, Words
from smsdesk.web.transaction import session

ORDER = Order("notes", (StoredNote.id,))


class Note(Told):
    """A note. It answers nobody and stops no clock."""

    id: UUID
    conversation_id: UUID
    author_id: UUID
    author_name: str
    body: str
    created_at: Moment


class Notes(Page):
    items: list[Note]


class NewNote(Asked):
    body: Annotated[Words, Field(max_length=annotate.LONGEST_NOTE, examples=["Her order is in the back room."])]


@operation("GET", "/conversations/<uuid:conversation_id>/notes", Notes, asks=Paging)
def list_notes(conversation_id: UUID, asked: Paging) -> Notes:
    """The notes of a conversation, oldest first."""
    conversation = see.conversation(session(), me(), conversation_id)
    rows = (
        select(StoredNote)
        .where(StoredNote.conversation_id == conversation.id)
        .options(joinedload(StoredNote.author, innerjoin=True).lazyload("*"))
    )
    found, following = part(session(), rows, ORDER, asked)
    return Notes(items=[_told(note, note.author.name) for note in found], next_cursor=following)


@operation("POST", "/conversations/<uuid:conversation_id>/notes", Note, status=201, takes=NewNote)
def add_note(conversation_id: UUID, body: NewNote) -> Note:
    """Write a note as the token's person."""
    need(Action.NOTE)
    conversation = see.conversation(session(), me(), conversation_id)
    return _told(annotate.write_note(session(), conversation, body.body, me(), clock.now()), me().name)


def _told(note: StoredNote, author_name: str) -> Note:
    return Note(
        id=note.id,
        conversation_id=note.conversation_id,
        author_id=note.author_id,
        author_name=author_name,
        body=note.body,
        created_at=note.created_at,
    )
