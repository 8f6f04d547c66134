"""Episodes, read again from their texts: closed or paused on an unanswered one, or held off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from smsdesk.desk.audit.pieces import Finding, Part, Piece, Span
from smsdesk.desk.match_answers import NO_REPLY_NEEDED
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.models.episode import Episode
from smsdesk.models.event import Event
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.audit import Found, Mark, Pause, Said, Story, Voice, findings
from smsdesk.rules.reply_clock import ClockEventKind

AT_A_TIME = 100
RESOLVED, REOPENED = "conversation.resolved", "conversation.reopened"
_ENDS_A_PAUSE = {ClockEventKind.RESUME, ClockEventKind.FULFIL, ClockEventKind.CANCEL, ClockEventKind.REACTIVATE}


def count(session: Session, span: Span) -> int:
    return session.scalar(select(func.count()).select_from(_touched(span).subquery())) or 0


def look(session: Session, span: Span) -> Piece:
    """The next episodes in which anything can have happened in the span."""
    next_ones = _touched(span).order_by(Episode.id).limit(AT_A_TIME)
    if span.gone_through is not None:
        next_ones = next_ones.where(Episode.id > span.gone_through)
    episodes = session.execute(next_ones).all()
    if not episodes:
        return Piece(0, None)
    stories = _stories(session, episodes, span)
    found = [
        _finding(episode, one)
        for episode in episodes
        if episode.id in stories
        for one in findings(stories[episode.id])
        if span.covers(one.at)
    ]
    return Piece(len(episodes), episodes[-1].id, found)


PART = Part(count, look)


def _touched(span: Span) -> Any:
    was_open = or_(Episode.resolved_at.is_(None), Episode.resolved_at >= span.since)
    return select(Episode.id, Episode.conversation_id, Episode.team_id, Episode.resolved_at).where(
        Episode.opened_at < span.until, was_open
    )


def _finding(episode: Any, one: Found) -> Finding:
    return Finding(
        one.kind,
        one.at,
        team_id=episode.team_id,
        conversation_id=episode.conversation_id,
        episode_id=episode.id,
        clock_id=one.clock_id,
        seq=one.about.seq if one.about else None,
        length=one.length,
        detail={"why": one.why or None, "count": one.count if one.count > 1 else None},
    )


def _stories(session: Session, episodes: Sequence[Any], span: Span) -> dict[UUID, Story]:
    ids, conversations = [one.id for one in episodes], sorted({one.conversation_id for one in episodes})
    names = list(session.scalars(select(Agent.name).order_by(Agent.name)))
    said = _said(session, ids, conversations)
    emptied = _emptied(session, ids, conversations)
    happened = _happened(session, ids, conversations)
    ran = _ran(session, ids)
    return {
        one.id: Story(
            said=said[one.id],
            closed_at=_closings(one, said[one.id], happened[one.id]),
            marks=list(_marks(ran[one.id])),
            pauses=list(_pauses(ran[one.id], span.until)),
            kept_by=frozenset(_kept_by(ran[one.id])),
            names=names,
        )
        for one in episodes
        if one.id not in emptied
    }


def _emptied(session: Session, ids: list[UUID], conversations: list[UUID]) -> set[UUID | None]:
    """Episodes of which words were removed: nobody can tell any more what was asked there."""
    gone = Message.conversation_id.in_(conversations), Message.episode_id.in_(ids), Message.emptied_at.is_not(None)
    return set(session.scalars(select(Message.episode_id).where(*gone).distinct()))


def _said(session: Session, ids: list[UUID], conversations: list[UUID]) -> dict[UUID, list[Said]]:
    rows = session.execute(
        select(
            Message.id, Message.episode_id, Message.seq, Message.direction, Message.author_kind, Message.body, Message.media_count,
            Message.created_at, Message.accepted_at, Message.failed_at, Message.answered_through,
        )
        # By way of the conversation: that is how texts are indexed
        .where(Message.conversation_id.in_(conversations), Message.episode_id.in_(ids))
        .order_by(Message.conversation_id, Message.seq)
    )  # fmt: skip
    said: dict[UUID, list[Said]] = defaultdict(list)
    for row in rows:
        voice = Voice.CUSTOMER if row.direction is Direction.IN else _VOICES.get(row.author_kind, Voice.MACHINE)
        said[row.episode_id].append(
            Said(row.id, row.seq, row.created_at, voice, row.body, row.media_count > 0, row.accepted_at, row.failed_at,
                 row.answered_through or 0)
        )  # fmt: skip
    return said


_VOICES = {AuthorKind.AGENT: Voice.PERSON}


def _happened(session: Session, ids: list[UUID], conversations: list[UUID]) -> dict[UUID, list[Any]]:
    rows = session.execute(
        select(Event.kind, Event.at, Event.actor_id, Event.subject_id)
        .where(Event.conversation_id.in_(conversations), Event.kind.in_([RESOLVED, REOPENED]))
        .where(Event.subject_id.in_(ids))
        .order_by(Event.conversation_id, Event.id)
    )
    happened: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        happened[row.subject_id].append(row)
    return happened


def _closings(episode: Any, said: Sequence[Said], happened: Iterable[Any]) -> list[datetime]:
    """When it was closed for good: not where a person took it back before the customer wrote again."""
    events = list(happened)
    closed: list[datetime] = []
    for event, following in zip_longest(events, events[1:]):
        if event.kind == RESOLVED and not _was_taken_back(event, following, said):
            closed.append(event.at)
    if episode.resolved_at is not None and episode.resolved_at not in closed:
        closed.append(episode.resolved_at)
    return closed


def _was_taken_back(closing: Any, following: Any, said: Sequence[Said]) -> bool:
    if following is None or following.kind != REOPENED:
        return False
    return not any(closing.at < one.at <= following.at for one in said if one.voice is Voice.CUSTOMER)


def _ran(session: Session, ids: list[UUID]) -> dict[UUID, list[list[Any]]]:
    """What happened to each clock of each episode, as far as it matters here."""
    rows = session.execute(
        select(Clock.episode_id, ClockEvent.clock_id, ClockEvent.kind, ClockEvent.at, ClockEvent.detail)
        .join(ClockEvent, ClockEvent.clock_id == Clock.id)
        .where(Clock.episode_id.in_(ids), ClockEvent.kind.in_([ClockEventKind.PAUSE, *_ENDS_A_PAUSE]))
        .order_by(ClockEvent.clock_id, ClockEvent.id)
    ).all()
    ran: dict[UUID, list[list[Any]]] = defaultdict(list)
    for _, events in groupby(rows, key=lambda row: row.clock_id):
        history = list(events)
        ran[history[0].episode_id].append(history)
    return ran


def _pauses(ran: Iterable[Sequence[Any]], now: datetime) -> Iterator[Pause]:
    for event, following in _with_next(ran):
        if event.kind is ClockEventKind.PAUSE:
            yield Pause(event.clock_id, event.at, following.at if following else max(now, event.at))


def _marks(ran: Iterable[Sequence[Any]]) -> Iterator[Mark]:
    for event, following in _with_next(ran):
        if event.kind is ClockEventKind.CANCEL and event.detail.get("why") == NO_REPLY_NEEDED:
            yield Mark(event.at, following.at if following else None)


def _kept_by(ran: Iterable[Sequence[Any]]) -> Iterator[UUID]:
    for event, _ in _with_next(ran):
        if event.kind is ClockEventKind.FULFIL and event.detail.get("message_id"):
            yield UUID(event.detail["message_id"])


def _with_next(ran: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, Any]]:
    for history in ran:
        yield from zip_longest(history, history[1:])
