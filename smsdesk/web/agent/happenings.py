"""What happened in a conversation, as sentences in its thread: one table from the event's kind to its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from smsdesk.models.agent import Agent
from smsdesk.models.event import Event
from smsdesk.models.team import Team
from smsdesk.web.agent import words
from smsdesk.web.agent.pictures import Line

MOST = 100


@dataclass(frozen=True)
class Happening:
    """A kind of event in words; `bad` ones are shown in red."""

    sentence: str
    bad: bool = False


HAPPENINGS: dict[str, Happening] = {
    "conversation.routed": Happening("Routed: {reason}"),
    "conversation.taken": Happening("{actor} took it"),
    "conversation.passed_on": Happening("{actor} passed it on to {subject}"),
    "conversation.passed_to_team": Happening("{actor} passed it on to {team}"),
    "conversation.released": Happening("{actor} put it back for anybody"),
    "conversation.handed_back": Happening("{actor} went away, so it waits for somebody else"),
    "conversation.resolved": Happening("Resolved by {actor}"),
    "conversation.reopened": Happening("Reopened by {actor}"),
    "message.resent": Happening("{actor} sent it again"),
    "message.marked_as_sent": Happening("{actor} says that it was sent"),
    "consent.stopped": Happening("{source}: nothing more is sent to this customer", bad=True),
    "consent.started": Happening("START received: replies are allowed"),
    "consent.suspected": Happening("This may be a wish to get no more texts"),
    "consent.not_a_stop": Happening("{actor}: not an opt-out"),
    "consent.taken_back": Happening("{actor} took that back"),
    "consent.lifted": Happening("{actor} lifted the stop"),
    "clock.breach": Happening("The promised time ran out", bad=True),
    "clock.escalate": Happening("Still no answer: told the next ones"),
    "clock.no_reply_needed": Happening("{actor}: no reply needed"),
    "clock.reply_needed": Happening("{actor}: it needs a reply after all"),
    "conversation.snoozed": Happening("{actor} snoozed it"),
    "conversation.woken": Happening("The snooze is over"),
    "text.farewell": Happening("A goodbye: nobody has to answer, unless more comes within ten minutes"),
    "resolution.breach": Happening("The promised time to resolve it ran out", bad=True),
    "clock.reactivated": Happening("The wait for an answer goes on from its start"),
}


SOURCES = {  # of a stop
    "keyword": "STOP received",
    "carrier": "The carrier reports a STOP",
    "agent": "{actor} recorded an opt-out",
    "default": "Nobody decided within a day, so it counts as STOP",
}


def lines(session: Session, conversation_id: UUID, zone: str) -> Iterator[Line]:
    """The latest happenings that a thread shows, newest first."""
    for event in session.execute(_events(conversation_id)):
        happening = HAPPENINGS[event.kind]
        yield Line(_sentence(happening, event), event.at, words.time_of_day(event.at, zone), happening.bad)


def _sentence(happening: Happening, event: Row[Any]) -> str:
    somebody = "somebody who has left"
    return happening.sentence.format(
        actor=event.actor or somebody,
        subject=event.subject or somebody,
        team=event.team,
        reason=event.detail.get("reason", "next in turn"),
        source=SOURCES[event.detail.get("source", "keyword")].format(actor=event.actor or somebody),
    )


def _events(conversation_id: UUID) -> Any:
    actor, subject = aliased(Agent), aliased(Agent)
    return (
        select(
            Event.kind,
            Event.at,
            Event.detail,
            actor.name.label("actor"),
            subject.name.label("subject"),
            Team.name.label("team"),
        )
        .outerjoin(actor, actor.id == Event.actor_id)
        .outerjoin(subject, subject.id == Event.subject_id)
        .outerjoin(Team, Team.id == Event.team_id)
        .where(Event.conversation_id == conversation_id, Event.kind.in_(HAPPENINGS))
        .order_by(Event.id.desc())
        .limit(MOST)
    )
