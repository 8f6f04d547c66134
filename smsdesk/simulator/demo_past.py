"""The weeks before the demo shop's first start, so that reports, staffing and trials have something to look back on.

Written in a few large inserts, since thousands of conversations told through the real deeds would keep a first start waiting.
What is written is what the deeds would have left behind: `desk doctor` and `desk replay-clocks` find nothing to say about it.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.promise_book import Book, book, write_terms
from smsdesk.models import Agent, Conversation, Number
from smsdesk.models.conversation import ConversationState, place_in_queue
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.phone_numbers import SenderKind
from smsdesk.rules.reply_clock import which_clock
from smsdesk.rules.terms import ClockKind, Terms
from smsdesk.rules.texts import preview
from smsdesk.simulator.past_clocks import WaitOfThePast, write_wait
from smsdesk.simulator.past_days import ACCEPTED_AFTER, WEEKS, Exchange, Story, stories
from smsdesk.simulator.past_rows import Rows

__all__ = ["WEEKS", "make_past"]

PLAN = Path(__file__).resolve().parents[2] / "config" / "demo_past.toml"
SOURCE = "demo-past"
RESTS = timedelta(hours=6)  # between two episodes of a customer, so that the second opens none of the first again
CUSTOMERS = 600
AREAS = (212, 213, 303, 305, 312, 404, 503, 512, 602, 617, 702, 713, 804, 907)


def make_past(session: Session, account_sid: str, people: Mapping[str, Agent], now: datetime, seed: int = 7) -> int:
    """Eight weeks of conversations on the demo's numbers, all of them over; returns how many episodes there were."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    talks: dict[str, list[Sequence[str]]] = {}
    for talk in plan["talk"]:
        talks.setdefault(talk["number"], []).append(talk["lines"])
    numbers = {number.address: number for number in session.scalars(select(Number))}
    promises = book(session, now)
    past = _Past(Rows(random.Random(seed)), account_sid, people, numbers, plan, promises)  # noqa: S311 - dice, not secrets
    told = 0
    for story in stories(talks, next(iter(numbers.values())).time_zone, now, seed):
        past.tell(story)
        told += 1
    for terms in set(past.terms.values()):
        write_terms(session, terms, now)
    past.close()
    past.rows.write(session)
    return told


@dataclass
class _Thread:
    """A customer on a number, and how far their conversation has come."""

    id: UUID
    customer_id: UUID
    address: str
    number: Number
    row: dict[str, Any]
    seq: int = 0
    free_from: datetime | None = None


@dataclass
class _Past:
    rows: Rows
    account_sid: str
    people: Mapping[str, Agent]
    numbers: Mapping[str, Number]
    plan: Mapping[str, Any]
    promises: Book
    terms: dict[tuple[UUID, ClockKind], Terms] = field(default_factory=dict)
    threads: dict[str, list[_Thread]] = field(default_factory=dict)

    def tell(self, story: Story) -> None:
        thread, agent = self._thread(story), self.people[story.who]
        number, rows = thread.number, self.rows
        episode = rows.id(story.began_at)
        around = {"conversation_id": thread.id, "team_id": number.team_id}
        first_accepted = story.exchanges[0].answered_at + ACCEPTED_AFTER
        rows.add(Episode, id=episode, number_id=number.id, opened_at=story.began_at, first_replied_at=first_accepted,
                 resolved_at=story.resolved_at, resolved_by_id=agent.id, times_reopened=0, **around)  # fmt: skip
        for place, exchange in enumerate(story.exchanges):
            asked_seq = self._question(thread, episode, exchange)
            if place == 0:
                rows.event("conversation.routed", story.routed_at, around, subject=agent.id, reason="the fairest free")
            answer = self._answer(thread, episode, agent, exchange)
            terms = self._promised(number, which_clock(replied_before=place > 0))
            wait = WaitOfThePast(
                number, terms, self.promises.version, thread.id, episode, agent, asked_seq, exchange.asked_at, answer,
                exchange.answered_at + ACCEPTED_AFTER,
            )  # fmt: skip
            write_wait(rows, wait, self.people)
        rows.event("conversation.resolved", story.resolved_at, around, actor=agent.id, subject=episode)
        last = story.exchanges[-1]
        thread.free_from = story.resolved_at + RESTS
        thread.row |= {"episode_id": episode, "last_helper_id": agent.id, "last_message_at": last.answered_at,
                       "last_preview": preview(last.answer, 0)}  # fmt: skip

    def close(self) -> None:
        """Conversations as they stand after their last episode."""
        for thread in (thread for threads in self.threads.values() for thread in threads):
            last_at = thread.row["last_message_at"]
            self.rows.add(Conversation, **thread.row, last_seq=thread.seq, last_inbound_seq=thread.seq - 1,
                          queue_at=place_in_queue(None, last_at))  # fmt: skip

    def _question(self, thread: _Thread, episode: UUID, exchange: Exchange) -> int:
        thread.seq += 1
        message = self.rows.id(exchange.asked_at)
        self.rows.add(
            Message, **self._text(thread, episode, message, exchange.question, exchange.asked_at),
            direction=Direction.IN, author_kind=AuthorKind.CUSTOMER, state=State.RECEIVED, sender=thread.address,
            recipient=thread.number.address,
        )  # fmt: skip
        around = {"conversation_id": thread.id, "team_id": thread.number.team_id}
        self.rows.event("text.received", exchange.asked_at, around, subject=message)
        return thread.seq

    def _answer(self, thread: _Thread, episode: UUID, agent: Agent, exchange: Exchange) -> UUID:
        thread.seq += 1
        at, accepted_at = exchange.answered_at, exchange.answered_at + ACCEPTED_AFTER
        message = self.rows.id(at)
        self.rows.add(
            Message, **self._text(thread, episode, message, exchange.answer, at), direction=Direction.OUT,
            author_kind=AuthorKind.AGENT, author_id=agent.id, state=State.DELIVERED, sender=thread.number.address,
            recipient=thread.address, accepted_at=accepted_at, called_at=at, answered_through=thread.seq - 1,
        )  # fmt: skip
        around = {"conversation_id": thread.id, "team_id": thread.number.team_id}
        self.rows.event("reply.approved", at, around, actor=agent.id, subject=message)
        self.rows.event("message.delivered", accepted_at, around, subject=message)
        return message

    def _text(self, thread: _Thread, episode: UUID, id: UUID, body: str, at: datetime) -> dict[str, Any]:
        return {"id": id, "conversation_id": thread.id, "episode_id": episode, "seq": thread.seq, "body": body,
                "segments": 1, "media_count": 0, "carrier_account": self.account_sid, "carrier_sid": f"SM{id.hex}",
                "created_at": at, "source": SOURCE, "attempts": 0}  # fmt: skip

    def _promised(self, number: Number, kind: ClockKind) -> Terms:
        known = self.terms.get((number.id, kind))
        if known is None:
            known = self.promises.terms(kind, self.promises.plain_facts(number.id))
            assert known is not None
            self.terms[number.id, kind] = known
        return known

    def _thread(self, story: Story) -> _Thread:
        """Somebody who has written before and rests, or somebody new."""
        known = self.threads.setdefault(story.number, [])
        for _ in range(4):
            place = self.rows.chance.randrange(CUSTOMERS)
            if place >= len(known):
                break
            free_from = known[place].free_from
            if free_from is not None and free_from < story.began_at:
                return known[place]
        known.append(self._customer(self.numbers[story.number], story.began_at))
        return known[-1]

    def _customer(self, number: Number, at: datetime) -> _Thread:
        place = sum(map(len, self.threads.values()))
        chance, rows = self.rows.chance, self.rows
        name = f"{chance.choice(self.plan['names'])} {chance.choice(self.plan['surnames'])}"
        value = f"+1{AREAS[place % len(AREAS)]}55501{place // len(AREAS) % 100:02}"
        customer, address, conversation = rows.id(at), rows.id(at), rows.id(at)
        rows.add(Customer, id=customer, name=name if chance.random() < 0.7 else None, created_at=at)
        rows.add(Address, id=address, value=value, kind=SenderKind.PHONE, customer_id=customer, created_at=at)
        row = {"id": conversation, "customer_id": customer, "number_id": number.id, "address_id": address,
               "team_id": number.team_id, "state": ConversationState.RESOLVED, "last_is_ours": True,
               "has_failure": False, "created_at": at}  # fmt: skip
        return _Thread(conversation, customer, value, number, row)
