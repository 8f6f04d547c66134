"""Five weeks of a shop on three continents, made by chance: late answers, answers that failed, resolving, reopening, passing on."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.desk import receive, reply, resolve, roll_up, set_up
from smsdesk.desk.hand_over import NotTheirsToGive, pass_to_team
from smsdesk.desk.settle import move, opened
from smsdesk.models import Agent, Conversation, Message, Number, Team
from smsdesk.rules.delivery_status import State
from smsdesk.rules.roles import Role

BERLIN, ANGELES, KOLKATA = "+4930901820", "+12135550101", "+912255501010"
# Clocks went back in Europe on 25 October, in America on 1 November
BEGINS, ENDS = datetime(2026, 10, 1, 5, tzinfo=UTC), datetime(2026, 11, 5, 15, 20, 30, tzinfo=UTC)
SHOPS = (("Support", BERLIN, 10, "Europe/Berlin"), ("Repairs", ANGELES, 30, "America/Los_Angeles"), ("Parts", KOLKATA, 5, "Asia/Kolkata"))  # fmt: skip
PEOPLE = (("Maya", Role.AGENT, "Support"), ("Ana", Role.AGENT, "Support"), ("Lee", Role.LEAD, "Repairs"),
          ("Priya", Role.AGENT, "Parts"), ("Sam", Role.MANAGER, "Support"))  # fmt: skip

Deed = Callable[[datetime], None]


@dataclass
class Past:
    database: Database
    chance: random.Random
    people: dict[str, UUID] = field(default_factory=dict)
    texts: int = 0
    agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)

    def open(self) -> None:
        at = BEGINS - timedelta(days=1)
        with self.database.transaction() as session:
            for team, address, minutes, zone in SHOPS:
                set_up.add_team(session, team, at)
                set_up.add_number(session, address, team, f"{team} line", timedelta(minutes=minutes), at)
                session.scalars(select(Number).where(Number.address == address)).one().time_zone = zone
            for name, role, team in PEOPLE:
                self.people[name] = set_up.add_agent(session, f"{name.lower()}@shop.test", name, role, [team], at).id

    def at(self, moment: datetime, deed: Deed) -> None:
        self.agenda.append((moment, len(self.agenda), deed))

    def happen(self, add_up: bool = True) -> None:
        """In order; now and then hours are added up, so that what changes afterwards has to be noticed."""
        if add_up:
            for day in range(1, (ENDS - BEGINS).days + 1, 5):
                self.at(BEGINS + timedelta(days=day, hours=self.chance.uniform(0, 20)), self.adds_up)
        while self.agenda:
            self.agenda.sort(key=lambda one: one[:2])
            moment, _, deed = self.agenda.pop(0)
            if moment < ENDS:
                deed(moment)

    def adds_up(self, at: datetime) -> None:
        with self.database.transaction() as session:
            while roll_up.announce(session, at):
                pass
            roll_up.roll(session, roll_up.dirty_hours(session, 5000), at)

    def text(self, sender: str, to: str, at: datetime) -> UUID:
        self.texts += 1
        text = InboundText("AC" + "0" * 32, f"SM{self.texts:032x}", to, sender, f"=text {self.texts}", (), 1, None, b"")
        with self.database.transaction() as session:
            found = receive.receive(session, text, at).conversation_id
        assert found
        return found

    def answer(self, conversation_id: UUID, by: str, at: datetime) -> UUID:
        with self.database.transaction() as session:
            author = session.get_one(Agent, self.people[by])
            sent_at = at - timedelta(seconds=2)
            return reply.reply(session, conversation_id, "Yes", author, sent_at, seen=None, client_token=str(at)).id

    def moves(self, message_id: UUID, state: State, at: datetime) -> None:
        with self.database.transaction() as session:
            conversation_id = session.scalars(select(Message.conversation_id).where(Message.id == message_id)).one()
            move(session, opened(session, message_id, conversation_id), state, at)

    def resolve(self, conversation_id: UUID, by: str, at: datetime) -> None:
        with self.database.transaction() as session:
            resolve.resolve(
                session, session.get_one(Conversation, conversation_id), session.get_one(Agent, self.people[by]), at
            )

    def reopen(self, conversation_id: UUID, by: str, at: datetime) -> None:
        with self.database.transaction() as session:
            resolve.reopen(
                session, session.get_one(Conversation, conversation_id), session.get_one(Agent, self.people[by]), at
            )

    def pass_on(self, conversation_id: UUID, team: str, at: datetime) -> None:
        with self.database.transaction() as session:
            to = session.scalars(select(Team).where(Team.name == team)).one()
            sam = session.get_one(Agent, self.people["Sam"])
            pass_to_team(session, session.get_one(Conversation, conversation_id), to, sam, at)


def made(database: Database, customers: int = 60, seed: int = 3, add_up: bool = True) -> Past:
    """A past that has happened; the same for the same seed."""
    past = Past(database, random.Random(seed))
    past.open()
    length = (ENDS - BEGINS).total_seconds()
    for customer in range(customers):
        number = past.chance.choice((BERLIN, BERLIN, ANGELES, KOLKATA))
        at = BEGINS + timedelta(seconds=past.chance.uniform(0, length))
        if customer % 5 == 0:  # these end while we look
            at = ENDS - timedelta(minutes=past.chance.uniform(0, 300))
        past.at(at, _writes(past, f"+1415555{customer:04}", number))
    past.happen(add_up)
    return past


def _writes(past: Past, sender: str, number: str, round: int = 0) -> Deed:
    chance = past.chance
    by = {BERLIN: ("Maya", "Ana"), ANGELES: ("Lee",), KOLKATA: ("Priya", "Maya")}[number]

    def deed(at: datetime) -> None:
        conversation_id = past.text(sender, number, at)
        if chance.random() < 0.3:
            past.at(at + timedelta(minutes=chance.uniform(0, 90)), lambda at: void(past.text(sender, number, at)))
        if chance.random() < 0.1:
            to = chance.choice(["Support", "Repairs", "Parts"])
            past.at(at + timedelta(minutes=chance.uniform(0, 400)), lambda at: past.pass_on(conversation_id, to, at))
        fate = chance.random()
        wait = timedelta(minutes=chance.choice([1, 3, 6, 9.99, 10, 12, 31, 95, 400]), seconds=chance.uniform(0, 30))
        if fate < 0.75:
            past.at(at + wait, _answers(past, conversation_id, chance.choice(by)))
        elif fate < 0.9:
            past.at(at + wait, lambda at: past.resolve(conversation_id, by[0], at))
            if chance.random() < 0.4:
                past.at(at + wait * 3, lambda at: past.reopen(conversation_id, by[0], at))
        if round < 3 and chance.random() < 0.6:
            past.at(at + timedelta(hours=chance.choice([0.2, 1, 3, 26, 90])), _writes(past, sender, number, round + 1))

    return deed


def _answers(past: Past, conversation_id: UUID, by: str) -> Deed:
    chance = past.chance

    def deed(at: datetime) -> None:
        message_id = past.answer(conversation_id, by, at)
        past.moves(message_id, State.ACCEPTED, at)
        if chance.random() < 0.25:
            fails_at = at + timedelta(minutes=chance.choice([1, 50, 200, 1500]))
            past.at(fails_at, lambda at: past.moves(message_id, State.UNDELIVERED, at))
            if chance.random() < 0.3:
                past.at(fails_at + timedelta(hours=3), lambda at: past.moves(message_id, State.DELIVERED, at))
            elif chance.random() < 0.7:
                past.at(fails_at + timedelta(minutes=chance.uniform(5, 300)), _answers(past, conversation_id, by))
        elif chance.random() < 0.4:
            past.at(at + timedelta(minutes=7), lambda at: past.resolve(conversation_id, by, at))

    return deed


def void(_: object) -> None:
    """A deed leaves nothing but what it did."""


__all__ = ["BEGINS", "ENDS", "NotTheirsToGive", "Past", "made"]
