"""What can be done with a wait besides answering it: no reply needed, a snooze, a label."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from smsdesk.models import Conversation, ConversationState
from tests.web.agent.screen import NOON, Screen, Shop

PRIYA = "+14155550199"


def test_one_key_says_that_no_reply_is_needed_and_takes_it_back(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Never mind, found it")

    header = maya.sees(f"/conversations/{conversation}/header")
    said = maya.does(f"/conversations/{conversation}/no-reply-needed", seen=1)
    after = maya.sees(f"/conversations/{conversation}/header")
    assert 'data-key="x"' in header
    assert (said.status_code, state(shop, conversation)) == (204, ConversationState.WAITING_FOR_THEM)
    assert "Needs a reply" in after

    maya.does(f"/conversations/{conversation}/reply-needed")

    again = shop.conversation(conversation)
    assert (again.state, again.waiting_since) == (ConversationState.WAITING_FOR_US, NOON)


def test_what_was_not_seen_is_not_waved_off(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Never mind, found it")
    shop.text(PRIYA, "No, I did not. Where is it?")

    refused = maya.does(f"/conversations/{conversation}/no-reply-needed", seen=1)

    assert refused.status_code == 409
    assert state(shop, conversation) is ConversationState.WAITING_FOR_US


def test_who_waits_cannot_be_snoozed(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    refused = maya.does(f"/conversations/{conversation}/snooze", until=(NOON + timedelta(days=400)).isoformat())
    hidden = maya.does(f"/conversations/{conversation}/snooze", until="tomorrow")

    assert "within a year" in refused.text
    assert hidden.status_code == 422
    assert state(shop, conversation) is ConversationState.WAITING_FOR_US


def test_labels_are_kept_and_what_is_wrong_with_one_is_said(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "The lid is cracked")

    kept = maya.does(
        f"/conversations/{conversation}/labels", tags="Kettle, warranty ,kettle", segment="VIP", priority="high"
    )
    refused = maya.does(f"/conversations/{conversation}/labels", tags="x" * 40)

    row = shop.conversation(conversation)
    assert (kept.status_code, row.tags, row.priority.value, row.is_plain) == (
        204,
        ["kettle", "warranty"],
        "high",
        False,
    )
    assert refused.status_code == 422
    assert "shorter" in refused.text
    card = maya.sees(f"/conversations/{conversation}/card")
    assert 'value="kettle, warranty"' in card
    assert 'value="vip"' in card


def test_another_phone_is_merged_and_taken_apart_from_the_card(shop: Shop, maya: Screen) -> None:
    conversation, other = shop.text(PRIYA, "Where is it?"), shop.text("+14155550177", "From my other phone")

    unknown = maya.does(f"/conversations/{conversation}/same-person", phone="+14155550188")
    same = maya.does(f"/conversations/{conversation}/same-person", phone="(415) 555-0199")
    assert (unknown.status_code, "Nobody has texted you from +1 415 555 0188" in unknown.text) == (409, True)
    assert (same.status_code, "same customer already" in same.text) == (409, True)

    merged = maya.does(f"/conversations/{conversation}/same-person", phone="(415) 555-0177")

    card = maya.sees(f"/conversations/{conversation}/card")
    assert merged.status_code == 204
    assert f'href="/conversations/{other}"' in card
    undo = re.search(r'action="(/conversations/[^"]+/other-person/[^"]+)"', card)
    assert undo is not None
    assert shop.conversation(conversation).customer_id == shop.conversation(other).customer_id
    assert state(shop, other) is ConversationState.WAITING_FOR_US

    assert maya.does(undo[1]).status_code == 204
    assert "Also texts from" not in maya.sees(f"/conversations/{conversation}/card")


def state(shop: Shop, conversation: UUID) -> ConversationState:
    found: Conversation = shop.conversation(conversation)
    return found.state
