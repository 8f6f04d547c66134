"""The pages of policies: what they say, who may see and change what, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from smsdesk.adapters import clock
from smsdesk.desk import try_policy
from smsdesk.models import Agent, Event, Number, Policy, PolicyTrial
from smsdesk.rules.roles import Role
from tests.web.test_manager import SUPPORT, Browser, Shop, shop

__all__ = ["shop"]

LIST, NEW = "/manager/policies", "/manager/policies/new"
FIELDS: dict[str, Any] = {
    "name": "VIP customers",
    "is_on": "1",
    "tags": "VIP, complaint",
    "priorities": ["urgent", "high"],
    "target-first_reply-normal": "2m",
    "target-first_reply-urgent": "90s",
    "target-resolution-normal": "8h",
    "counts": "business",
    "shares": "50, 80",
    "leads": "1m",
    "rung-0-whom": ["assignee", "team"],
    "rung-1-after": "10m",
    "rung-1-whom": ["manager", "phone"],
    "repeat": "15m",
    "repeats": "3",
    "alerts": "open",
}


def saves(browser: Browser, to: str = LIST, **fields: Any) -> TestResponse:
    return browser.sends(NEW, to, **FIELDS | fields)


def kept(shop: Shop) -> list[Policy]:
    with shop.database.reading() as session:
        return list(session.scalars(select(Policy).order_by(Policy.position)))


def made(shop: Shop, browser: Browser, *names: str) -> list[UUID]:
    """Policies of these names, in this order."""
    for name in reversed(names):
        assert saves(browser, name=name).status_code == 303
    assert [one.name for one in kept(shop)] == list(names)
    return [one.id for one in kept(shop)]


def test_without_policies_the_page_says_what_holds_and_how_to_begin(shop: Shop) -> None:
    page = shop.signed_in("Sam").reads(LIST)

    assert "No policies yet" in page
    assert "Make the first one" in page
    assert "Support line a reply within 10 minutes" in page


def test_a_policy_is_saved_and_listed_in_plain_words(shop: Shop) -> None:
    sam = shop.signed_in("Sam")

    answer = saves(sam, numbers=str(shop.number().id))

    row = kept(shop)[0]
    assert answer.headers["Location"] == f"{LIST}?saved={row.id}#policy-{row.id}"
    page = sam.reads(answer.headers["Location"].partition("#")[0])
    assert "VIP customers" in page
    assert "Urgent or high, tagged complaint or vip, on Support line" in page
    assert "First reply within 2 minutes (urgent 90 seconds), resolution within 8 hours" in page.replace(
        "1 minute 30 seconds", "90 seconds"
    )
    assert "Warns at 50 % and 80 % of the time, and 1 minute before." in page
    assert (
        "At the deadline: whoever has it and the team; 10 minutes later: the managers and a text to the managers' phones"
        in page
    )
    assert "up to 3 times more, every 15 minutes, until somebody says “seen”" in page
    assert "Saved. No running clock had to be set anew." in page


def test_what_was_saved_stands_in_the_editor_as_it_was_typed(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    saves(sam)

    page = sam.opens(f"{LIST}/{kept(shop)[0].id}").text

    for words in (
        'value="VIP customers"',
        'value="complaint, vip"',
        'value="2m"',
        'value="90s"',
        'value="8h"',
        'value="50, 80"',
        'value="15m"',
    ):
        assert words in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "Give it a name, such as “VIP customers”."),
        ("target-first_reply-normal", "soon", "'soon' is not a length of time"),
        ("target-next_reply-low", "10s", "Promise a next reply within 30 seconds to 7 days, such as 10m."),
        ("target-resolution-normal", "100d", "Promise a resolution within 30 seconds to 90 days"),
        ("shares", "50; 80", "“50; 80” is no share: write whole numbers"),
        ("shares", "100", "A share is from 1 to 99 %"),
        ("leads", "9h", "9 hours before is earlier than the promise begins: the longest one here is 8 hours."),
        ("tags", "a" * 40, "32 letters at most"),
        ("rung-1-after", "ten", "'ten' is not a length of time"),
        ("rung-1-whom", "", "Choose who is told, or leave this step out."),
        ("rung-1-after", "", "Say how long after the deadline, such as 10m."),
        ("repeats", "often", "“often” is no whole number"),
        ("repeats", "", "Repeat it 1 to 20 times"),
        ("numbers", str(uuid4()), "One of those is gone meanwhile."),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_and_nothing_typed_is_lost(
    shop: Shop, field: str, typed: str, sentence: str
) -> None:
    answer = saves(
        shop.signed_in("Sam"), **{field: typed, "leads": FIELDS["leads"], "segments": "gold"} | {field: typed}
    )

    assert answer.status_code == 422
    page = words(answer.text)
    assert sentence in page
    assert "Nothing was saved yet: 1 field needs another word." in page
    assert 'value="gold"' in answer.text
    assert typed in page.replace("", "") or typed in answer.text
    assert kept(shop) == []


def words(page: str) -> str:
    from tests.web.test_manager import _words

    return _words(page)
