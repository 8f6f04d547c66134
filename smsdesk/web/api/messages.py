"""Messages: the texts of a conversation, and replies to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, cast, get_args
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smsdesk.adapters import clock
from smsdesk.adapters.ids import new_id
from smsdesk.desk import see
from smsdesk.desk.reply import reply
from smsdesk.desk.withdraw import is_held
from smsdesk.models.media import Media as StoredMedia
from smsdesk.models.media import MediaState
from smsdesk.models.message import AuthorKind, Direction
from smsdesk.models.message import Message as StoredMessage
from smsdesk.rules.delivery_status import explain, shown_as
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.asking import IDEMPOTENCY_KEY, idempotency_key
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, Seq, Told, Words
from smsdesk.web.transaction import session

SORTS = {
    "created_at": Order("messages", (StoredMessage.seq,)),
    "-created_at": Order("-messages", (StoredMessage.seq,), newest_first=True),
}
State = Literal["ready", "sending", "accepted", "sent", "delivered", "undelivered", "failed", "unconfirmed", "blocked"]


class Media(Told):
    """A picture or file that came with a text."""

    id: UUID
    content_type: str = Field(examples=["image/jpeg"])
    state: MediaState
    url: str | None
    """Where its bytes are, with the same token; null until it is ready."""


class Message(Told):
    """One text in or out."""

    id: UUID
    conversation_id: UUID
    episode_id: UUID | None
    seq: int
    """1, 2, 3 … within the conversation."""
    direction: Direction
    author_kind: AuthorKind
    author_id: UUID | None
    author_name: str | None
    body: str
    media: list[Media]
    state: State
    error_code: int | None
    """The carrier's."""
    error: str | None
    """What the error means, in words."""
    carrier_sid: str | None
    segments: int
    goes_at: Moment | None
    """When a text that waits for its moment goes: in quiet hours, or after too many others."""
    created_at: Moment
    """When it was received, or approved."""


class Messages(Page):
    items: list[Message]


class MessagesAsked(Paging):
    sort: Literal["created_at", "-created_at"] = "created_at"


class NewMessage(Asked):
    body: Annotated[Words, Field(max_length=1600, examples=["Ready at five."])]
    seen: Seq | None = None
    """The seq of the last text that you know. If there is a newer one, nothing is sent and you are shown it (409)."""


@operation("GET", "/conversations/<uuid:conversation_id>/messages", Messages, asks=MessagesAsked)
def list_messages(conversation_id: UUID, asked: MessagesAsked) -> Messages:
    """The texts of a conversation, oldest first."""
    conversation = see.conversation(session(), me(), conversation_id)
    rows = (
        select(StoredMessage)
        .where(StoredMessage.conversation_id == conversation.id)
        .options(joinedload(StoredMessage.author).lazyload("*"))
    )
    found, following = part(session(), rows, SORTS[asked.sort], asked)
    media = _media_of(message.id for message in found if message.media_count)
    return Messages(items=[message_of(one, media.get(one.id, ())) for one in found], next_cursor=following)


@operation(
    "POST",
    "/conversations/<uuid:conversation_id>/messages",
    Message,
    status=201,
    takes=NewMessage,
    conflicts=True,
    headers=(IDEMPOTENCY_KEY,),
)
def send_message(conversation_id: UUID, body: NewMessage) -> Message:
    """Send a reply as the token's person. It is written down at once and handed to the carrier right after.

    With an `Idempotency-Key` the same reply, asked for again, is sent once and answered alike.
    """
    key = idempotency_key() or new_id().hex
    need(Action.REPLY)
    conversation = see.conversation(session(), me(), conversation_id)
    sent = reply(
        session(), conversation.id, body.body, me(), clock.now(), seen=body.seen, client_token=key, source="api"
    )
    return message_of(sent)


def message_of(message: StoredMessage, media: Iterable[StoredMedia] = ()) -> Message:
    """As it is told; its author is loaded, or is whoever the transaction knows already."""
    return Message(
        id=message.id,
        conversation_id=message.conversation_id,
        episode_id=message.episode_id,
        seq=message.seq,
        direction=message.direction,
        author_kind=message.author_kind,
        author_id=message.author_id,
        author_name=_author_name(message),
        body=message.body,
        media=[_media_told(one) for one in media],
        state=_state(message),
        error_code=message.error_code,
        error=message.block_reason or explain(message.error_code),
        carrier_sid=message.carrier_sid,
        segments=message.segments,
        goes_at=message.not_before if is_held(message.state, message.block_reason) else None,
        created_at=message.created_at,
    )


def _author_name(message: StoredMessage) -> str | None:
    if message.author_id == me().id:
        return me().name
    return message.author.name if message.author_id and message.author else None


def _state(message: StoredMessage) -> State:
    word = shown_as(message.state)
    assert word in get_args(State)
    return cast(State, word)


def _media_told(media: StoredMedia) -> Media:
    url = f"/api/v1/media/{media.id}" if media.state is MediaState.READY else None
    return Media(id=media.id, content_type=media.content_type, state=media.state, url=url)


def _media_of(messages: Iterable[UUID]) -> dict[UUID, list[StoredMedia]]:
    wanted, found = list(messages), dict[UUID, list[StoredMedia]]()
    rows = select(StoredMedia).where(StoredMedia.message_id.in_(wanted)).order_by(StoredMedia.position)
    for media in session().scalars(rows) if wanted else ():
        found.setdefault(media.message_id, []).append(media)
    return found
