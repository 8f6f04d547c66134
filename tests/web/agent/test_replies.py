"""Replies: one approval is one text, and nobody answers what they have not read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from smsdesk.models import Direction, Draft, Message
from tests.web.agent.screen import Screen, Shop

PRIYA = "+14155550199"


def test_a_double_click_sends_once(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    answers = [reply(maya, conversation, "Sorry!", seen=1, client_token="the same").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert sent(shop, conversation) == ["Sorry!"]


def test_two_replies_in_a_row_do_not_stop_each_other(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    first = reply(maya, conversation, "Sorry!", seen=1)
    second = reply(maya, conversation, "A new one leaves today.", seen=first.headers["X-Seen"])

    assert second.status_code == 204
    assert sent(shop, conversation) == ["Sorry!", "A new one leaves today."]


def test_a_browser_without_scripts_is_shown_the_conversation(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    answer = reply(maya, conversation, "Sorry!", seen=1, script=False)

    assert (answer.status_code, answer.location) == (303, f"/conversations/{conversation}")


def test_a_reply_is_stopped_where_a_text_arrived_unseen(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    shop.text(PRIYA, "And the cord is missing")

    answer = reply(maya, conversation, "Sorry about the lid!", seen=1)

    assert answer.status_code == 409
    assert "And the cord is missing" in answer.text
    assert "The lid is cracked" not in answer.text
    assert sent(shop, conversation) == []


def test_a_colleagues_answer_stops_it_too_and_says_whose(shop: Shop, maya: Screen, ana: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    reply(ana, conversation, "A new one leaves today.", seen=1)

    answer = reply(maya, conversation, "Sorry!", seen=1)

    assert answer.status_code == 409
    assert "Ana Lindqvist" in answer.text
    assert sent(shop, conversation) == ["A new one leaves today."]


def test_without_scripts_the_stopped_text_its_token_and_what_is_new_come_back(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    shop.text(PRIYA, "And the cord is missing")

    answer = reply(maya, conversation, "Sorry about the lid!", seen=1, client_token="mine", script=False)

    assert answer.status_code == 409
    for kept in ("Sorry about the lid!</textarea>", 'name="client_token" value="mine"', 'name="seen" value="2"'):
        assert kept in answer.text
    assert "Not sent yet" in answer.text


def test_send_anyway_sends_what_was_stopped(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    shop.text(PRIYA, "And the cord is missing")
    reply(maya, conversation, "Sorry!", seen=1, client_token="mine")

    answer = reply(maya, conversation, "Sorry!", seen=2, client_token="mine", anyway="1")

    assert answer.status_code == 204
    assert sent(shop, conversation) == ["Sorry!"]


def test_a_post_that_does_not_say_what_it_saw_has_seen_nothing(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    answer = maya.does(f"/conversations/{conversation}/replies", body="Sorry!", client_token="1")

    assert answer.status_code == 409
    assert sent(shop, conversation) == []


def test_an_empty_or_endless_reply_is_refused_in_a_sentence(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    answers = [reply(maya, conversation, body, seen=1) for body in ("  ", "x" * 1601)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "Write something first" in answers[0].text
    assert "data-problem" in answers[0].text
    assert sent(shop, conversation) == []


def test_what_was_sent_is_no_draft_any_more(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    maya.does(f"/conversations/{conversation}/draft", method="PUT", body="Sorry!")

    reply(maya, conversation, "Sorry!", seen=1)

    assert shop.does(lambda session: session.scalar(select(func.count()).select_from(Draft))) == 0


def test_the_server_says_what_a_text_costs(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    def cost(body: str) -> object:
        return maya.does(f"/conversations/{conversation}/segments", body=body).json

    assert cost("x" * 78) == {"words": "78 chars · 1 segment", "many": False}
    assert cost("It’s " + "x" * 70) == {"words": "75 chars · 2 segments · ’ makes it dearer", "many": False}
    assert cost("x" * 400) == {"words": "400 chars · 3 segments", "many": True}


def test_a_forged_post_changes_nothing(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    answer = reply(maya, conversation, "Sorry!", seen=1, csrf_token="guessed")

    assert answer.status_code == 403
    assert sent(shop, conversation) == []


def reply(screen: Screen, conversation: UUID, body: str, **fields: Any) -> TestResponse:
    fields.setdefault("client_token", body)
    return screen.does(f"/conversations/{conversation}/replies", body=body, **fields)


def sent(shop: Shop, conversation: UUID) -> list[str]:
    ours = select(Message.body).where(Message.conversation_id == conversation, Message.direction == Direction.OUT)
    return list(shop.does(lambda session: session.scalars(ours).all()))
