"""The people of the tests: a shop with a number, those who text it, those who answer, and a carrier between them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import (
    Accepted,
    Gone,
    InboundText,
    Listed,
    Media,
    MediaRef,
    NumberSetup,
    Outcome,
    Outgoing,
    Removal,
)
from smsdesk.adapters.database import Database
from smsdesk.adapters.promises import News, Promises
from smsdesk.desk import hand_over, promise, promise_book, remind, reply, resolve, route, settle, tell
from smsdesk.desk.receive import AlreadyReceived, Receipt, receive
from smsdesk.desk.replay import differences
from smsdesk.models import (
    Agent,
    Alert,
    Availability,
    Clock,
    Conversation,
    ConversationState,
    Direction,
    Message,
    Number,
    Team,
)
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockKind, ClockState
from smsdesk.rules.roles import Role

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
OUR_NUMBER = "+14155550100"
ACCOUNT = "AC" + "0" * 32

T = TypeVar("T")
_sids = itertools.count(1)
_tokens = itertools.count(1)


def new_sid() -> str:
    """A name that the carrier has given to no other text of this run."""
    return f"SM{next(_sids):032x}"


@dataclass
class Hands:
    """A clock whose hands the test moves. Call it for the time."""

    at: datetime = NINE

    def __call__(self) -> datetime:
        return self.at

    def move(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at


@dataclass
class PretendCarrier:
    """Carries texts in memory and remembers them; what it says next can be laid down."""

    answers: list[Outcome] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    log: list[Listed] = field(default_factory=list)  # what it says that customers texted
    removals: list[Removal] = field(default_factory=list)  # what it says next when it is to remove a text
    asked_to_remove: list[tuple[str, str, bool]] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)  # the texts whose pictures were asked for

    def prepare(self) -> None:
        pass

    def send(self, text: Outgoing) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Accepted(new_sid(), 1)
        if isinstance(outcome, Accepted):
            self.sent.append(text)
        return outcome

    def received_by(self, address: str) -> list[str]:
        return [text.body for text in self.sent if text.to == address]

    def listed(self, to: str, since: datetime, sender: str | None = None) -> Iterator[Listed]:
        return iter(())

    def inbound_since(self, to: str, since: datetime) -> Iterator[Listed]:
        return iter(
            sorted(
                (one for one in self.log if one.to == to and one.created_at >= since),
                key=lambda one: one.created_at,
                reverse=True,
            )
        )

    def media_of(self, carrier_sid: str) -> tuple[MediaRef, ...]:
        self.asked_for.append(carrier_sid)
        return ()

    def fetch(self, carrier_sid: str) -> Listed | None:
        return None

    def fetch_media(self, account_sid: str, message_sid: str, media_sid: str) -> Media:
        return Media("image/png", b"")

    def remove(self, account_sid: str, carrier_sid: str, has_media: bool) -> Removal:
        self.asked_to_remove.append((account_sid, carrier_sid, has_media))
        return self.removals.pop(0) if self.removals else Gone()

    def webhook_of(self, number: str) -> NumberSetup | None:
        return None

    def clock_is_ahead_by(self) -> timedelta | None:
        return None


class Shop:
    """One number, one team, a clock, and every deed in a transaction of its own, as a request or a job would have it."""

    def __init__(self, database_url: str) -> None:
        self.now = Hands()
        self.carrier = PretendCarrier()
        self.promised: list[Promises] = []
        self.database = Database(database_url, self.promised.append)
        with self.database.transaction() as session:
            team = Team(name="Support", created_at=self.now())
            session.add(team)
            session.flush()
            number = Number(address=OUR_NUMBER, label="Support line", team_id=team.id, target=timedelta(minutes=10), created_at=self.now())  # fmt: skip
            session.add(number)
            promise_book.publish(session, self.now())
            self.team_id, self.number_id = team.id, number.id
        self.promised.clear()  # whoever sets up a shop has its clocks looked at

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.database.transaction() as session:
            yield session

    def do(self, deed: Callable[[Session], T]) -> T:
        with self.database.transaction() as session:
            return deed(session)

    def read(self, deed: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return deed(session)

    def all(self, select_: Select[Any]) -> list[Any]:
        return self.read(lambda session: list(session.scalars(select_)))

    # ------------------------------------------------------------------ who is there

    def team(self, name: str) -> UUID:
        def add(session: Session) -> UUID:
            team = Team(name=name, created_at=self.now())
            session.add(team)
            session.flush()
            return team.id

        return self.do(add)

    def number(self, address: str, team_id: UUID | None = None) -> UUID:
        def add(session: Session) -> UUID:
            number = Number(address=address, label=address, team_id=team_id or self.team_id, target=timedelta(minutes=10), created_at=self.now())  # fmt: skip
            session.add(number)
            promise_book.publish(session, self.now())
            return number.id

        return self.do(add)

    def person(
        self,
        name: str,
        role: Role = Role.AGENT,
        *,
        teams: list[UUID] | None = None,
        availability: Availability = Availability.AVAILABLE,
        capacity: int = 6,
    ) -> Person:
        def add(session: Session) -> UUID:
            agent = Agent(
                email=f"{name.lower()}@shop.test",
                name=name,
                role=role,
                capacity=capacity,
                availability=availability,
                availability_since=self.now(),
                created_at=self.now(),
            )
            agent.teams = [session.get_one(Team, team) for team in ([self.team_id] if teams is None else teams)]
            session.add(agent)
            session.flush()
            return agent.id

        return Person(self, name, self.do(add))

    def customer(self, name: str, address: str) -> Customer:
        return Customer(self, name, address)

    # ------------------------------------------------------------------ what goes on by itself

    def routes(self) -> int:
        return self.do(lambda session: route.drain(session, self.now()))

    def looks_at_the_clock(self) -> int:
        """What the clock process does each second, and the reminder job after it."""
        claimed = self.do(lambda session: remind.claim_due(session, self.now()))
        self.do(lambda session: tell.tell_waiting(session, self.now()))
        return claimed

    def accepts(self, message: Message, **after: float) -> Message:
        """The carrier takes a text of ours, `after` (minutes=, seconds=) now."""
        return self.moves(message, State.ACCEPTED, timedelta(**after), sid=new_sid())

    def fails(self, message: Message, code: int = 30003) -> Message:
        return self.moves(message, State.UNDELIVERED, code=code)

    def sends_what_waits(self) -> list[Message]:
        """What the sending job does: every text that is ready goes to the carrier, in order, and the answer is recorded."""
        sent = []
        for message in self.all(select(Message).where(Message.state == State.READY).order_by(Message.id)):
            outcome = self.carrier.send(
                Outgoing(message.id, message.sender, message.recipient, message.body, (), "", timedelta(hours=4))
            )
            if isinstance(outcome, Accepted):
                sent.append(self.moves(message, State.ACCEPTED, sid=outcome.carrier_sid))
        return sent

    def moves(
        self,
        message: Message,
        state: State,
        after: timedelta = timedelta(0),
        *,
        sid: str | None = None,
        code: int | None = None,
    ) -> Message:
        """A text of ours comes into another state, as a report of the carrier would bring it there."""
        at = self.now() + after

        def move(session: Session) -> Message:
            opened = settle.opened(session, message.id, message.conversation_id)
            settle.move(session, opened, state, at, sid=sid, account=ACCOUNT if sid else None, code=code)
            return opened

        return self.do(move)

    # ------------------------------------------------------------------ what there is to see

    def conversations(self) -> list[Conversation]:
        return self.all(select(Conversation).order_by(Conversation.created_at, Conversation.id))

    def clocks(self) -> list[Clock]:
        return self.all(select(Clock).order_by(Clock.started_seq, Clock.id))

    def alerts(self) -> list[Alert]:
        return self.all(select(Alert).order_by(Alert.due_at, Alert.id))

    def told(self, alert: Alert) -> dict[str, str]:
        """Name → why, of everybody who was told."""
        names = {agent.id: agent.name for agent in self.all(select(Agent))}
        return {names[recipient.agent_id]: recipient.why for recipient in alert.recipients}

    def jobs(self) -> list[str]:
        """The jobs that were asked for since this was last read."""
        jobs = [job for promises in self.promised for job in promises.jobs]
        self.promised.clear()
        return jobs

    def news(self) -> list[News]:
        return [news for promises in self.promised for news in promises.news]

    def is_sound(self) -> None:
        """Whatever happened: clocks are what their events add up to, and conversations say what their clocks say."""
        assert self.read(lambda session: list(map(str, differences(session)))) == []
        running = {
            clock.conversation_id: clock
            for clock in self.all(
                select(Clock).where(Clock.state == ClockState.RUNNING, Clock.kind != ClockKind.RESOLUTION)
            )
        }
        resolutions = {
            clock.episode_id: clock for clock in self.all(select(Clock).where(Clock.kind == ClockKind.RESOLUTION))
        }
        for conversation in self.conversations():
            self._resolves(conversation, resolutions.get(conversation.episode_id))
            clock = running.get(conversation.id)
            assert (conversation.state is ConversationState.WAITING_FOR_US) == (clock is not None)
            assert conversation.waiting_since == (clock.started_at if clock else None)
            assert conversation.reply_due_at == (clock.due_at if clock else None)

    def _resolves(self, conversation: Conversation, clock: Clock | None) -> None:
        """The clock of its episode runs, pauses and ends with it."""
        if clock is not None and clock.state is not ClockState.CANCELLED:
            ends = {
                ConversationState.WAITING_FOR_US: ClockState.RUNNING,
                ConversationState.RESOLVED: ClockState.FULFILLED,
            }
            assert clock.state is ends.get(conversation.state, ClockState.PAUSED)


@dataclass(frozen=True)
class Customer:
    shop: Shop
    name: str
    address: str

    def text(
        self,
        body: str,
        *,
        to: str = OUR_NUMBER,
        sid: str | None = None,
        hint: Literal["STOP", "START", "HELP"] | None = None,
        source: str = "web",
    ) -> Receipt:
        """Raises AlreadyReceived where this sid came before."""
        inbound = InboundText(ACCOUNT, sid or new_sid(), to, self.address, body, (), 1, hint, b"raw")
        return self.shop.do(lambda session: receive(session, inbound, self.shop.now(), source))

    def texts_twice(self, body: str) -> bool:
        """The carrier delivers one text two times; True where the second was known to be one."""
        sid = new_sid()
        self.text(body, sid=sid)
        try:
            self.text(body, sid=sid)
        except AlreadyReceived:
            return True
        return False

    @property
    def conversation(self) -> Conversation:
        texts = select(Message.conversation_id).where(Message.sender == self.address)
        found: Conversation = self.shop.all(select(Conversation).where(Conversation.id.in_(texts)))[0]
        return found

    @property
    def messages(self) -> list[Message]:
        where = Message.conversation_id == self.conversation.id
        return self.shop.all(select(Message).where(where).order_by(Message.seq))

    @property
    def received(self) -> list[str]:
        """The bodies that reached this phone, in order."""
        return [
            message.body
            for message in self.messages
            if message.direction is Direction.OUT and message.state in promise.REACHED
        ]

    @property
    def clock(self) -> Clock:
        """The latest clock."""
        found: Clock = self.shop.all(
            select(Clock).where(Clock.conversation_id == self.conversation.id).order_by(Clock.started_seq, Clock.id)
        )[-1]
        return found


@dataclass(frozen=True)
class Person:
    shop: Shop
    name: str
    id: UUID

    @property
    def row(self) -> Agent:
        return self.shop.read(lambda session: session.get_one(Agent, self.id))

    def sees(self, customer: Customer) -> int:
        """The seq that is on this person's screen when they look now."""
        return customer.conversation.last_seq

    def replies_to(
        self, customer: Customer, body: str, *, seen: int | None = -1, token: str | None = None, **accepted: float
    ) -> Message:
        """Approved now, with everything seen unless said otherwise; `accepted` (minutes=) later the carrier has it, if given."""
        conversation = customer.conversation
        seen = conversation.last_seq if seen == -1 else seen

        def approve(session: Session) -> Message:
            author = session.get_one(Agent, self.id)
            return reply.reply(session, conversation.id, body, author, self.shop.now(), seen=seen,
                               client_token=token or f"token-{next(_tokens)}")  # fmt: skip

        message = self.shop.do(approve)
        return self.shop.accepts(message, **accepted) if accepted else message

    def takes(self, customer: Customer, *, seen: UUID | None = None) -> None:
        self._does(customer, lambda session, conversation, me: hand_over.take(session, conversation, me, self.shop.now(), seen_assignee=seen))  # fmt: skip

    def passes(self, customer: Customer, to: Person, *, seen: UUID | None) -> None:
        def pass_on(session: Session, conversation: Conversation, me: Agent) -> None:
            colleague = session.get_one(Agent, to.id)
            hand_over.pass_on(session, conversation, colleague, me, self.shop.now(), seen_assignee=seen)

        self._does(customer, pass_on)

    def releases(self, customer: Customer) -> None:
        self._does(customer, lambda session, conversation, me: hand_over.release(session, conversation, me, self.shop.now(), seen_assignee=me.id))  # fmt: skip

    def resolves(self, customer: Customer, *, seen: int | None = None) -> None:
        self._does(customer, lambda session, conversation, me: resolve.resolve(session, conversation, me, self.shop.now(), seen=seen))  # fmt: skip

    def reopens(self, customer: Customer) -> None:
        self._does(customer, lambda session, conversation, me: resolve.reopen(session, conversation, me, self.shop.now()))  # fmt: skip

    def becomes(self, availability: Availability) -> int:
        return self.shop.do(lambda session: hand_over.set_availability(session, session.get_one(Agent, self.id), availability, self.shop.now()))  # fmt: skip

    def _does(self, customer: Customer, deed: Callable[[Session, Conversation, Agent], None]) -> None:
        conversation_id = customer.conversation.id
        self.shop.do(
            lambda session: deed(
                session, session.get_one(Conversation, conversation_id), session.get_one(Agent, self.id)
            )
        )


def at_once(deeds: list[Callable[[], T]]) -> list[T | Exception]:
    """Do all of these in threads that begin together; an exception is a result like any other."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], T]) -> None:
        start.wait()
        try:
            results[place] = deed()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def while_another_writes(shop: Shop, first: Callable[[Session], object], second: Callable[[], T]) -> T | Exception:
    """`first` has written and not committed when `second` begins, and commits once that waits; what came of `second`."""
    results: list[T | Exception] = []
    with shop.database.transaction() as session:
        first(session)
        session.flush()
        thread = threading.Thread(target=lambda: results.extend(at_once([second])))
        thread.start()
        if not shop.database.is_sqlite:  # there, a second writer cannot even begin
            _until_it_waits(shop, thread)
    thread.join()
    return results[0]


def _until_it_waits(shop: Shop, thread: threading.Thread) -> None:
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while thread.is_alive():
        if shop.read(lambda session: session.scalar(waits)):
            return
        time.sleep(0.005)
