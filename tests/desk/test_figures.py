"""The figures of a manager's page are those that anybody could work out from the texts themselves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.desk import figures, hand_over, promise, receive, reply, resolve, set_up
from smsdesk.models import Agent, Availability, Conversation, Direction, Message, Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.roles import Role

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
SUPPORT, REPAIRS = "+14155550100", "+14155550101"


@dataclass
class Shop:
    """Two teams with a number each; Maya answers Support, Lee leads Repairs, Sam manages both."""

    database: Database
    texts: int = 0
    people: dict[str, UUID] = field(default_factory=dict)

    def open(self, at: datetime) -> None:
        with self.database.transaction() as session:
            for name, address, target in (("Support", SUPPORT, 10), ("Repairs", REPAIRS, 30)):
                set_up.add_team(session, name, at)
                set_up.add_number(session, address, name, f"{name} line", timedelta(minutes=target), at)
            for name, role, teams in (
                ("Maya", Role.AGENT, ["Support"]),
                ("Lee", Role.LEAD, ["Repairs"]),
                ("Sam", Role.MANAGER, ["Support", "Repairs"]),
            ):
                person = set_up.add_agent(session, f"{name.lower()}@shop.test", name, role, teams, at)
                self.people[name] = person.id

    def text(self, sender: str, at: datetime, to: str = SUPPORT) -> UUID:
        self.texts += 1
        text = InboundText(
            "AC" + "0" * 32, f"SM{self.texts:032x}", to, sender, f"text {self.texts}", (), 1, None, b"raw"
        )
        with self.database.transaction() as session:
            conversation_id = receive.receive(session, text, at).conversation_id
        assert conversation_id is not None
        return conversation_id

    def answer(self, conversation_id: UUID, by: str, at: datetime, crossed_by: str | None = None) -> None:
        """Sent a second before it is accepted; a text may cross it on the way."""
        with self.database.transaction() as session:
            author, sent_at = session.get_one(Agent, self.people[by]), at - timedelta(seconds=1)
            sent = reply.reply(session, conversation_id, "Yes", author, sent_at, seen=None, client_token=str(at)).id
        if crossed_by:
            self.text(crossed_by, at - timedelta(seconds=0.5))
        with self.database.transaction() as session:
            message = session.get_one(Message, sent)
            message.state, message.accepted_at, message.not_before = State.DELIVERED, at, None
            session.flush()
            promise.answer(session, message, at)

    def resolve(self, conversation_id: UUID, by: str, at: datetime) -> None:
        with self.database.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            resolve.resolve(session, conversation, session.get_one(Agent, self.people[by]), at)

    def looks(self, session: Session, who: str = "Sam") -> Agent:
        return session.get_one(Agent, self.people[who])

    def today(self, now: datetime, who: str = "Sam", number: str | None = None) -> figures.Today:
        with self.database.reading() as session:
            return figures.today(session, self.looks(session, who), now, _number(session, number))

    def right_now(self, now: datetime, who: str = "Sam", number: str | None = None) -> figures.RightNow:
        with self.database.reading() as session:
            return figures.right_now(session, self.looks(session, who), now, _number(session, number))


def _number(session: Session, address: str | None) -> Number | None:
    return session.scalar(select(Number).where(Number.address == address)) if address else None


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    shop = Shop(Database(database_url))
    shop.open(NOON - timedelta(days=2))
    yield shop
    shop.database.engine.dispose()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_the_page_says_what_the_texts_themselves_say(shop: Shop) -> None:
    now = _a_busy_morning(shop, random.Random(7))

    page = shop.today(now)

    waits = _worked_out_from_the_texts(shop, now)
    assert len(waits) > 60
    assert 0 < sum(kept for _, kept in waits) < len(waits)
    assert page.promise.count == len(waits)
    assert page.kept == sum(kept for _, kept in waits)
    assert page.promise.share_kept == pytest.approx(page.kept / len(waits))
    in_order = sorted(wait for wait, _ in waits)
    for figure, share in ((page.promise.p50, 0.50), (page.promise.p90, 0.90), (page.promise.p99, 0.99)):
        assert figure is not None
        # nearest rank: the shortest wait that at least this share had
        assert figure.total_seconds() == next(
            wait for place, wait in enumerate(in_order, 1) if place >= share * len(in_order)
        )


def test_the_bars_hold_every_text_of_today_and_every_late_answer(shop: Shop) -> None:
    now = _a_busy_morning(shop, random.Random(11))

    bars = shop.today(now).quarters

    with shop.database.reading() as session:
        came = list(session.scalars(select(Message.created_at).where(Message.direction == Direction.IN)))
    for bar in bars:
        assert bar.texts == sum(bar.starts_at <= at < bar.starts_at + minutes(15) for at in came)
    assert sum(bar.texts for bar in bars) == len(came)
    assert sum(bar.late for bar in bars) == sum(not kept for _, kept in _worked_out_from_the_texts(shop, now))


def test_who_waits_past_the_promise_counts_before_anybody_answers(shop: Shop) -> None:
    shop.text("+14155550199", NOON)

    assert shop.today(NOON + minutes(10)).promise.count == 0  # the deadline second still keeps it
    late = shop.today(NOON + minutes(12))

    assert (late.promise.count, late.kept, late.promise.p50) == (1, 0, minutes(12))


def test_resolving_a_late_conversation_does_not_mend_the_figure(shop: Shop) -> None:
    dropped, dismissed = shop.text("+14155550199", NOON), shop.text("+14155550117", NOON)
    shop.resolve(dismissed, "Maya", NOON + minutes(4))
    shop.resolve(dropped, "Maya", NOON + minutes(15))

    today = shop.today(NOON + minutes(30))

    assert (today.promise.count, today.kept, today.promise.p99) == (1, 0, minutes(15))


def test_today_begins_at_midnight_where_the_number_is(shop: Shop) -> None:
    with shop.database.transaction() as session:
        session.scalars(select(Number).where(Number.address == REPAIRS)).one().time_zone = "America/Los_Angeles"
    at = NOON.replace(hour=5)  # 22:00 of the day before in Los Angeles
    shop.answer(shop.text("+14155550199", at), "Maya", at + minutes(3))
    shop.answer(shop.text("+14155550117", at, REPAIRS), "Lee", at + minutes(3))

    before, after = shop.today(NOON.replace(hour=6)), shop.today(NOON.replace(hour=8))

    assert (before.promise.count, before.texts) == (2, 2)
    assert (after.promise.count, after.texts) == (1, 1)
    assert after.since == NOON.replace(hour=0)


def test_a_lead_sees_the_figures_of_their_own_teams_only(shop: Shop) -> None:
    shop.answer(shop.text("+14155550199", NOON), "Maya", NOON + minutes(3))
    repair = shop.text("+14155550117", NOON, REPAIRS)
    now = NOON + minutes(31)

    lead, manager = shop.today(now, "Lee"), shop.today(now, "Sam")

    assert (lead.promise.count, lead.kept, lead.texts) == (1, 0, 1)
    assert (manager.promise.count, manager.kept, manager.texts) == (2, 1, 2)
    assert [one.conversation_id for one in shop.right_now(now, "Lee").first] == [repair]
    assert [person.name for person in shop.right_now(now, "Lee").people] == ["Lee", "Sam"]


def test_the_page_can_be_read_for_one_number(shop: Shop) -> None:
    shop.answer(shop.text("+14155550199", NOON), "Maya", NOON + minutes(3))
    shop.text("+14155550117", NOON, REPAIRS)
    now = NOON + minutes(31)

    repairs = shop.today(now, number=REPAIRS)

    assert (repairs.promise.count, repairs.kept, repairs.texts) == (1, 0, 1)
    assert shop.right_now(now, number=SUPPORT).waiting == 0
    assert [person.name for person in shop.right_now(now, number=SUPPORT).people] == ["Maya", "Sam"]


def test_right_now_counts_who_waits_who_is_late_and_who_soon_will_be(shop: Shop) -> None:
    late = shop.text("+14155550101", NOON)
    soon = shop.text("+14155550102", NOON + minutes(6))
    calm = shop.text("+14155550103", NOON + minutes(9))
    shop.answer(shop.text("+14155550104", NOON), "Maya", NOON + minutes(1))

    seen = shop.right_now(NOON + minutes(11) + timedelta(seconds=1))

    assert (seen.waiting, seen.late, seen.soon) == (3, 1, 1)
    assert seen.oldest_since == NOON
    assert [one.conversation_id for one in seen.first] == [late, soon, calm]


def test_an_agents_load_is_what_waits_for_them_wherever_it_came_in(shop: Shop) -> None:
    mine, other = shop.text("+14155550101", NOON), shop.text("+14155550102", NOON, REPAIRS)
    with shop.database.transaction() as session:
        maya = session.get_one(Agent, shop.people["Maya"])
        hand_over.set_availability(session, maya, Availability.AVAILABLE, NOON)
        for conversation_id in (mine, other):
            hand_over.take(session, session.get_one(Conversation, conversation_id), maya, NOON)

    seen = shop.right_now(NOON, number=SUPPORT)

    assert [(person.name, person.load) for person in seen.people] == [("Maya", 2), ("Sam", 0)]
    assert (seen.available, seen.room) == (1, 4)


def _a_busy_morning(shop: Shop, chance: random.Random) -> datetime:
    """Forty customers text now and then; most are answered in time, some late, some not yet, some in the middle."""
    open_until, told = NOON, NOON.replace(hour=8)
    for customer in range(40):
        at = told + minutes(chance.uniform(0, 120))
        for _ in range(chance.randint(1, 3)):
            sender = f"+1415555{customer:04}"
            conversation_id = shop.text(sender, at)
            if chance.random() < 0.4:  # a second text before the answer never moves the customer back
                shop.text(sender, at + minutes(1))
            if chance.random() < 0.1:
                break
            at += minutes(chance.choice([2, 4, 8, 12, 25]))
            if chance.random() < 0.3:
                shop.answer(conversation_id, "Maya", at, crossed_by=sender)
                at += minutes(chance.choice([6, 15]))
            shop.answer(conversation_id, "Maya", at)
            at += minutes(chance.uniform(1, 20))
    return open_until + minutes(30)


def _worked_out_from_the_texts(shop: Shop, now: datetime) -> list[tuple[float, bool]]:
    """Wait in seconds and whether it was within ten minutes, reading nothing but the texts."""
    waits: list[tuple[float, bool]] = []
    with shop.database.reading() as session:
        threads: dict[UUID, list[Message]] = {}
        for message in session.scalars(select(Message)):
            threads.setdefault(message.conversation_id, []).append(message)
        for thread in threads.values():
            waits.extend(_waits_in(thread, now))
    return waits


def _waits_in(thread: list[Message], now: datetime) -> Iterator[tuple[float, bool]]:
    unanswered: list[Message] = []
    for message in sorted(thread, key=lambda one: one.accepted_at or one.created_at):
        if message.direction is Direction.IN:
            unanswered.append(message)
        elif unanswered and message.accepted_at:
            yield _judged(unanswered[0].created_at, message.accepted_at)
            # a text that crossed the answer waits on, from its own moment
            unanswered = [one for one in unanswered if one.created_at > message.created_at]
    if unanswered and not _judged(unanswered[0].created_at, now)[1]:
        yield _judged(unanswered[0].created_at, now)


def _judged(since: datetime, until: datetime) -> tuple[float, bool]:
    seconds = (until - since).total_seconds()
    return seconds, seconds < 601  # an answer within the deadline second keeps the promise
