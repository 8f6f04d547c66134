"""What the law and the house ask of a text of ours, when it is approved and again when it is claimed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk import models
from smsdesk.desk import check_sending, deliver, keep_rules, sort_out, withdraw
from smsdesk.desk.check_sending import NotReachable, TooManyTexts
from smsdesk.desk.decide import NothingToDecide
from smsdesk.models import Agent, Message, Stop
from smsdesk.rules.delivery_status import State
from smsdesk.rules.house_rules import HouseRules
from tests.cast import Customer, Person, Shop

EVENING = datetime(
    2026, 3, 4, 4, 30, tzinfo=UTC
)  # half past eight on Tuesday evening where Maria's number is: Pacific time
MORNING = datetime(
    2026, 3, 4, 17, 0, tzinfo=UTC
)  # nine o'clock there on Wednesday, by the strictest law of the country


def sets(shop: Shop, rules: HouseRules) -> None:
    shop.do(lambda session: keep_rules.change_rules(session, rules, None, shop.now()))


def claims(shop: Shop) -> list[UUID]:
    """The sender's look; the ids of what it may send now."""

    def take(session: Session) -> list[UUID]:
        waiting = deliver.look(session, shop.now(), 50)
        return [claim.message_id for claim in deliver.claim(session, waiting, shop.now())]

    return shop.do(take)


def reread(shop: Shop, message: Message) -> Message:
    return shop.read(lambda session: session.get_one(Message, message.id))


def has_written_long_ago(shop: Shop, customer: Customer, maya: Person, at: datetime) -> None:
    """They wrote two days before, were answered, and nobody waits."""
    shop.now.at = at - timedelta(days=2)
    customer.text("Is it ready?")
    maya.replies_to(customer, "Yes", minutes=1)
    shop.now.at = at


def test_an_answer_goes_at_any_hour(shop: Shop, maria: Customer, maya: Person) -> None:
    shop.now.at = EVENING + timedelta(hours=3)
    maria.text("Are you there?")

    answer = maya.replies_to(maria, "Yes")

    assert (answer.purpose, answer.not_before, answer.block_reason) == ("answer", shop.now(), None)
    assert claims(shop) == [answer.id]


def test_what_nobody_asked_for_waits_for_the_morning_where_the_customer_is(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)

    text = maya.replies_to(maria, "Your kettle has come in")

    assert (text.purpose, text.not_before, text.block_reason) == ("approach", MORNING, check_sending.QUIET)
    assert claims(shop) == []
    shop.now.at = MORNING
    assert claims(shop) == [text.id]


def test_where_no_hour_of_the_week_is_allowed_it_is_said_and_nothing_waits_in_vain(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)
    held = maya.replies_to(maria, "Your kettle has come in")
    sets(shop, HouseRules(texts_from=time(5), texts_until=time(6)))  # the law begins at eight
    never = "No hour of the week is allowed for texts to the United States that answer nobody; change it under Rules."

    with pytest.raises(NotReachable, match=never):
        maya.replies_to(maria, "Come and see it")
    shop.now.at = MORNING
    assert claims(shop) == []

    assert (reread(shop, held).state, reread(shop, held).block_reason) == (State.BLOCKED, never)
    maria.text("Is my kettle there?")
    answer = maya.replies_to(maria, "It is!")
    assert claims(shop) == [answer.id]


def test_whoever_moved_is_asked_by_the_clock_where_they_live(shop: Shop, maria: Customer, maya: Person) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)

    def place(session: Session) -> None:
        customer = session.get_one(models.Customer, maria.conversation.customer_id)
        sort_out.place(session, customer, "Honolulu", session.get_one(Agent, maya.id), shop.now())

    shop.do(place)
    text = maya.replies_to(maria, "Your kettle has come in")

    assert text.not_before == shop.now()  # half past six in the evening there


def test_once_they_write_what_waited_goes_first_and_at_once(shop: Shop, maria: Customer, maya: Person) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)
    held = maya.replies_to(maria, "Your kettle has come in")
    maria.text("Is my kettle there?")

    answer = maya.replies_to(maria, "It is!")

    assert claims(shop) == [held.id]
    shop.moves(held, State.ACCEPTED, sid="SM" + "1" * 32)
    assert claims(shop) == [answer.id]


def test_what_was_held_up_until_it_was_quiet_is_given_up_and_says_why(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    has_written_long_ago(shop, maria, maya, EVENING - timedelta(hours=1))
    text = maya.replies_to(maria, "Your kettle has come in")
    assert text.not_before == shop.now()
    shop.now.move(hours=1)  # the carrier was away

    assert claims(shop) == []

    given_up = reread(shop, text)
    assert (given_up.state, given_up.block_reason) == (State.FAILED, check_sending.QUIET)


def test_whoever_may_have_asked_for_no_more_gets_nothing_that_is_no_answer(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)
    held = maya.replies_to(maria, "Your kettle has come in")
    maria.text("please stop texting me")
    shop.now.at = MORNING

    assert claims(shop) == []

    assert (reread(shop, held).state, reread(shop, held).block_reason) == (State.BLOCKED, check_sending.MAY_HAVE_ASKED)


def test_the_twenty_first_text_within_an_hour_is_refused_and_says_when_there_is_room(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Hello?")
    for number in range(20):
        maya.replies_to(maria, f"part {number}")

    with pytest.raises(TooManyTexts, match="20 texts went to this customer within an hour"):
        ana.replies_to(maria, "one more")

    shop.now.move(hours=1)
    ana.replies_to(maria, "one more")


def test_a_program_that_approves_too_fast_is_stopped(shop: Shop, maya: Person) -> None:
    customers = [shop.customer(f"No. {number}", f"+1415556{number:04}") for number in range(4)]
    sets(shop, HouseRules(by_one_a_minute=3))
    for customer in customers:
        customer.text("Hello?")
    for customer in customers[:3]:
        maya.replies_to(customer, "Hello!")

    with pytest.raises(TooManyTexts, match="You have sent 3 texts within a minute") as refused:
        maya.replies_to(customers[3], "Hello!")

    shop.now.move(seconds=refused.value.wait.total_seconds())
    maya.replies_to(customers[3], "Hello!")


def test_texts_that_left_count_again_at_the_claim_and_the_next_one_waits(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Hello?")
    first, second = maya.replies_to(maria, "one"), maya.replies_to(maria, "two")
    sets(shop, HouseRules(hourly_to_one=1))
    shop.do(lambda session: session.execute(update(Message).where(Message.id == first.id).values(called_at=shop.now())))
    shop.moves(first, State.ACCEPTED, sid="SM" + "1" * 32)

    assert claims(shop) == []

    held = reread(shop, second)
    assert (held.state, held.not_before, held.block_reason) == (
        State.READY, shop.now() + timedelta(hours=1), check_sending.BUSY_HERE,
    )  # fmt: skip
    (alert,) = shop.alerts()
    assert (alert.step, (alert.words or {})["name"]) == ("too_many", "Too many texts")
    shop.now.move(hours=1)
    assert claims(shop) == [second.id]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("+19005550142", "premium"),
        ("+2348030000000", "Texts to Nigeria are switched off. A manager can switch them on under Rules."),
    ],
)
def test_where_texts_may_not_go_is_said_in_words(shop: Shop, maya: Person, address: str, words: str) -> None:
    sets(shop, HouseRules(countries=("US", "CA")))
    somebody = shop.customer("Somebody", address)
    somebody.text("Hello?")

    with pytest.raises(NotReachable, match=words):
        maya.replies_to(somebody, "Hello!")


def test_a_country_that_was_switched_off_meanwhile_blocks_what_waits(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Hello?")
    text = maya.replies_to(maria, "Hello!")
    sets(shop, HouseRules(countries=("CA",)))

    assert claims(shop) == []

    blocked = reread(shop, text)
    assert (blocked.state, str(blocked.block_reason)[:26]) == (State.BLOCKED, "Texts to the United States")


def test_the_one_confirmation_goes_although_they_said_stop_and_nothing_else_does(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    sets(shop, HouseRules(we_confirm_stops=True))
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    maria.text("STOP")

    (confirmation,) = shop.all(select(Message).where(Message.purpose == "confirmation"))
    claimed = claims(shop) + claims(shop)

    assert len(shop.all(select(Stop))) == 1
    assert claimed == [confirmation.id]
    assert reread(shop, answer).state is State.BLOCKED


def test_what_waits_can_be_taken_back_and_what_is_claimed_cannot(shop: Shop, maria: Customer, maya: Person) -> None:
    has_written_long_ago(shop, maria, maya, EVENING)
    text = maya.replies_to(maria, "Your kettle has come in")
    take_back: Callable[[Session], None] = lambda session: withdraw.withdraw(  # noqa: E731
        session, session.get_one(Message, text.id), session.get_one(Agent, maya.id), shop.now()
    )

    shop.do(take_back)

    assert reread(shop, text).state is State.CANCELED
    assert reread(shop, text).block_reason == "Taken back by Maya before it was sent."
    shop.now.at = MORNING
    assert claims(shop) == []
    with pytest.raises(NothingToDecide):
        shop.do(take_back)
