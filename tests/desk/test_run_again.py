"""What had ended runs again, and nobody falls between two clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from smsdesk.desk import apply_policies, hand_over, need_no_reply, promise
from smsdesk.models import ClockEvent as StoredEvent
from smsdesk.models import ConversationState, Number, Team
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockEventKind, ClockState, Step
from tests.cast import NINE, Customer, Person, Shop

RUNNING, CANCELLED = ClockState.RUNNING, ClockState.CANCELLED


def minutes(after_nine: float) -> datetime:
    return NINE + timedelta(minutes=after_nine)


def says_no_reply_needed(shop: Shop, maya: Person, maria: Customer) -> None:
    maya._does(
        maria, lambda session, conversation, by: need_no_reply.needs_no_reply(session, conversation, by, shop.now())
    )


def takes_that_back(shop: Shop, maya: Person, maria: Customer) -> None:
    maya._does(
        maria, lambda session, conversation, by: need_no_reply.needs_reply(session, conversation, by, shop.now())
    )


def an_answer_failed_while_a_second_text_waited(shop: Shop, maria: Customer, maya: Person) -> None:
    """So that the first text waits again, and the second one behind it."""
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Until when?")
    shop.now.move(minutes=1)
    shop.fails(answer)
    assert [clock.state for clock in shop.clocks()] == [RUNNING, CANCELLED]
    shop.now.move(minutes=1)


def test_who_answers_and_resolves_after_a_failure_did_answer(shop: Shop, maria: Customer, maya: Person) -> None:
    an_answer_failed_while_a_second_text_waited(shop, maria, maya)
    second = maya.replies_to(maria, "Yes, until five")
    maya.resolves(maria)

    shop.accepts(second, seconds=1)

    assert shop.clocks()[0].fulfilled_by_id == second.id


def test_a_second_failure_after_resolving_is_not_forgotten(shop: Shop, maria: Customer, maya: Person) -> None:
    an_answer_failed_while_a_second_text_waited(shop, maria, maya)
    second = maya.replies_to(maria, "Yes, until five")
    maya.resolves(maria)

    shop.fails(second)

    assert (maria.conversation.state, maria.conversation.waiting_since) == (ConversationState.WAITING_FOR_US, NINE)


def test_no_reply_needed_can_be_taken_back_after_a_failure(shop: Shop, maria: Customer, maya: Person) -> None:
    an_answer_failed_while_a_second_text_waited(shop, maria, maya)
    says_no_reply_needed(shop, maya, maria)
    shop.now.move(minutes=1)

    takes_that_back(shop, maya, maria)

    assert maria.conversation.waiting_since == NINE


def test_a_text_that_stood_behind_has_one_clock_and_is_warned_of_once(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Until when?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()
    shop.fails(answer)
    shop.now.move(minutes=1)

    shop.moves(answer, State.DELIVERED)
    shop.looks_at_the_clock()

    _, second = shop.clocks()
    assert (second.state, second.started_at) == (RUNNING, minutes(2))
    assert [alert.step for alert in shop.alerts() if alert.clock_id == second.id] == [Step.WARN_50]


def test_a_goodbye_waits_for_nothing_when_a_failure_is_corrected(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Thanks!")
    shop.fails(answer)

    shop.moves(answer, State.DELIVERED)

    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM
    assert len(shop.clocks()) == 1


def test_what_needs_no_reply_needs_none_when_a_failure_is_corrected(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("My dog says hello")
    shop.now.move(minutes=1)
    says_no_reply_needed(shop, maya, maria)
    shop.fails(answer)

    shop.moves(answer, State.DELIVERED)

    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM


def test_a_text_that_the_answer_did_not_cover_waits_when_it_is_reopened(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    shop.now.move(minutes=1)
    maria.text("Until when?")
    maya.resolves(maria)
    shop.accepts(answer)
    shop.now.move(minutes=1)

    maya.reopens(maria)

    assert (maria.conversation.state, maria.conversation.waiting_since) == (
        ConversationState.WAITING_FOR_US,
        minutes(1),
    )


def test_a_clock_that_runs_again_goes_by_what_is_promised_now(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.do(lambda session: promise.change_target(session, session.get_one(Number, shop.number_id), timedelta(minutes=30), maya.id, shop.now()))  # fmt: skip
    shop.now.move(minutes=1)
    shop.do(lambda session: apply_policies.drain(session, shop.now()))

    shop.fails(answer)

    assert (maria.clock.started_at, maria.clock.due_at, maria.conversation.reply_due_at) == (
        NINE,
        minutes(30),
        minutes(30),
    )


def test_a_clock_that_runs_again_speaks_to_the_team_that_has_it_now(shop: Shop, maria: Customer, maya: Person) -> None:
    sales = shop.team("Sales")
    otto = shop.person("Otto", teams=[sales])
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maya._does(
        maria,
        lambda session, conversation, by: hand_over.pass_to_team(
            session, conversation, session.get_one(Team, sales), by, shop.now()
        ),
    )

    shop.fails(answer)
    shop.now.move(minutes=4)
    shop.looks_at_the_clock()

    assert shop.told(shop.alerts()[0]) == {otto.name: "team"}


def test_a_deadline_that_passed_unseen_is_broken_when_somebody_lets_the_text_go(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=10, seconds=1)

    says_no_reply_needed(shop, maya, maria)

    (alert,) = shop.alerts()
    assert (alert.step, alert.due_at, maria.clock.breached_at) == (Step.BREACH, minutes(10), shop.now())


def test_on_the_deadline_second_it_can_still_be_let_go(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=10, milliseconds=999)

    says_no_reply_needed(shop, maya, maria)

    assert (shop.alerts(), maria.clock.breached_at) == ([], None)


def test_a_corrected_failure_is_written_down_when_it_was_learnt(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Until when?")
    shop.now.move(minutes=1)
    shop.fails(answer)
    shop.now.move(minutes=1)

    shop.moves(answer, State.DELIVERED)

    again = shop.all(select(StoredEvent.at).where(StoredEvent.kind == ClockEventKind.REACTIVATE).order_by(StoredEvent.id))  # fmt: skip
    assert again[-1] == shop.now()
    assert [clock.fulfilled_at for clock in shop.clocks()] == [minutes(1), None]


def test_four_fifths_and_two_minutes_before_the_end_are_one_warning(shop: Shop, maria: Customer) -> None:
    from smsdesk.desk import promise_book
    from smsdesk.models import Policy
    from smsdesk.rules.terms import AlertTimes, Counts

    shop.do(
        lambda session: session.add(
            Policy(
                position=0,
                name="All",
                is_on=True,
                conditions={},
                targets={"first_reply": {"normal": 600}},
                counts=Counts.BUSINESS,
                shares=[0.8],
                leads=[120],
                ladder=[[0, ["team"]]],
                repeat=None,
                repeats=0,
                alerts=AlertTimes.OPEN,
                created_at=shop.now(),
                updated_at=shop.now(),
            )
        )
    )
    shop.do(lambda session: promise_book.publish(session, shop.now()))
    maria.text("Is it ready?")
    shop.now.move(minutes=9)

    shop.looks_at_the_clock()
    maria.text("Hello?")

    assert [alert.step for alert in shop.alerts()] == ["warn_80"]
