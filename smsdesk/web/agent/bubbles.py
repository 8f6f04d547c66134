"""One text as a bubble: its words, its pictures, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, case, or_, select

from smsdesk.desk.decide import MAY_BE_SENT_AGAIN, SENT_AGAIN
from smsdesk.desk.fetch_missed import SOURCE, written_at
from smsdesk.desk.withdraw import is_held
from smsdesk.models.agent import Agent
from smsdesk.models.media import Media as StoredMedia
from smsdesk.models.media import MediaState
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State, explain, is_failure, shown_as
from smsdesk.rules.tombstones import BEGINS
from smsdesk.rules.wording import delivery_words
from smsdesk.web.agent import words
from smsdesk.web.agent.pictures import Bubble, Media

TEXTS: Select[*tuple[Any, ...]] = select(
    Message.id,
    Message.seq,
    Message.direction,
    Message.author_kind,
    Message.body,
    Message.state,
    Message.error_code,
    Message.block_reason,
    Message.media_count,
    Message.emptied_at,
    or_(Message.sender.startswith(BEGINS), Message.recipient.startswith(BEGINS)).label("is_erased"),
    Message.not_before,
    Message.created_at,
    case((Message.source == SOURCE, Message.raw)).label("log"),
    Agent.name.label("author"),
).outerjoin(Agent, Agent.id == Message.author_id)

TICKS = {State.SENT: "✓", State.DELIVERED: "✓✓"}
ON_ITS_WAY = frozenset({State.READY, State.RETRY_WAIT, State.SENDING, State.UNKNOWN, State.ACCEPTED})
SEND_AGAIN_BUTTON, WAS_SENT_BUTTON = ("resend", "Send again"), ("mark-sent", "It was sent")
TAKE_BACK_BUTTON = ("withdrawal", "Take it back")
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def bubble(text: Row[Any], media: Sequence[StoredMedia], zone: str, *, first_unread: bool = False) -> Bubble:
    """`text` is a row of TEXTS."""
    outgoing = text.direction is Direction.OUT
    return Bubble(
        id=text.id,
        seq=text.seq,
        outgoing=outgoing,
        body=text.body,
        gone_words=_gone(text),
        media=tuple(_media(one) for one in media),
        author=_author(text) if outgoing else None,
        at=text.created_at,
        at_words=words.time_of_day(text.created_at, zone),
        state_words=_fate(text, zone) if outgoing else "",
        ticks=TICKS.get(text.state, "") if outgoing else "",
        error_words=_error(text) if outgoing else _fetched(text, zone),
        mood=_mood(text.state) if outgoing else "",
        choices=_choices(text),
        first_unread=first_unread,
    )


def _author(text: Row[Any]) -> str:
    return text.author if text.author_kind is AuthorKind.AGENT and text.author else "Automatic"


def _choices(text: Row[Any]) -> tuple[tuple[str, str], ...]:
    if is_held(text.state, text.block_reason):
        return (TAKE_BACK_BUTTON,)
    if text.state not in MAY_BE_SENT_AGAIN or text.emptied_at is not None or text.block_reason == SENT_AGAIN:
        return ()
    return (SEND_AGAIN_BUTTON, WAS_SENT_BUTTON) if text.state is State.UNCONFIRMED else (SEND_AGAIN_BUTTON,)


def _gone(text: Row[Any]) -> str:
    """Where its words were removed."""
    if text.is_erased:
        return "Erased"
    if text.emptied_at is None:
        return ""
    days = max((text.emptied_at - text.created_at).days, 1)
    return f"Removed after {days} {'day' if days == 1 else 'days'}"


def _fate(text: Row[Any], zone: str) -> str:
    if is_held(text.state, text.block_reason) and text.not_before is not None:
        return f"goes at {words.moment(text.not_before, text.created_at, zone)}"
    return delivery_words(shown_as(text.state))


def _mood(state: State) -> str:
    if is_failure(state):
        return "failed"
    if state is State.UNCONFIRMED:
        return "unconfirmed"
    return "on-its-way" if state in ON_ITS_WAY else ""


def _error(text: Row[Any]) -> str | None:
    if text.block_reason:
        return str(text.block_reason)
    if text.error_code is None or text.state is State.DELIVERED:
        return None
    known = explain(text.error_code)
    return f"{known} ({text.error_code})" if known else f"The carrier gives error {text.error_code}."


def _fetched(text: Row[Any], zone: str) -> str | None:
    """A text whose post never came."""
    wrote = written_at(text.log) if text.log else None
    return f"Texted at {words.time_of_day(wrote, zone)}; it reached us late." if wrote else None


def _media(one: StoredMedia) -> Media:
    is_picture = one.content_type in PICTURES
    kind = "Picture" if is_picture else "File"
    by_state = {
        MediaState.READY: f"{kind} from the customer",
        MediaState.WAITING: f"{kind}: being fetched",
        MediaState.REFUSED: one.refusal or f"{kind}: could not be fetched",
    }
    return Media(one.id, one.state.value, is_picture, by_state[one.state])
