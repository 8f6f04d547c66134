"""How far a STOP reaches is the house's choice; the ledger of what customers said only grows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from smsdesk.desk import keep_rules, note_stop, set_up
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Agent, ConsentEvent, Conversation, Message, Stop
from smsdesk.rules.house_rules import HouseRules, StopCovers
from smsdesk.rules.reply_clock import ClockState
from tests.cast import OUR_NUMBER, Customer, Person, Shop

OTHER, NEW = "+14155550101", "+14155550102"


def sets(shop: Shop, rules: HouseRules) -> None:
    shop.do(lambda session: keep_rules.change_rules(session, rules, None, shop.now()))


def stopped_at(shop: Shop) -> int:
    return len(shop.all(select(Stop.number_id)))


def test_where_it_covers_all_numbers_nothing_goes_from_any_and_no_clock_runs(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    shop.number(OTHER)
    sets(shop, HouseRules(stop_covers=StopCovers.ALL_NUMBERS))
    maria.text("Is it ready?")
    maria.text("STOP", to=OTHER)

    with pytest.raises(OptedOut):
        maya.replies_to(maria, "Yes")

    assert stopped_at(shop) == 2
    assert [clock.state for clock in shop.clocks()] == [ClockState.CANCELLED]


def test_a_number_that_is_added_later_is_covered_too(shop: Shop, maria: Customer, priya: Customer) -> None:
    priya.text("STOP")  # while it covered one number
    sets(shop, HouseRules(stop_covers=StopCovers.ALL_NUMBERS))
    maria.text("STOP")

    shop.do(lambda session: set_up.add_number(session, NEW, "Support", "New", timedelta(minutes=5), shop.now()))

    assert stopped_at(shop) == 3


def test_a_start_lifts_what_was_asked_there_and_one_elsewhere_only_that_number(shop: Shop, maria: Customer) -> None:
    shop.number(OTHER)
    sets(shop, HouseRules(stop_covers=StopCovers.ALL_NUMBERS))
    maria.text("STOP")

    maria.text("START", to=OTHER)
    assert stopped_at(shop) == 1
    maria.text("STOP", to=OTHER)
    maria.text("START")

    # What they said to the other number in their own words stands
    assert stopped_at(shop) == 1


def test_their_own_stop_to_one_number_takes_the_place_of_a_reading_at_another(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    shop.number(OTHER)
    sets(shop, HouseRules(stop_covers=StopCovers.ALL_NUMBERS))
    maria.text("Hello?")
    conversation = maria.conversation.id
    shop.do(
        lambda session: note_stop.stop_as_told(
            session,
            session.get_one(Conversation, conversation),
            "by phone",
            session.get_one(Agent, maya.id),
            shop.now(),
        )
    )
    maria.text("STOP", to=OTHER)

    assert shop.all(select(Stop.source)) == ["keyword", "keyword"]


def test_we_confirm_a_stop_once_where_the_carrier_does_not(shop: Shop, maria: Customer) -> None:
    sets(shop, HouseRules(we_confirm_stops=True))
    for words in ("STOP", "STOP", "START", "STOP"):
        maria.text(words)

    (text,) = shop.all(select(Message).where(Message.direction == "out"))
    assert (text.purpose, text.not_after) == ("confirmation", shop.now() + timedelta(minutes=5))
    assert text.body.startswith("Support line: you get no more texts from us.")


@pytest.mark.parametrize("change", [delete(ConsentEvent), update(ConsentEvent).values(kind="started")])
def test_the_ledger_of_consent_only_grows(shop: Shop, maria: Customer, change: object) -> None:
    maria.text("STOP")

    with pytest.raises(DatabaseError, match="only grows"):
        shop.do(lambda session: session.execute(change))  # type: ignore[call-overload]

    assert shop.all(select(ConsentEvent.kind)) == ["stopped"]


def test_the_words_of_an_entry_can_be_emptied_for_whoever_is_forgotten(shop: Shop, maria: Customer) -> None:
    maria.text("STOP", to=OUR_NUMBER)

    shop.do(lambda session: session.execute(update(ConsentEvent).values(words="")))

    assert shop.all(select(ConsentEvent.words)) == [""]
