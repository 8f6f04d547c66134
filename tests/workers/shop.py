"""A small shop to test with: one team, one number, the people who answer, and customers who text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText, MediaRef
from smsdesk.adapters.wiring import Wiring, wire
from smsdesk.desk.receive import Receipt, receive
from smsdesk.desk.reply import reply
from smsdesk.models import Agent, Availability, Conversation, HouseRulesRow, Message, Number, Team
from smsdesk.rules.house_rules import HouseRules
from smsdesk.rules.roles import Role

NUMBER = "+14155550100"
MARIA = "+14155550199"
T = TypeVar("T")
_sids = itertools.count(1)


@dataclass
class Shop:
    """Everything that a test asks of it goes through the desk, as it would in a request."""

    wiring: Wiring
    settings: Settings
    number: str = NUMBER
    people: dict[str, UUID] = field(default_factory=dict)

    def opens(self, target: timedelta = timedelta(minutes=10), per_second: int = 10) -> Shop:
        with self.session() as session:
            self.people = furnish(session, target, per_second)
        return self

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.wiring.database.transaction() as session:
            yield session

    def hears(
        self, body: str, sender: str = MARIA, to: str = NUMBER, media: tuple[MediaRef, ...] = (), sid: str | None = None
    ) -> Receipt:
        with self.session() as session:
            return receive(session, self._text(body, sender, to, media, sid), clock.now())

    def hears_in(self, session: Session, body: str, sender: str, at: datetime) -> Receipt:
        """As if it had arrived at `at`."""
        return receive(session, self._text(body, sender, NUMBER, (), None), at)

    def _text(self, body: str, sender: str, to: str, media: tuple[MediaRef, ...], sid: str | None) -> InboundText:
        return InboundText(
            account_sid=self.settings.twilio_account_sid,
            carrier_sid=sid or f"SM{next(_sids):032x}",
            to=to,
            sender=sender,
            body=body,
            media=media,
            segments=1,
            opt_out_type=None,
            raw=b"raw",
        )

    def answers(self, body: str, conversation_id: UUID, who: str = "Maya", token: str | None = None) -> UUID:
        with self.session() as session:
            author = session.get_one(Agent, self.people[who])
            token = token or f"token-{next(_sids)}"
            return reply(session, conversation_id, body, author, clock.now(), seen=None, client_token=token).id

    def all(self, asked: Select[T]) -> list[T]:
        """What a query finds, as things that outlive its session."""
        with self.wiring.database.reading() as session:
            found = list(session.scalars(asked))
            session.expunge_all()
            return found

    def message(self, message_id: UUID) -> Message:
        return self.all(select(Message).where(Message.id == message_id))[0]

    def conversation(self, conversation_id: UUID | None) -> Conversation:
        return self.all(select(Conversation).where(Conversation.id == conversation_id))[0]

    def messages(self) -> list[Message]:
        return self.all(select(Message).order_by(Message.id))


def shop_of(settings: Settings) -> Shop:
    return Shop(wire(settings), settings)


def furnish(session: Session, target: timedelta, per_second: int = 10) -> dict[str, UUID]:
    """The team, its number, two agents and a manager; returns the people's ids by name."""
    now = clock.now()
    team = Team(name="Support", created_at=now)
    session.add(team)
    session.flush()
    session.add(
        Number(
            address=NUMBER,
            label="Support line",
            team_id=team.id,
            target=target,
            texts_per_second=per_second,
            created_at=now,
        )
    )
    roles = {"Maya": Role.AGENT, "Ana": Role.AGENT, "Sam": Role.MANAGER}
    people = {name: _person(name, role, team) for name, role in roles.items()}
    session.add_all(people.values())
    session.flush()
    # These tests are about queues, not about how many texts are too many
    generous = HouseRules(hourly_to_one=1000, by_one_a_minute=1000)
    session.add(HouseRulesRow(rules=generous.stored(), changed_at=now))
    return {name: person.id for name, person in people.items()}


def _person(name: str, role: Role, team: Team) -> Agent:
    now = clock.now()
    here = Availability.AVAILABLE if role is Role.AGENT else Availability.AWAY
    person = Agent(
        email=f"{name.lower()}@shop.test",
        name=name,
        role=role,
        availability=here,
        availability_since=now,
        created_at=now,
    )
    person.teams = [team]
    return person
