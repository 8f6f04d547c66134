"""The pages of policies: what they say, who may see and change what, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from smsdesk.desk import apply_policies, promise_book, try_policy
from smsdesk.models import Clock, Policy
from tests.web.test_manager import NOON, Browser, Shop, _words, shop

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
        ("numbers", "8351deb6-5db1-4c87-ad1d-24a2ab3f75bf", "One of those is gone meanwhile."),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_and_nothing_typed_is_lost(
    shop: Shop, field: str, typed: str, sentence: str
) -> None:
    answer = saves(
        shop.signed_in("Sam"), **{field: typed, "leads": FIELDS["leads"], "segments": "gold"} | {field: typed}
    )

    assert answer.status_code == 422
    page = _words(answer.text)
    assert sentence in page
    assert "Nothing was saved yet: 1 field needs another word." in page
    assert 'value="gold"' in answer.text
    assert field == "numbers" or typed in page or typed in answer.text
    assert kept(shop) == []


def test_a_name_that_is_taken_is_said_beside_the_name(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    saves(sam)

    answer = saves(sam, name="vip CUSTOMERS")

    assert answer.status_code == 422
    assert "There is a policy “vip CUSTOMERS” already; give this one another name." in _words(answer.text)
    assert len(kept(shop)) == 1


def test_a_change_meets_the_clocks_that_run_and_says_how_many(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    shop.text("+14155550198")
    shop.text("+14155550199")
    shop.passes(minutes=3)

    look = saves(sam, "/manager/policies/previews", tags="", priorities=[], **{"target-first_reply-normal": "2m"})

    assert kept(shop) == []
    page = _words(look.text)
    assert "2 clocks run at this moment. 2 would have another deadline." in page
    assert "2 would be late at once" in page
    assert "+1 415 555 0198 first reply due 12:10, then 12:02: late at once" in page

    answer = saves(sam, tags="", priorities=[], **{"target-first_reply-normal": "2m"})
    with shop.database.transaction() as session:
        apply_policies.drain(session, shop.now[0])

    address = answer.headers["Location"].partition("#")[0]
    assert "Saved. 2 running clocks were set anew." in sam.reads(address)
    assert {one.due_at for one in clocks(shop)} == {NOON + timedelta(minutes=2)}


def test_a_look_ahead_says_when_nothing_would_change(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    assert "No clock runs at this moment" in _words(saves(sam, "/manager/policies/previews").text)
    shop.text("+14155550198")

    page = _words(saves(sam, "/manager/policies/previews").text)

    assert "1 clock runs at this moment, and no deadline would change." in page


def test_policies_are_put_in_another_order(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    first, second, third = made(shop, sam, "A", "B", "C")

    sam.sends(LIST, f"{LIST}/{third}/place", place="1")
    assert [one.id for one in kept(shop)] == [third, first, second]
    sam.sends(LIST, f"{LIST}/{third}/place", place="2")
    assert [one.id for one in kept(shop)] == [first, third, second]
    assert [one.position for one in kept(shop)] == [0, 1, 2]


def test_a_policy_that_is_switched_off_stays_in_the_list_and_promises_nothing(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    (only,) = made(shop, sam, "Everybody")

    sam.sends(LIST, f"{LIST}/{only}/state", on="0")

    assert "Everybody off" in sam.reads(LIST)
    assert "switched it off" in sam.reads(f"{LIST}/{only}")
    with shop.database.reading() as session:
        assert promise_book.book(session, shop.now[0]).policies == ()


def test_a_copy_is_off_and_stands_behind_its_original(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    first, _ = made(shop, sam, "A", "B")

    answer = sam.sends(LIST, f"{LIST}/{first}/copies")

    assert [(one.name, one.is_on) for one in kept(shop)] == [("A", True), ("A (copy)", False), ("B", True)]
    assert answer.headers["Location"] == f"{LIST}/{kept(shop)[1].id}"


def test_what_was_deleted_comes_back_with_one_press_and_in_its_place(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    _, second, _ = made(shop, sam, "A", "B", "C")
    before = _stored(shop)

    answer = sam.sends(LIST, f"{LIST}/{second}/deletion")
    assert [one.name for one in kept(shop)] == ["A", "C"]
    assert f'action="/manager/policies/{second}/restoration"' in sam.opens(answer.headers["Location"]).text
    sam.sends(LIST, f"{LIST}/{second}/restoration")
    sam.sends(LIST, f"{LIST}/{second}/restoration")

    assert _stored(shop) == before
    assert "brought it back" in sam.reads(f"{LIST}/{second}")


def test_the_history_says_who_changed_what(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    (only,) = made(shop, sam, "VIP customers")

    saves(sam, f"{LIST}/{only}", **{"target-first_reply-normal": "3m", "tags": "gold"})

    page = sam.reads(f"{LIST}/{only}")
    assert "Sam changed it" in page
    assert (
        "promises: first reply within 2 minutes (urgent 1 minute 30 seconds), resolution within 8 hours before, now first reply within 3 minutes"
        in page
    )
    assert "who it is for: Urgent or high, tagged complaint or vip before, now Urgent or high, tagged gold" in page
    assert "Sam made it" in page


def test_a_change_of_somebody_else_is_not_overwritten_unseen(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    (only,) = made(shop, sam, "VIP customers")
    seen = kept(shop)[0].updated_at.isoformat()
    shop.passes(seconds=1)
    saves(sam, f"{LIST}/{only}", seen=seen, name="Gold")

    late = saves(sam, f"{LIST}/{only}", seen=seen, name="Silver")
    again = saves(sam, f"{LIST}/{only}", seen=_field(late, "seen"), name="Silver")

    assert late.status_code == 422
    assert "Somebody else saved this policy since you opened it." in _words(late.text)
    assert 'value="Silver"' in late.text
    assert again.status_code == 303
    assert kept(shop)[0].name == "Silver"


def test_a_policy_that_is_never_asked_says_so(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    made(shop, sam, "VIP customers")
    everybody = saves(sam, name="Everybody", tags="", priorities=[])
    id = everybody.headers["Location"].partition("saved=")[2].partition("#")[0]
    assert [one.name for one in kept(shop)] == ["VIP customers", "Everybody"]  # what is for everybody goes last

    sam.sends(LIST, f"{LIST}/{id}/place", place="1")

    assert "No conversation comes this far: “Everybody” is for everybody and stands before it." in sam.reads(LIST)


def test_a_trial_keeps_what_was_typed_and_shows_both_sides(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    conversation = shop.text("+14155550198")
    shop.passes(minutes=3)
    shop.answer(conversation)
    shop.passes(minutes=1)

    answer = saves(sam, "/manager/policies/trials", tags="", priorities=[], days="7")
    address = answer.headers["Location"].partition("#")[0]
    assert "It is about to begin." in sam.reads(address)
    assert 'value="2m"' in sam.opens(address).text
    _works_off(shop)

    page = sam.reads(address)
    assert "In the last 7 days 1 promise would have been broken instead of 0" in page
    assert "Share kept today 100 % with this policy 0.0 %" in page
    assert "Maya today 0 with this policy" in page
    assert sam.reads(f"{address}/outcome").strip() in page
    assert kept(shop) == []


def test_a_trial_on_an_empty_past_says_so(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    answer = saves(sam, "/manager/policies/trials")
    _works_off(shop)

    page = sam.reads(answer.headers["Location"].partition("#")[0])

    assert "Nobody waited for an answer in the last 30 days, so there is nothing to try it on." in page


def test_a_lead_looks_and_cannot_change(shop: Shop) -> None:
    sam, lee = shop.signed_in("Sam"), shop.signed_in("Lee")
    (only,) = made(shop, sam, "VIP customers")

    assert "VIP customers" in lee.reads(LIST)
    page = lee.opens(f"{LIST}/{only}").text
    assert '<fieldset class="bare" disabled>' in page
    assert 'id="save"' not in page
    assert lee.opens(NEW).status_code == 403
    assert lee.sends(LIST, f"{LIST}/{only}/deletion").status_code == 403
    assert lee.sends(LIST, "/manager/policies/trials", **FIELDS).status_code == 403
    assert len(kept(shop)) == 1


def test_an_agent_sees_none_of_it_and_a_stranger_id_is_not_there(shop: Shop) -> None:
    maya, sam = shop.signed_in("Maya"), shop.signed_in("Sam")

    assert maya.opens(LIST).status_code == 403
    assert sam.opens(f"{LIST}/{uuid4()}").status_code == 404
    assert sam.sends(LIST, f"{LIST}/{uuid4()}/restoration").status_code == 404
    assert sam.opens(f"/manager/policies/trials/{uuid4()}").status_code == 404
    assert saves(sam, "/manager/policies/previews", policy="no id").status_code == 404


def test_hostile_names_stay_words(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    saves(sam, name="<script>alert(1)</script>", tags="<b>x</b>")

    page = sam.opens(LIST).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def clocks(shop: Shop) -> list[Clock]:
    with shop.database.reading() as session:
        return list(session.scalars(select(Clock)))


def _stored(shop: Shop) -> list[tuple[Any, ...]]:
    return [(one.id, one.position, one.name, one.is_on, one.conditions, one.targets, one.ladder) for one in kept(shop)]


def _field(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found
    return found[1]


def _works_off(shop: Shop) -> None:
    with shop.database.transaction() as session:
        work = try_policy.claim(session, shop.now[0])
    assert work
    while not work.is_done:
        with shop.database.reading() as session:
            try_policy.go_on(session, work, shop.now[0])
        with shop.database.transaction() as session:
            assert try_policy.keep(session, work, shop.now[0])
