"""Past waits, as plain rows in batches: how long who waited, how it ended, and what a policy looks at. Reads only.

Tags, priority and segment are those of today: what they were then is not kept. Whoever answered stands for whoever had it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, String, and_, case, cast, func, null, or_, select, type_coerce
from sqlalchemy.orm import Session

from smsdesk.models.base import Moment
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.episode import Episode
from smsdesk.models.message import Message
from smsdesk.rules.policies import Facts
from smsdesk.rules.reply_clock import ClockEventKind, ClockState
from smsdesk.rules.terms import ClockKind
from smsdesk.rules.trial import Stretch


class Asked(NamedTuple):
    """What decides which promise it was: values as the database gives them, the same for waits of the same sort."""

    kind: str
    number: str
    team: str
    priority: str
    tags: str  # JSON
    segment: str | None

    def facts(self) -> Facts:
        return Facts(UUID(self.number), UUID(self.team), frozenset(json.loads(self.tags)), self.priority, self.segment)


class PastWait(NamedTuple):
    """A wait for a reply; `until` is when it ended, or when nobody looked further."""

    asked: Asked
    since: datetime
    until: datetime
    answered: bool
    agent: str


class PastEpisode(NamedTuple):
    """`stretches`: when it was our turn, in order and apart."""

    asked: Asked
    stretches: list[Stretch]
    resolved: bool
    agent: str


Place = tuple[datetime, UUID]  # the moment and id of the last one that was read


@dataclass(frozen=True)
class Window:
    """Waits that began in it, as they stood at its end."""

    since: datetime
    until: datetime


def count_waits(session: Session, window: Window) -> int:
    return session.scalar(select(func.count()).select_from(Clock).where(_began(Clock.started_at, window), _REPLY)) or 0


def count_episodes(session: Session, window: Window) -> int:
    return session.scalar(select(func.count()).select_from(Episode).where(_began(Episode.opened_at, window))) or 0


def waits(session: Session, window: Window, after: Place | None, limit: int) -> tuple[list[PastWait], Place | None]:
    """The waits behind `after` in the order in which they began, and the place of the last one, None at the end."""
    columns = (Clock.id, *_ended(), Clock.kind, Clock.number_id, Clock.team_id, *people(), Message.author_id)
    rows = (
        session.connection()
        .execute(
            with_facts(select(*map(as_stored, columns)).select_from(Clock), Clock.conversation_id)
            .outerjoin(Message, Message.id == Clock.fulfilled_by_id)
            .where(_REPLY, _began(Clock.started_at, window), *_behind(Clock.started_at, Clock.id, after))
            .order_by(Clock.started_at, Clock.id)
            .limit(limit)
        )
        .all()
    )
    found = []
    for _, since, fulfilled, cancelled, kind, number, team, priority, tags, segment, assignee, author in rows:
        until, answered = _end(fulfilled, cancelled, window)
        agent = plain_id(author) or plain_id(assignee)
        asked = Asked(kind, plain_id(number), plain_id(team), priority, tags, segment)
        found.append(PastWait(asked, since.replace(tzinfo=UTC), until, answered, agent))
    return found, _last(rows, limit)


def episodes(
    session: Session, window: Window, after: Place | None, limit: int
) -> tuple[list[PastEpisode], Place | None]:
    """The episodes behind `after` with the stretches in which somebody waited for us."""
    columns = (
        Episode.id, Episode.opened_at, Episode.resolved_at, Episode.number_id, Episode.team_id, *people(), Episode.resolved_by_id,
    )  # fmt: skip
    those = (_began(Episode.opened_at, window), *_behind(Episode.opened_at, Episode.id, after))
    rows = (
        session.connection()
        .execute(
            with_facts(select(*map(as_stored, columns)).select_from(Episode), Episode.conversation_id)
            .where(*those)
            .order_by(Episode.opened_at, Episode.id)
            .limit(limit)
        )
        .all()
    )
    these = select(Episode.id).where(*those).order_by(Episode.opened_at, Episode.id).limit(limit)
    turns = _turns(session, window, these)
    found = []
    for id, _, resolved_at, number, team, priority, tags, segment, assignee, by in rows:
        resolved = resolved_at is not None and resolved_at.replace(tzinfo=UTC) <= window.until
        asked = Asked(ClockKind.RESOLUTION.value, plain_id(number), plain_id(team), priority, tags, segment)
        found.append(PastEpisode(asked, turns.get(plain_id(id), []), resolved, plain_id(by) or plain_id(assignee)))
    return found, _last(rows, limit)


def _turns(session: Session, window: Window, of: Select[UUID]) -> dict[str, list[Stretch]]:
    """Episode → when it was our turn. A text that waited while an earlier one did adds nothing until that was answered."""
    turns: dict[str, list[Stretch]] = {}
    columns = (Clock.episode_id, *_ended())
    clocks = session.connection().execute(
        select(*map(as_stored, columns))
        .where(_REPLY, Clock.episode_id.in_(of))
        .order_by(Clock.episode_id, Clock.started_at, Clock.id)
    )
    for episode, started_at, fulfilled, cancelled in clocks:
        own = turns.setdefault(plain_id(episode), [])
        since, (until, _) = started_at.replace(tzinfo=UTC), _end(fulfilled, cancelled, window)
        if own:
            since = max(since, own[-1][1])
        if since < until:
            own.append((since, until))
    return turns


def _ended() -> tuple[Any, ...]:
    """When a clock began, was fulfilled, and was cancelled."""
    cancelled = select(func.max(StoredEvent.at)).where(
        StoredEvent.clock_id == Clock.id, StoredEvent.kind == ClockEventKind.CANCEL
    )
    is_cancelled = Clock.state == ClockState.CANCELLED
    return (
        Clock.started_at,
        case((Clock.state == ClockState.FULFILLED, Clock.fulfilled_at), else_=null()),
        case((is_cancelled, cancelled.scalar_subquery()), else_=null()),
    )


def _end(fulfilled: datetime | None, cancelled: datetime | None, window: Window) -> tuple[datetime, bool]:
    """When a wait ended, and whether by an answer."""
    ended = fulfilled or cancelled
    if ended is None or (ended := ended.replace(tzinfo=UTC)) > window.until:
        return window.until, False
    return ended, fulfilled is not None


def people() -> tuple[Any, ...]:
    """What a policy looks at besides number and team, and who has the conversation."""
    own_tags = case((Conversation.is_plain, "[]"), else_=cast(Conversation.tags, String))
    return (Conversation.priority, own_tags, Customer.segment, Conversation.assignee_id)


def with_facts(rows: Select[Any], conversation_id: Any) -> Select[Any]:
    # Whoever has a segment has conversations that are not plain: the others need no look
    knows_more = and_(Customer.id == Conversation.customer_id, Conversation.is_plain.is_(False))
    return rows.join(Conversation, Conversation.id == conversation_id).outerjoin(Customer, knows_more)


def _began(moment: Any, window: Window) -> ColumnElement[bool]:
    return and_(moment >= window.since, moment < window.until)


def _behind(moment: Any, id: Any, after: Place | None) -> Iterable[ColumnElement[bool]]:
    if after is None:
        return []
    # The first half is for the index
    return [moment >= after[0], or_(moment > after[0], id > after[1])]


def _last(rows: Sequence[Any], limit: int) -> Place | None:
    return (rows[-1][1].replace(tzinfo=UTC), UUID(plain_id(rows[-1][0]))) if len(rows) == limit else None


def as_stored(column: Any) -> ColumnElement[Any]:
    """As the driver gives it: of hundreds of thousands of rows, the making of ids and words is half the cost."""
    return type_coerce(column, DateTime(timezone=True) if isinstance(column.type, Moment) else String())


def plain_id(stored: UUID | str | None) -> str:
    return "" if stored is None else stored if isinstance(stored, str) else stored.hex


_REPLY = Clock.kind != ClockKind.RESOLUTION
