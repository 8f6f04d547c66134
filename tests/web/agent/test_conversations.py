"""A conversation on the screen: what was said, what happened, and nothing that is not theirs."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.models import Message
from smsdesk.rules.delivery_status import State
from tests.web.agent.screen import NOON, REPAIRS, Screen, Shop

PRIYA = "+14155550199"


def test_a_thread_tells_texts_notes_and_events_in_order(shop: Shop, maya: Screen, ana: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked 😕")
    shop.routes()
    shop.passes(1)
    ana.does(f"/conversations/{conversation}/notes", body="same batch as last week")
    shop.passes(1)
    maya.does(f"/conversations/{conversation}/replies", body="Sorry! A new one leaves today.", client_token="1", seen=1)

    thread = maya.sees(f"/conversations/{conversation}/thread")

    told = [
        "Today",
        "The lid is cracked 😕",
        "Routed: ",
        "Note from",
        "same batch",
        "A new one leaves today.",
        "Waiting to be sent",
    ]
    places = [thread.find(words) for words in told]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("part", ["", "/thread", "/header", "/card"])
def test_another_teams_conversation_looks_like_none(shop: Shop, maya: Screen, part: str) -> None:
    theirs = shop.text(PRIYA, "Is it repaired?", to=REPAIRS)

    answers = [maya.asks(f"/conversations/{one}{part}") for one in (theirs, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not any("repaired" in answer.text for answer in answers)


def test_what_a_customer_writes_is_text_and_nothing_else(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, '<script>alert(1)</script> "quoted" <img src=x onerror=alert(1)>')
    shop.names(PRIYA, "<b>Priya</b>")
    shop.routes()

    page = maya.asks(f"/conversations/{conversation}").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Priya" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_wait_is_shown_with_the_moments_that_a_browser_counts_on_from(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    shop.routes()
    shop.passes(6.8)

    header = maya.sees(f"/conversations/{conversation}/header")

    assert "Reply within" in header
    assert ">3:12<" in header
    assert 'data-urgency="soon"' in header
    assert 'data-due-at="2026-11-20T12:10:00+00:00"' in header


def test_a_draft_is_there_again_and_belongs_to_who_wrote_it(shop: Shop, maya: Screen, ana: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    maya.does(f"/conversations/{conversation}/draft", method="PUT", body="Sorry to hear")

    assert "Sorry to hear</textarea>" in maya.sees(f"/conversations/{conversation}")
    assert "Sorry to hear" not in ana.sees(f"/conversations/{conversation}")


def test_after_a_stop_the_composer_says_so_and_offers_notes_only(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "STOP")

    page = maya.sees(f"/conversations/{conversation}")

    assert "Nothing can be sent until they text START" in page
    assert "STOP received" in page
    assert maya.does(f"/conversations/{conversation}/replies", body="But…", client_token="1", seen=1).status_code == 409


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.SENT, 'Sent <span class="ticks" aria-hidden="true">✓<'),
        (State.DELIVERED, 'Delivered <span class="ticks" aria-hidden="true">✓✓<'),
        (State.UNDELIVERED, "Not delivered"),
        (State.UNCONFIRMED, "It was sent"),
    ],
)
def test_every_bubble_tells_what_became_of_it(shop: Shop, maya: Screen, state: State, words: str) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")
    maya.does(f"/conversations/{conversation}/replies", body="Sorry!", client_token="1", seen=1)
    became(shop, conversation, state)

    assert words in maya.sees(f"/conversations/{conversation}/thread")


def test_earlier_texts_are_a_page_further_back(shop: Shop, maya: Screen) -> None:
    for n in range(60):
        conversation = shop.text(PRIYA, f"text number {n}.")

    latest = maya.sees(f"/conversations/{conversation}")
    earlier = maya.sees(f"/conversations/{conversation}?before=11")

    assert "text number 59." in latest
    assert "text number 9." not in latest
    assert f'href="/conversations/{conversation}?before=11"' in latest
    assert "text number 0." in earlier
    assert "text number 10." not in earlier


def test_nobody_without_a_session_sees_a_page(shop: Shop) -> None:
    conversation = shop.text(PRIYA, "hi")
    stranger = Screen(shop, shop.app.test_client())

    for address in ("/queue", "/queue/rows", "/alerts", "/me", f"/conversations/{conversation}"):
        answer = stranger.asks(address)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


def became(shop: Shop, conversation: UUID, state: State) -> None:
    def change(session: Session) -> None:
        text = session.scalars(select(Message).where(Message.conversation_id == conversation, Message.seq == 2)).one()
        text.state = state

    shop.does(change)


def test_a_text_that_had_to_be_fetched_says_when_it_was_written(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Is anybody there?")
    raw = json.dumps({"fetched": True, "date_created": (NOON - timedelta(minutes=42)).isoformat()}).encode()
    with shop.database.transaction() as session:
        session.execute(update(Message).values(source="fetched", raw=raw))

    page = maya.sees(f"/conversations/{conversation}")

    assert "it reached us late" in page
    assert page.count("reached us late") == 1
