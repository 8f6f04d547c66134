"""A text that needs an answer: its clocks start, by what is promised there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.desk import keep_resolution, keep_time
from smsdesk.desk.bid_farewell import waits_since
from smsdesk.desk.promise_book import book
from smsdesk.desk.thread import Place
from smsdesk.models.conversation import ConversationState
from smsdesk.rules.reply_clock import which_clock


@dataclass(frozen=True)
class Wait:
    """Since when a customer waits, and until when a person has promised to answer."""

    since: datetime
    due_at: datetime


def wait_for_answer(
    session: Session, place: Place, episode_id: UUID, replied_before: bool, seq: int, now: datetime
) -> Wait:
    """Whoever waits already keeps their place: texting again never moves a customer back."""
    if place.clock_is_running and place.waiting_since and place.reply_due_at:
        return Wait(place.waiting_since, place.reply_due_at)
    known = book(session, now)
    terms = known.terms(which_clock(replied_before), place.facts)
    assert terms is not None, "a reply is always promised"
    since, first_seq = waits_since(place, seq, now)
    due_at = keep_time.start(
        session,
        conversation_id=place.conversation_id,
        number_id=place.number_id,
        team_id=place.team_id,
        episode_id=episode_id,
        terms=terms,
        book_version=known.version,
        seq=first_seq,
        started_at=since,
        now=now,
    )
    if episode_id == place.episode_id:
        keep_resolution.follow(session, episode_id, ConversationState.WAITING_FOR_US, now)
    else:
        keep_resolution.begin(session, known, place.facts, place.conversation_id, episode_id, seq, now)
    return Wait(since, due_at)
