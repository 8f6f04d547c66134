"""Above the composer: why nothing may be sent and what lifts it, and a wish that one key decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from smsdesk.rules.revocations import read_revocation
from tests.web.agent.screen import REPAIRS, Screen, Shop

PRIYA = "+14155550199"
WISH = "Please stop texting me"
SAID = read_revocation(WISH)
EVENING = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)  # half past nine in the evening where her number is


@pytest.fixture
def sam(shop: Shop) -> Screen:
    return shop.screen("Sam")


def consent(screen: Screen, conversation: UUID) -> str:
    return " ".join(screen.sees(f"/conversations/{conversation}/consent").split())


def test_nothing_stands_there_where_nothing_is_to_be_said(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Hello?")

    assert consent(maya, conversation) == ""


def test_a_stop_says_what_lifts_it_and_offers_nothing(shop: Shop, maya: Screen, sam: Screen) -> None:
    conversation = shop.text(PRIYA, "STOP")

    for screen in (maya, sam):
        page = consent(screen, conversation)
        assert "This customer texted STOP at 12:00. Nothing can be sent until they text START" in page
        assert "<form" not in page
    answer = maya.does(f"/conversations/{conversation}/replies", body="Hello", client_token="a", seen="9")
    assert (answer.status_code, "Only their START lifts it" in answer.text) == (409, True)


def test_a_wish_is_shown_in_their_words_and_one_key_stops_everything(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, f"<b>{WISH}</b>")
    page = consent(maya, conversation)
    assert f"They wrote “<bdi>{SAID}</bdi>”. If nobody decides until 21 Nov 12:00, it counts as STOP." in page
    assert 'data-key="o"' in page

    answer = maya.does(f"/conversations/{conversation}/stop-wish/confirmation")

    assert answer.status_code == 204
    page = consent(maya, conversation)
    assert f"Maya Okafor recorded at 12:00 that this customer wants no more texts: “{SAID}”." in page
    assert "Maya Okafor recorded an opt-out: nothing more is sent" in maya.sees(f"/conversations/{conversation}/thread")


def test_a_slip_is_taken_back_with_a_key(shop: Shop, maya: Screen, ana: Screen) -> None:
    conversation = shop.text(PRIYA, WISH)
    maya.does(f"/conversations/{conversation}/stop-wish/dismissal")
    assert "You read it as something else than an opt-out." in consent(maya, conversation)
    assert consent(ana, conversation) == ""

    assert ana.does(f"/conversations/{conversation}/stop-wish/return").status_code == 409
    assert maya.does(f"/conversations/{conversation}/stop-wish/return", script=False).status_code == 303

    assert "Do they want no more texts?" in consent(ana, conversation)


def test_only_a_manager_lifts_what_was_recorded_and_says_how_they_know(shop: Shop, maya: Screen, sam: Screen) -> None:
    conversation = shop.text(PRIYA, "Hello?")
    assert maya.does(f"/conversations/{conversation}/stop", how=" ").status_code == 422
    assert maya.does(f"/conversations/{conversation}/stop", how="On the phone").status_code == 204
    assert "They want texts again" not in consent(maya, conversation)

    assert maya.does(f"/conversations/{conversation}/stop/end", evidence="I guess").status_code == 403
    assert "They want texts again" in consent(sam, conversation)
    assert sam.does(f"/conversations/{conversation}/stop/end", evidence="").status_code == 422
    assert sam.does(f"/conversations/{conversation}/stop/end", evidence="She wrote a letter").status_code == 204

    assert consent(sam, conversation) == ""


def test_another_teams_customer_looks_like_none(shop: Shop, maya: Screen) -> None:
    theirs = shop.text(PRIYA, WISH, to=REPAIRS)

    for conversation in (theirs, uuid4()):
        assert maya.asks(f"/conversations/{conversation}/consent").status_code == 404
        for deed in ("stop-wish/confirmation", "stop-wish/dismissal", "stop-wish/return", "stop"):
            assert maya.does(f"/conversations/{conversation}/{deed}", how="x").status_code == 404


def test_what_is_no_answer_waits_for_the_morning_and_can_be_taken_back(shop: Shop, maya: Screen) -> None:
    shop.now = EVENING - timedelta(days=2)
    conversation = shop.text(PRIYA, "Is it ready?")
    maya.does(f"/conversations/{conversation}/no-reply-needed")
    shop.now = EVENING
    assert "what you send now goes 17:00." in consent(maya, conversation)

    assert (
        maya.does(f"/conversations/{conversation}/replies", body="It is!", client_token="a", seen="9").status_code
        == 204
    )

    thread = maya.sees(f"/conversations/{conversation}/thread")
    assert "goes at 17:00" in thread
    assert "It is quiet time where the customer is." in thread
    message = thread.rpartition("/withdrawal")[0].rpartition("/messages/")[2]
    assert maya.does(f"/messages/{message}/withdrawal").status_code == 204
    assert "Taken back by Maya Okafor before it was sent." in maya.sees(f"/conversations/{conversation}/thread")


def test_where_they_are_is_set_on_the_card_by_the_name_of_a_city(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Hello?")
    assert "Los Angeles, by their number" in maya.sees(f"/conversations/{conversation}/card")

    assert maya.does(f"/conversations/{conversation}/labels", time_zone="atlantis").status_code == 422
    assert maya.does(f"/conversations/{conversation}/labels", time_zone="honolulu").status_code == 204

    assert 'value="Pacific/Honolulu"' in maya.sees(f"/conversations/{conversation}/card")


def test_rules_are_set_by_a_manager_and_a_wrong_one_says_so_beside_its_field(
    shop: Shop, maya: Screen, sam: Screen
) -> None:
    assert maya.asks("/manager/rules").status_code == 403
    typed = {"stop_covers": "all_numbers", "we_confirm_stops": "no", "countries": "us, ca", "hourly_to_one": "5",
             "by_one_a_minute": "10", "in_all_a_minute": "", "texts_from": "09:00", "texts_until": "20:00"}  # fmt: skip

    wrong = sam.does("/manager/rules", script=False, **typed | {"countries": "us, Narnia"})
    assert wrong.status_code == 422
    assert "is no country" in wrong.text
    assert 'value="us, Narnia"' in wrong.text

    assert sam.does("/manager/rules", script=False, **typed).status_code == 303
    page = sam.sees("/manager/rules")
    assert 'value="CA, US"' in page
    assert "United States" in page


def test_wishes_that_wait_are_on_the_managers_page(shop: Shop, sam: Screen) -> None:
    shop.names(str(PRIYA), "Priya Kapoor") if shop.text(PRIYA, WISH) else None

    page = sam.sees("/manager/rules")

    assert "Priya Kapoor" in page
    assert "counts as STOP on 21 Nov 12:00" in page


def test_what_is_held_back_is_counted_on_the_managers_page(shop: Shop, maya: Screen, sam: Screen) -> None:
    shop.now = EVENING - timedelta(days=2)
    conversation = shop.text(PRIYA, "Is it ready?")
    maya.does(f"/conversations/{conversation}/no-reply-needed")
    shop.now = EVENING
    assert "Held back at this moment" not in sam.sees("/manager/rules")

    maya.does(f"/conversations/{conversation}/replies", body="It is!", client_token="a", seen="9")

    assert "<b>1</b><span>It is quiet time where the customer is." in sam.sees("/manager/rules")
