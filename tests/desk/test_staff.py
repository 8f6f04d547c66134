"""Who is needed for a day to come, held against what can be worked out from the texts and from what the people did."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from smsdesk.desk import staff, work_together
from smsdesk.desk.keep_count import counted_today
from smsdesk.desk.measure_handling import handled
from smsdesk.desk.see import NotThere
from smsdesk.models import Agent, Availability, Direction, Message, Number
from smsdesk.rules.forecast import TOO_EARLY
from smsdesk.rules.roles import Role
from smsdesk.rules.staffing import Work, share_kept
from tests.cast import NINE, Customer, Person, Shop

TODAY = NINE + timedelta(weeks=8)  # a Monday, 9:00
WEEK = timedelta(weeks=1)


def minutes(length: float) -> timedelta:
    return timedelta(minutes=length)


@dataclass
class Diary:
    """What really happened, written down by the test while it happens: who had a waiting text from when until when."""

    shop: Shop
    people: Sequence[Person]
    had: list[tuple[UUID, datetime, datetime]] = field(default_factory=list)
    customers: Iterator[int] = field(default_factory=lambda: iter(range(100, 1000)))

    def customer(self) -> Customer:
        return self.shop.customer("Somebody", f"+14155551{next(self.customers)}")

    def conversation(self, chance: random.Random, at: datetime, to: str) -> None:
        """A text, now and then a second one before the answer, and often another exchange after it."""
        customer, person = self.customer(), chance.choice(self.people)
        self.texts(customer, at, to)
        if chance.random() < 0.2:
            return  # given up: resolved without an answer, or never answered
        if chance.random() < 0.2:
            self.answers(customer, person, at + minutes(4), had_at=None)  # straight from the queue
            self.texts(customer, at + minutes(6), to)  # from then on it is theirs
            self.answers(customer, person, at + minutes(8), had_at=at + minutes(6))
            return
        taken_at = at + minutes(chance.choice([0.5, 1, 3]))
        self.at(taken_at, lambda: person.takes(customer))
        if chance.random() < 0.3:
            self.texts(customer, taken_at + minutes(0.5), to)
        answered_at = taken_at + minutes(chance.choice([1, 2, 4, 9, 14]))
        self.answers(customer, person, answered_at, had_at=taken_at)
        if chance.random() < 0.5:
            again_at = answered_at + minutes(5)
            self.texts(customer, again_at, to)  # the conversation is still that person's
            self.answers(customer, person, again_at + minutes(3), had_at=again_at)
        if chance.random() < 0.5:
            self.at(answered_at + minutes(20), lambda: person.resolves(customer))

    def texts(self, customer: Customer, at: datetime, to: str) -> None:
        self.at(at, lambda: customer.text("Hello?", to=to))

    def answers(self, customer: Customer, person: Person, at: datetime, had_at: datetime | None) -> None:
        self.at(at, lambda: person.replies_to(customer, "Yes", seconds=2))
        if had_at is not None:
            self.had.append((person.id, had_at, at + timedelta(seconds=2)))

    def at(self, moment: datetime, deed: object) -> None:
        self.shop.now.at = moment
        assert callable(deed)
        deed()


@pytest.fixture
def diary(shop: Shop, maya: Person, ana: Person) -> Diary:
    return Diary(shop, [maya, ana])


@pytest.fixture(scope="module")
def after_eight_mondays(lasting_database_url: str) -> Iterator[Diary]:
    """For those that only look, made once: Maya, Ana and Sam are there, and it is the ninth Monday."""
    shop = Shop(lasting_database_url)
    diary = Diary(shop, [shop.person("Maya"), shop.person("Ana")])
    shop.person("Sam", Role.MANAGER, teams=[], availability=Availability.AWAY)
    eight_mondays(diary)
    yield diary
    shop.is_sound()
    shop.database.close()


def eight_mondays(diary: Diary, to: str = "+14155550100", seed: int = 5) -> None:
    chance = random.Random(seed)
    for week in range(8):
        for _ in range(chance.randint(4, 7)):
            at = NINE + WEEK * week + minutes(chance.choice([0, 20, 50, 65, 70, 75, 80, 130]) + chance.random())
            diary.conversation(chance, at, to)
    diary.shop.now.at = TODAY


def plan(shop: Shop, day: date = TODAY.date(), people: int | None = None, scope: int = 0) -> staff.Plan:
    def look(session: object) -> staff.Plan:
        viewer = session.scalars(select(Agent).where(Agent.name == "Sam")).one()  # type: ignore[attr-defined]
        found = work_together.scopes(session, viewer, shop.now())  # type: ignore[arg-type]
        return staff.plan(session, found[scope], day, shop.now(), people)  # type: ignore[arg-type]

    return shop.read(look)


def test_the_forecast_is_what_the_texts_of_the_same_weekday_say(after_eight_mondays: Diary) -> None:
    shop = after_eight_mondays.shop

    said = plan(shop).forecast

    counted = [Counter(at.hour for at in begun_waits(shop) if at.date() == day) for day in said.used]
    assert len(said.used) == 7  # the shop opened in the middle of the first Monday
    assert [day for day, _ in said.left_out] == [NINE.date()]
    assert said.left_out[0][1] == TOO_EARLY
    for hour in range(24):
        in_order = sorted(day[hour] for day in counted)[1:-1]
        assert said.expected[hour] == pytest.approx(sum(in_order) / len(in_order))
    assert said.whole > 3


def test_handling_times_are_those_that_people_really_had(after_eight_mondays: Diary) -> None:
    diary, shop = after_eight_mondays, after_eight_mondays.shop

    found = shop.read(lambda session: handled(session, shop.now()))

    assert sorted((one.agent_id, one.had_at, one.answered_at) for one in found) == sorted(diary.had)
    assert {one.at_once for one in found} >= {1, 2}
    for one in found:
        assert one.at_once == sum(
            agent == one.agent_id and had_at <= one.answered_at <= answered_at
            for agent, had_at, answered_at in diary.had
        )


def test_the_plan_says_what_the_measures_add_up_to(after_eight_mondays: Diary) -> None:
    diary, shop = after_eight_mondays, after_eight_mondays.shop
    lengths = [(answered_at - had_at).total_seconds() for _, had_at, answered_at in diary.had]

    said = plan(shop, people=1)

    assert said.measured.n == len(diary.had) > 25
    assert said.measured.median.total_seconds() == median(lengths)
    work = Work(said.hours[1].expected, tuple(timedelta(seconds=one) for one in lengths), said.measured.at_once)
    assert said.hours[1].kept == pytest.approx(share_kept(1, work, minutes(10)), abs=0.01)
    assert [hour.starts_at.hour for hour in said.hours] == [9, 10, 11]
    most = said.most_needed
    assert most is not None
    assert most.starts_at.hour == 10
    assert most.need.people >= 1
    whole = sum(hour.expected * hour.kept for hour in said.hours) / sum(hour.expected for hour in said.hours)
    assert said.kept == pytest.approx(whole)
    none, five = plan(shop, people=0).kept, plan(shop, people=5).kept
    assert none == 0
    assert five is not None
    assert five >= whole
    assert {hour.people for hour in plan(shop).hours} == {2}  # Maya and Ana are available


def test_a_young_shop_is_told_nothing(shop: Shop, diary: Diary, sam: Person, maya: Person) -> None:
    for place in range(25):
        customer = diary.customer()
        diary.texts(customer, NINE + minutes(place), "+14155550100")
        diary.at(NINE + minutes(place + 1), lambda: maya.takes(customer))  # noqa: B023
        diary.answers(customer, maya, NINE + minutes(place + 2), NINE)
    shop.now.at = NINE + timedelta(days=5)

    early = plan(shop, NINE.date() + timedelta(days=5))
    shop.now.at = NINE + timedelta(days=8)  # a Tuesday, and the Tuesday before it was a whole day
    later = plan(shop, NINE.date() + timedelta(days=8))

    assert (early.hours, early.kept, early.most_needed) == ((), None, None)
    assert later.forecast.used == (NINE.date() + timedelta(days=1),)
    assert later.hours == ()  # it brought nothing, so nobody is needed


def test_without_answers_enough_nothing_is_claimed(shop: Shop, diary: Diary, sam: Person) -> None:
    for week in range(1, 8):
        diary.texts(diary.customer(), NINE + WEEK * week, "+14155550100")
    shop.now.at = TODAY

    said = plan(shop)

    assert said.forecast.whole == 1
    assert not said.measured.is_enough
    assert said.hours == ()


def test_hours_are_those_where_the_number_is(shop: Shop, diary: Diary, sam: Person) -> None:
    with shop.transaction() as session:
        session.scalars(select(Number)).one().time_zone = "Europe/Berlin"
    eight_mondays(diary)

    said = plan(shop)

    there = ZoneInfo("Europe/Berlin")
    counted = [
        Counter(at.astimezone(there).hour for at in begun_waits(shop) if at.astimezone(there).date() == day)
        for day in said.forecast.used
    ]
    for hour in range(24):
        in_order = sorted(day[hour] for day in counted)[1:-1]
        assert said.forecast.expected[hour] == pytest.approx(sum(in_order) / len(in_order))
    assert said.hours[0].starts_at == TODAY.replace(
        hour=8
    )  # 10:00 there: in winter, so many weeks of these were, it was 9:00 in UTC


def test_each_number_of_a_team_is_planned_alone_and_with_the_others(shop: Shop, diary: Diary, sam: Person) -> None:
    shop.now.at = NINE
    shop.number("+14155550105")
    eight_mondays(diary)
    eight_mondays(diary, to="+14155550105", seed=6)

    whole, first, second = (plan(shop, scope=scope).forecast for scope in range(3))

    assert sum(first.expected) > 0
    assert sum(second.expected) > 0
    assert sum(whole.expected) == pytest.approx(sum(first.expected) + sum(second.expected), rel=0.25)


def test_another_teams_staffing_is_not_theirs_to_see(shop: Shop, lee: Person, sam: Person) -> None:
    repairs = shop.team("Repairs")
    number_id = shop.number("+14155550105", repairs)

    def found(name: str) -> list[work_together.Scope]:
        return shop.read(
            lambda session: work_together.scopes(
                session, session.scalars(select(Agent).where(Agent.name == name)).one(), shop.now()
            )
        )

    assert [scope.label for scope in found("Sam")] == ["Repairs", "Support"]
    assert [scope.label for scope in found("Lee")] == ["Support"]
    for team, number in ((repairs, None), (None, number_id)):
        with pytest.raises(NotThere):
            work_together.chosen(found("Lee"), team, number)


def test_a_second_look_reads_no_history_again(after_eight_mondays: Diary, request: pytest.FixtureRequest) -> None:
    shop = after_eight_mondays.shop
    request.addfinalizer(lambda: setattr(shop.now, "at", TODAY))
    plan(shop)
    asked: list[str] = []
    event.listen(shop.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    again = plan(shop)
    first = list(asked)
    shop.now.move(days=1)
    plan(shop, TODAY.date() + timedelta(days=1))

    assert again.hours
    assert not [statement for statement in first if "FROM clock" in statement or "FROM event" in statement]
    assert [statement for statement in asked[len(first) :] if "FROM clock" in statement]


def test_what_was_counted_is_kept_for_a_day_and_a_database(shop: Shop) -> None:
    with shop.database.reading() as session:
        book = counted_today(session, NINE)
        book.keep("a", 1)
        assert counted_today(session, NINE + timedelta(hours=14)).known("a") == 1
        assert "a" not in counted_today(session, NINE + timedelta(hours=15))


def begun_waits(shop: Shop) -> Iterator[datetime]:
    """The texts that somebody began to wait after, reading nothing but texts."""
    threads: dict[UUID, list[Message]] = {}
    for message in shop.all(select(Message)):
        threads.setdefault(message.conversation_id, []).append(message)
    for thread in threads.values():
        waits = False
        for message in sorted(thread, key=lambda one: one.accepted_at or one.created_at):
            if message.direction is Direction.IN and not waits:
                yield message.created_at
            waits = message.direction is Direction.IN
