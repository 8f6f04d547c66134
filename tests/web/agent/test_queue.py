"""The queue: who comes first, who sees what, and what is unread."""

from __future__ import annotations

import re

from tests.web.agent.screen import REPAIRS, Screen, Shop

DANA, PRIYA, TOM = "+14155550142", "+14155550199", "+14155550177"


def test_whoever_has_the_least_time_left_comes_first(shop: Shop, maya: Screen) -> None:
    shop.text(DANA, "Where is my order?")
    shop.passes(2)
    shop.text(PRIYA, "The lid is cracked")
    shop.passes(1)
    shop.text(DANA, "Hello?")  # texting again moves nobody back
    shop.routes()

    assert maya.rows() == ["+1 415 555 0142", "+1 415 555 0199"]


def test_an_agent_sees_their_own_teams_and_nothing_else(shop: Shop, maya: Screen) -> None:
    shop.text(DANA, "Is it repaired?", to=REPAIRS)

    assert [maya.rows(box) for box in ("mine", "unassigned", "team", "late", "all")] == [[]] * 5
    assert shop.screen("Rico").rows("unassigned") == ["+1 415 555 0142"]
    assert shop.screen("Sam").rows("team") == ["+1 415 555 0142"]


def test_late_holds_who_waits_past_the_promise(shop: Shop, maya: Screen) -> None:
    shop.text(DANA, "Where is my order?")
    shop.passes(5)
    shop.text(PRIYA, "The lid is cracked")
    shop.passes(7)

    assert maya.rows("late") == ["+1 415 555 0142"]
    assert "−2:00" in maya.sees("/queue/rows?box=late")


def test_a_resolved_conversation_leaves_the_queue_and_stays_under_all(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(DANA, "Thanks!")
    shop.routes()

    assert maya.does(f"/conversations/{conversation}/closure", seen=1).status_code == 204

    assert maya.rows() == maya.rows("team") == []
    assert maya.rows("all") == ["+1 415 555 0142"]


def test_unread_ends_when_it_was_read_and_begins_with_the_next_text(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(DANA, "Where is my order?")
    shop.routes()
    unread = [is_unread(maya)]
    maya.sees(f"/conversations/{conversation}")  # opened is not read: a look changes nothing
    unread.append(is_unread(maya))
    maya.does(f"/conversations/{conversation}/read", seq=1)
    unread.append(is_unread(maya))
    shop.text(DANA, "Hello?")
    unread.append(is_unread(maya))

    assert unread == [True, True, False, True]


def test_the_pages_of_the_queue_join_without_gap_or_repetition(shop: Shop, maya: Screen) -> None:
    for n in range(60):
        shop.text(f"+1415555{2000 + n}", "hi")
        shop.passes(0.1 if n % 3 else 0)  # some share their moment
    seen: list[str] = []
    address: str | None = "/queue?box=team"
    pages = 0
    while address:
        page = maya.sees(address)
        seen += re.findall(r'class="who"><bdi>(.*?)</bdi>', page)
        more = re.search(r'href="(/queue\?box=team&after=[^"]+)"', page)
        address, pages = more[1] if more else None, pages + 1

    assert pages == 3
    assert seen == [f"+1 415 555 {2000 + n}" for n in range(60)]


def test_a_made_up_cursor_and_a_box_that_there_is_not_show_the_first_page(shop: Shop, maya: Screen) -> None:
    shop.text(DANA, "hi")
    shop.routes()

    assert "0142" in maya.sees("/queue?box=team&after=yesterday_x")
    assert "0142" in maya.sees("/queue?box=everything")


def test_counts_stop_at_ninety_nine(shop: Shop, maya: Screen) -> None:
    for n in range(101):
        shop.text(f"+1415556{1000 + n}", "hi")

    assert "Team 99+" in maya.sees("/queue/rows?box=mine")


def is_unread(screen: Screen) -> bool:
    return "data-unread>" in screen.sees("/queue/rows?box=mine")
