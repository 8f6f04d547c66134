"""A text of ours whose fate is bad or unknown: a person decides, once."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.models import Message
from smsdesk.rules.delivery_status import State
from tests.web.agent.screen import REPAIRS, Screen, Shop

PRIYA = "+14155550199"


@pytest.mark.parametrize("state", [State.UNCONFIRMED, State.FAILED, State.UNDELIVERED])
def test_sent_again_is_a_new_text_once_and_the_old_one_says_so(shop: Shop, maya: Screen, state: State) -> None:
    conversation, message = answered(shop, maya, state)

    answers = [maya.does(f"/messages/{message}/resend").status_code for _ in range(2)]

    thread = maya.sees(f"/conversations/{conversation}/thread")
    assert answers == [204, 204]
    assert thread.count("<bdi>Sorry!</bdi>") == 2
    assert "It was sent again." in thread
    assert "/resend" not in thread


def test_a_text_that_somebody_knows_arrived_is_taken_for_sent(shop: Shop, maya: Screen) -> None:
    conversation, message = answered(shop, maya, State.UNCONFIRMED)

    answer = maya.does(f"/messages/{message}/mark-sent")

    thread = maya.sees(f"/conversations/{conversation}/thread")
    assert answer.status_code == 204
    assert "Maya Okafor says that it was sent" in thread
    assert "/mark-sent" not in thread


def test_what_arrived_is_not_sent_again(shop: Shop, maya: Screen) -> None:
    conversation, message = answered(shop, maya, State.DELIVERED)

    answer = maya.does(f"/messages/{message}/resend")

    assert answer.status_code == 409
    assert maya.sees(f"/conversations/{conversation}/thread").count("<bdi>Sorry!</bdi>") == 1


def test_another_teams_text_looks_like_none(shop: Shop, maya: Screen) -> None:
    _, message = answered(shop, shop.screen("Rico"), State.FAILED, to=REPAIRS)

    answers = [
        maya.does(f"/messages/{one}/{deed}").status_code
        for one in (message, uuid4())
        for deed in ("resend", "mark-sent")
    ]

    assert answers == [404] * 4


def answered(shop: Shop, who: Screen, state: State, **to: str) -> tuple[UUID, UUID]:
    conversation = shop.text(PRIYA, "The lid is cracked", **to)
    who.does(f"/conversations/{conversation}/replies", body="Sorry!", client_token="1", seen=1)

    def became(session: Session) -> UUID:
        ours = select(Message).where(Message.conversation_id == conversation, Message.seq == 2)
        message = session.scalars(ours).one()
        message.state = state
        return message.id

    return conversation, shop.does(became)
