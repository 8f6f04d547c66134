"""Who has a conversation, and when it is over."""

from __future__ import annotations

from uuid import UUID, uuid4

from smsdesk.models import Availability, ConversationState
from tests.web.agent.screen import REPAIRS, Screen, Shop

PRIYA = "+14155550199"


def test_of_two_who_take_it_one_wins_and_the_other_learns_who(shop: Shop, maya: Screen, ana: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    first = maya.does(f"/conversations/{conversation}/assignment", agent_id="me", holder="")
    second = ana.does(f"/conversations/{conversation}/assignment", agent_id="me", holder="")

    assert (first.status_code, second.status_code) == (204, 409)
    assert "Maya Okafor has taken it" in second.text
    assert holder(shop, conversation) == shop.people["Maya"]


def test_it_can_be_passed_on_to_a_colleague_of_the_team_only(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)
    mine = str(shop.people["Maya"])

    header = maya.sees(f"/conversations/{conversation}/header")
    stranger = maya.does(f"/conversations/{conversation}/assignment", agent_id=shop.people["Rico"], holder=mine)
    colleague = maya.does(f"/conversations/{conversation}/assignment", agent_id=shop.people["Ana"], holder=mine)

    assert "Ana Lindqvist" in header
    assert "Rico" not in header
    assert (stranger.status_code, colleague.status_code) == (404, 204)
    assert holder(shop, conversation) == shop.people["Ana"]


def test_put_back_it_waits_for_anybody(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)

    maya.does(f"/conversations/{conversation}/release", holder=shop.people["Maya"])

    assert maya.rows("unassigned") == ["+1 415 555 0199"]
    assert maya.rows() == []


def test_nonsense_for_a_person_is_refused(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "hi")

    answers = [
        maya.does(f"/conversations/{conversation}/assignment", agent_id=one).status_code for one in ("sam", uuid4())
    ]

    assert answers == [400, 404]
    assert holder(shop, conversation) is None


def test_resolved_and_reopened_with_one_key_each(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)

    maya.does(f"/conversations/{conversation}/closure", seen=1)
    resolved = shop.conversation(conversation).state
    header = maya.sees(f"/conversations/{conversation}/header")
    maya.does(f"/conversations/{conversation}/reopening")

    assert resolved is ConversationState.RESOLVED
    assert "Reopen" in header
    assert shop.conversation(conversation).state is ConversationState.WAITING_FOR_US  # it was never answered


def test_nobody_resolves_away_a_text_that_they_have_not_seen(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)
    shop.text(PRIYA, "And the cord is missing")

    answer = maya.does(f"/conversations/{conversation}/closure", seen=1)

    assert answer.status_code == 409
    assert shop.conversation(conversation).state is ConversationState.WAITING_FOR_US


def test_another_teams_conversation_can_be_touched_by_no_deed(shop: Shop, maya: Screen) -> None:
    theirs = shop.text(PRIYA, "Is it repaired?", to=REPAIRS)
    deeds = ["replies", "notes", "segments", "read", "closure", "reopening", "assignment", "release"]

    answers = {
        deed: maya.does(f"/conversations/{theirs}/{deed}", body="x", agent_id="me").status_code for deed in deeds
    }
    answers["draft"] = maya.does(f"/conversations/{theirs}/draft", method="PUT", body="x").status_code

    assert set(answers.values()) == {404}, answers


def test_who_goes_away_hands_back_what_waits(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)

    maya.does("/me/state", state="away")

    assert holder(shop, conversation) is None
    assert 'data-state="away"' in maya.sees("/me")
    assert maya.does("/me/state", state="asleep").status_code == 400


def test_busy_keeps_what_one_has(shop: Shop, maya: Screen) -> None:
    conversation = taken(shop, maya)

    maya.does("/me/state", state=Availability.BUSY)

    assert holder(shop, conversation) == shop.people["Maya"]


def test_the_colours_are_kept_with_the_person(shop: Shop, maya: Screen) -> None:
    maya.does("/me/theme", theme="dark")

    assert '<html lang="en" data-theme="dark">' in shop.screen("Maya").sees("/queue")
    assert "data-theme" not in shop.screen("Ana").sees("/queue")


def taken(shop: Shop, who: Screen) -> UUID:
    conversation = shop.text(PRIYA, "The lid is cracked")
    assert who.does(f"/conversations/{conversation}/assignment", agent_id="me", holder="").status_code == 204
    return conversation


def holder(shop: Shop, conversation: UUID) -> UUID | None:
    return shop.conversation(conversation).assignee_id
