"""A person answers: what they approve is written once, in order, with everything before their eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.desk import annotate
from smsdesk.desk.reply import SomethingNewArrived, TokenUsedForOtherWords
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Agent, AuthorKind, Conversation, Direction, Draft, Event, Message
from smsdesk.rules.delivery_status import State
from tests.cast import OUR_NUMBER, Customer, Person, Shop, at_once


def ours(shop: Shop) -> list[str]:
    return shop.all(select(Message.body).where(Message.direction == Direction.OUT).order_by(Message.seq))


def test_an_approved_reply_waits_to_be_sent_from_our_number_to_theirs(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    shop.jobs()

    message = maya.replies_to(maria, "  Yes, until five \n")

    assert (message.body, message.state, message.author_kind) == ("Yes, until five", State.READY, AuthorKind.AGENT)
    assert (message.sender, message.recipient) == (OUR_NUMBER, maria.address)
    assert (message.seq, message.answered_through, message.author_id) == (2, 1, maya.id)
    assert message.not_after == shop.now() + timedelta(hours=4)
    assert shop.jobs() == ["outbound.drain"]
    assert shop.all(select(Event.subject_id).where(Event.kind == "reply.approved")) == [message.id]


def test_a_double_click_sends_once(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    seen = maya.sees(maria)

    results = at_once([lambda: maya.replies_to(maria, "Yes", seen=seen, token="one")] * 4)

    assert {result.id for result in results if isinstance(result, Message)} == {maria.messages[1].id}, results
    assert ours(shop) == ["Yes"]


def test_a_token_is_good_for_the_same_words_only(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", token="one")

    with pytest.raises(TokenUsedForOtherWords):
        maya.replies_to(maria, "No", token="one")
    assert ours(shop) == ["Yes"]


def test_two_people_may_use_the_same_token(shop: Shop, maria: Customer, maya: Person, ana: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", token="one")
    ana.replies_to(maria, "Until five", token="one")

    assert ours(shop) == ["Yes", "Until five"]


def test_a_reply_stops_when_a_text_came_that_its_author_had_not_seen(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    seen = maya.sees(maria)
    maria.text("Forget it, I am here")

    with pytest.raises(SomethingNewArrived) as refusal:
        maya.replies_to(maria, "Tomorrow", seen=seen)

    assert [message.body for message in refusal.value.messages] == ["Forget it, I am here"]
    assert ours(shop) == []
    maya.replies_to(maria, "Come in!", seen=refusal.value.messages[-1].seq)
    assert ours(shop) == ["Come in!"]


def test_of_two_colleagues_who_answer_at_once_one_is_shown_the_others_answer(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Is it ready?")
    seen = maya.sees(maria)

    results = at_once(
        [lambda: maya.replies_to(maria, "Yes", seen=seen), lambda: ana.replies_to(maria, "Yes!", seen=seen)]
    )

    (refusal,) = [result for result in results if isinstance(result, SomethingNewArrived)]
    (sent,) = [result for result in results if isinstance(result, Message)]
    assert [message.id for message in refusal.messages] == [sent.id]


def test_replies_stand_in_the_order_of_their_approval(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")

    results = at_once([lambda n=n: maya.replies_to(maria, f"part {n}", seen=None) for n in range(6)])  # type: ignore[misc]

    assert [result for result in results if isinstance(result, Exception)] == []
    assert [message.seq for message in maria.messages] == [1, 2, 3, 4, 5, 6, 7]


def test_nothing_is_written_to_somebody_who_said_stop(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maria.text("Stop!")

    with pytest.raises(OptedOut):
        maya.replies_to(maria, "Yes")
    assert ours(shop) == []


def test_an_empty_or_endless_reply_is_refused(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")

    for body in ("", "   \n", "x" * 1601):
        with pytest.raises(ValueError):
            maya.replies_to(maria, body)
    assert ours(shop) == []


def test_an_unassigned_conversation_is_then_with_whoever_answered(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes")

    conversation = maria.conversation
    assert (conversation.assignee_id, conversation.placement_reason) == (maya.id, "Maya answered")


def test_a_draft_is_gone_once_it_is_sent(shop: Shop, maria: Customer, maya: Person, ana: Person) -> None:
    maria.text("Is it ready?")
    conversation_id = maria.conversation.id
    for person in (maya, ana):
        shop.do(lambda session, person=person: annotate.keep_draft(session, session.get_one(Conversation, conversation_id), "Ye", session.get_one(Agent, person.id), shop.now()))  # type: ignore[misc]  # fmt: skip

    maya.replies_to(maria, "Yes")

    assert shop.all(select(Draft.agent_id)) == [ana.id]
