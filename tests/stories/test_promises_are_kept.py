"""A promise is kept or broken, whatever comes between; told with a clock whose hands the story moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from smsdesk.desk import snooze
from smsdesk.models import ClockEvent, ConversationState
from smsdesk.models.conversation import Priority
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.reply_clock import ClockEventKind, ClockKind, ClockState
from smsdesk.rules.terms import AlertTimes, Whom
from tests.cast import NINE, Customer, Person, Shop
from tests.stories.promise import (
    acknowledges,
    are_one,
    are_two,
    changes,
    is_known_as,
    minutes_pass,
    opens,
    passes_to,
    promises,
    raises_to,
    resolution,
    says_no_reply_needed,
    snoozes,
    spoken,
    switches_off,
    takes_that_back,
)

RUNNING, FULFILLED, CANCELLED = ClockState.RUNNING, ClockState.FULFILLED, ClockState.CANCELLED


def after_nine(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_a_reply_on_the_deadline_second_keeps_the_promise(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    minutes_pass(shop, 9)

    maya.replies_to(maria, "Yes", minutes=1, milliseconds=999)
    minutes_pass(shop, 5)

    assert (maria.clock.state, maria.clock.breached_at) == (FULFILLED, None)
    assert [step for step, _ in spoken(shop)] == ["warn_50", "warn_80"]


def test_one_second_after_it_is_broken(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    minutes_pass(shop, 9)

    maya.replies_to(maria, "Yes", minutes=1, seconds=1)

    assert maria.clock.breached_at is not None
    assert spoken(shop)[-1] == ("breach", after_nine(10))


def test_a_promise_that_was_broken_and_answered_between_two_looks_is_told(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=9, seconds=59)
    shop.looks_at_the_clock()

    maya.replies_to(maria, "Yes", seconds=3)
    shop.now.move(seconds=5)
    shop.looks_at_the_clock()

    assert [step for step, _ in spoken(shop)].count("breach") == 1


def test_an_answer_that_never_arrived_left_the_customer_waiting(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=2)
    shop.now.move(minutes=7)

    shop.fails(answer)
    minutes_pass(shop, 3)

    assert maria.conversation.waiting_since == NINE
    assert [step for step, _ in spoken(shop)] == ["warn_80", "breach"]


def test_what_is_reopened_waits_since_its_old_start(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    minutes_pass(shop, 4)
    maya.resolves(maria)
    minutes_pass(shop, 3)

    maya.reopens(maria)
    minutes_pass(shop, 3)

    assert maria.clock.started_at == NINE
    assert spoken(shop) == [("warn_80", after_nine(8)), ("breach", after_nine(10))]


def test_another_team_promises_something_else(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    sales = shop.team("Sales")
    otto = shop.person("Otto", teams=[sales])
    promises(shop, sam, "Sales takes its time", 60, teams=frozenset({sales}))
    maria.text("What does it cost?")
    shop.now.move(minutes=2)

    passes_to(sam, maria, sales)
    minutes_pass(shop, 28)

    assert (maria.clock.started_at, maria.conversation.reply_due_at) == (NINE, after_nine(60))
    assert spoken(shop) == [("warn_50", after_nine(30))]
    assert shop.told(shop.alerts()[0]) == {otto.name: "team"}


def test_a_customer_known_twice_waits_on_both_phones_until_each_is_answered(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    at_work = shop.customer("Maria at work", "+14155550166")
    promises(shop, sam, "Those we know well", 10, segments=frozenset({"vip"}))
    promises(shop, sam, "Everybody", 30)
    maria.text("Is it ready?")
    minutes_pass(shop, 4)
    at_work.text("Did you get my text?")
    is_known_as(maya, maria, "vip")

    are_one(maya, maria, at_work)
    minutes_pass(shop, 8)
    maya.replies_to(maria, "Yes")
    minutes_pass(shop, 3)

    assert maria.clock.breached_at == after_nine(10)
    assert (at_work.clock.started_at, at_work.clock.due_at) == (after_nine(4), after_nine(14))
    assert (at_work.clock.state, at_work.clock.breached_at) == (RUNNING, after_nine(14))
    assert maria.conversation.customer_id == at_work.conversation.customer_id

    are_two(maya, maria, at_work)

    assert (at_work.clock.due_at, at_work.clock.breached_at) == (after_nine(34), after_nine(14))
    assert maria.conversation.customer_id != at_work.conversation.customer_id


def test_nobody_is_late_on_a_holiday(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    shop.now.at = datetime(2026, 12, 24, 16, 55, tzinfo=UTC)  # a Thursday, 17:55 in Berlin
    opens(shop, sam, "Europe/Berlin", days=range(5), closed=(date(2026, 12, 25),))
    maria.text("Is it ready?")
    for _ in range(80):
        shop.now.move(hours=1)
        shop.looks_at_the_clock()

    monday = datetime(2026, 12, 28, 8, 0, tzinfo=UTC)
    assert maria.clock.due_at == monday + timedelta(minutes=5)
    assert [step for step, at in spoken(shop) if at < monday] == ["warn_50"]  # on the very closing


def test_on_the_night_on_which_clocks_go_forth_an_hour_is_missing(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    shop.now.at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 1:30 in Berlin; two o'clock is three o'clock
    opens(shop, sam, "Europe/Berlin", spans=(Span(0, 4 * 60),))
    promises(shop, sam, "Ninety minutes", 90)

    maria.text("Is anybody there?")

    assert maria.clock.due_at == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)  # four o'clock, the very closing


def test_on_the_night_on_which_clocks_go_back_an_hour_comes_twice(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    shop.now.at = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 1:30 in Berlin; the hour from two to three comes twice
    opens(shop, sam, "Europe/Berlin", spans=(Span(0, 4 * 60),))
    promises(shop, sam, "Three hours", 180)

    maria.text("Is anybody there?")

    assert maria.clock.due_at == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # half past three


def test_clocks_that_run_follow_a_changed_policy_and_the_log_says_so(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    policy = promises(shop, sam, "Everybody", 10)
    maria.text("Is it ready?")
    minutes_pass(shop, 6)

    changes(shop, sam, policy, 30)
    minutes_pass(shop, 18)

    assert maria.clock.due_at == after_nine(30)
    assert spoken(shop) == [("warn_50", after_nine(5)), ("warn_80", after_nine(24))]
    kinds = shop.all(select(ClockEvent.kind).where(ClockEvent.clock_id == maria.clock.id).order_by(ClockEvent.id))
    assert ClockEventKind.APPLY_POLICY in kinds


def test_a_policy_that_is_switched_off_says_nothing_more(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    policy = promises(shop, sam, "Everybody", 2, resolved_in=60)
    maria.text("Is it ready?")
    assert resolution(shop).next_alert_at == after_nine(30)

    switches_off(shop, sam, policy)
    minutes_pass(shop, 4)

    assert (resolution(shop).state, resolution(shop).next_alert_at) == (CANCELLED, None)
    assert (maria.conversation.reply_due_at, spoken(shop)) == (after_nine(10), [])  # what the number promises by itself


def test_what_presses_more_is_due_sooner(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    promises(shop, sam, "Everybody", 30, urgent=5)
    maria.text("The brakes fail")
    shop.now.move(minutes=1)

    raises_to(maya, maria, Priority.URGENT)

    assert (maria.clock.due_at, maria.conversation.reply_due_at) == (after_nine(5), after_nine(5))
    minutes_pass(shop, 4)
    assert spoken(shop)[-1] == ("breach", after_nine(5))


def test_after_an_outage_of_three_hours_everything_comes_once_and_says_how_late_it_is(
    shop: Shop, maria: Customer, priya: Customer, maya: Person, sam: Person
) -> None:
    promises(shop, sam, "Everybody", 10, ladder=((0, Whom.TEAM), (30, Whom.LEAD), (60, Whom.MANAGER)))
    maria.text("Is it ready?")
    shop.now.move(minutes=1)
    priya.text("Hello?")
    shop.now.move(hours=3)

    minutes_pass(shop, 2)

    assert len(shop.alerts()) == 2 * 5
    gravest = [alert for alert in shop.alerts() if alert.overtaken_by_id is None]
    assert [alert.step for alert in gravest] == ["rung_2", "rung_2"]
    late = [alert.told_at - alert.due_at for alert in gravest if alert.told_at]
    assert late == [timedelta(minutes=112), timedelta(minutes=111)]
    assert shop.told(gravest[0]) == {"Maya": "team", "Sam": "manager"}


def test_whoever_says_that_they_saw_it_ends_the_ladder(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    promises(shop, sam, "Everybody", 10, ladder=((0, Whom.TEAM), (5, Whom.MANAGER)))
    maria.text("Is it ready?")
    minutes_pass(shop, 10)

    acknowledges(shop, maya, shop.alerts()[-1])
    minutes_pass(shop, 30)

    assert [step for step, _ in spoken(shop)] == ["warn_50", "warn_80", "breach"]
    assert maria.clock.state is RUNNING


def test_the_last_rung_is_repeated_until_somebody_saw_it(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    promises(shop, sam, "Everybody", 10, shares=(), ladder=((0, Whom.MANAGER),), repeat=timedelta(minutes=5), repeats=4)
    maria.text("Is it ready?")
    minutes_pass(shop, 20)
    assert [step for step, _ in spoken(shop)] == ["breach", "repeat_1", "repeat_2"]

    acknowledges(shop, sam, shop.alerts()[-1])
    minutes_pass(shop, 30)

    assert [step for step, _ in spoken(shop)] == ["breach", "repeat_1", "repeat_2"]


def test_no_reply_needed_stops_the_clock_and_counts_as_no_answer(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("My dog says hello")
    shop.now.move(minutes=2)
    says_no_reply_needed(maya, maria)
    minutes_pass(shop, 20)
    assert (maria.clock.fulfilled_at, spoken(shop)) == (None, [])
    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM

    takes_that_back(maya, maria)
    shop.looks_at_the_clock()

    assert (maria.clock.state, maria.conversation.waiting_since) == (RUNNING, NINE)
    assert spoken(shop) == [("breach", after_nine(10))]


def test_whoever_thanks_one_of_us_by_name_waits_for_nothing(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=2)

    maria.text("Thank you Maya!")
    assert maria.conversation.waiting_since is None

    shop.now.move(minutes=20)
    maria.text("Thank you Kettle")  # of no use to anybody, but somebody should look
    assert maria.conversation.waiting_since == after_nine(20)


def test_whoever_writes_on_ten_minutes_after_a_goodbye_has_waited_since_then(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Thanks!")
    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM
    shop.now.move(minutes=10)

    maria.text("Oh, and do you have a pump?")

    assert (maria.clock.kind, maria.clock.started_at) == (ClockKind.NEXT_REPLY, after_nine(2))


def test_after_more_than_ten_minutes_it_is_a_question_of_its_own(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Thanks!")
    shop.now.move(minutes=10, seconds=1)

    maria.text("Oh, and do you have a pump?")

    assert maria.clock.started_at == shop.now()


def test_a_resolution_waits_while_the_customer_is_asked_and_while_it_is_put_aside(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    promises(shop, sam, "Everybody", 10, resolved_in=60)
    maria.text("My bill is wrong")
    shop.now.move(minutes=5)
    maya.replies_to(maria, "I look into it", seconds=0)
    assert resolution(shop).state is ClockState.PAUSED
    snoozes(maya, maria, hours=24)
    shop.now.move(hours=24)
    shop.do(lambda session: snooze.wake_due(session, shop.now()))
    minutes_pass(shop, 60)
    assert spoken(shop) == []

    maria.text("Any news?")

    clock = resolution(shop)
    assert (clock.state, clock.spent) == (RUNNING, timedelta(minutes=5))
    assert clock.due_at == shop.now() + timedelta(minutes=55)
    maya.resolves(maria)
    assert resolution(shop).state is FULFILLED


def test_a_customer_who_writes_soon_after_resolved_takes_the_resolution_up_again(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    promises(shop, sam, "Everybody", 10, resolved_in=60)
    maria.text("My bill is wrong")
    shop.now.move(minutes=20)
    maya.resolves(maria)
    shop.now.move(hours=4)

    maria.text("It is still wrong")

    assert (resolution(shop).state, resolution(shop).spent) == (RUNNING, timedelta(minutes=20))


def test_people_are_told_at_night_only_where_a_policy_says_so(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    shop.now.at = datetime(2026, 3, 2, 17, 58, tzinfo=UTC)
    opens(shop, sam, "UTC")
    rungs = ((0, Whom.TEAM),)
    policy = {"shares": (), "ladder": rungs}
    promises(shop, sam, "By day", 2, **policy, repeat=timedelta(minutes=30), repeats=1)  # type: ignore[arg-type]
    maria.text("Is it ready?")
    minutes_pass(shop, 120)
    assert [step for step, _ in spoken(shop)] == ["breach"]

    promises(shop, sam, "By night", 2, **policy, repeat=timedelta(minutes=30), repeats=1, alerts=AlertTimes.ALWAYS, teams=frozenset({shop.team_id}))  # type: ignore[arg-type]  # fmt: skip
    shop.looks_at_the_clock()

    assert [step for step, _ in spoken(shop)] == ["breach", "repeat_1"]
