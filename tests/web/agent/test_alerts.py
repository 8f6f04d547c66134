"""Alerts on the screen of whoever they are for, until somebody says that they have seen them."""

from __future__ import annotations

import re

from smsdesk.desk import remind, tell
from tests.web.agent.screen import Screen, Shop

PRIYA = "+14155550199"


def test_a_warning_goes_to_whoever_has_it_and_a_breach_to_all(shop: Shop, maya: Screen, ana: Screen) -> None:
    shop.text(PRIYA, "The lid is cracked")
    shop.names(PRIYA, "Priya Kapoor")
    shop.routes()
    time_passes(shop, 6)
    warned = [alerts(screen) for screen in (maya, ana)]
    time_passes(shop, 6)
    broken = [alerts(screen) for screen in (maya, ana, shop.screen("Sam"), shop.screen("Rico"))]

    assert warned == [["Priya Kapoor has waited 6 minutes for an answer. 4 minutes left."], []]
    breach = ["Priya Kapoor has waited 12 minutes for an answer. We promised 10 minutes."]
    assert broken == [breach, breach, breach, []]


def test_one_persons_word_takes_it_off_every_screen(shop: Shop, maya: Screen, ana: Screen) -> None:
    shop.text(PRIYA, "The lid is cracked")
    time_passes(shop, 12)
    one = alert_id(maya)

    answers = [screen.does(f"/alerts/{one}/acknowledgement").status_code for screen in (maya, ana)]

    assert answers == [204, 204]
    assert alerts(maya) == alerts(ana) == []


def test_an_alert_that_was_not_for_somebody_is_not_there(shop: Shop, maya: Screen) -> None:
    shop.text(PRIYA, "The lid is cracked")
    time_passes(shop, 12)
    one = alert_id(maya)

    assert shop.screen("Rico").does(f"/alerts/{one}/acknowledgement").status_code == 404
    assert len(alerts(maya)) == 1


def test_an_alert_ends_with_its_wait(shop: Shop, maya: Screen) -> None:
    conversation = shop.text(PRIYA, "Thanks!")
    time_passes(shop, 12)

    maya.does(f"/conversations/{conversation}/closure", seen=1)

    assert alerts(maya) == []


def time_passes(shop: Shop, minutes: float) -> None:
    shop.passes(minutes)
    shop.does(lambda session: remind.claim_due(session, shop.now))
    shop.does(lambda session: tell.tell_waiting(session, shop.now))


def alerts(screen: Screen) -> list[str]:
    return re.findall(r"<span><bdi>(.+?)</bdi></span>", screen.sees("/alerts"))


def alert_id(screen: Screen) -> str:
    found = re.search(r'id="alert-([0-9a-f-]+)"', screen.sees("/alerts"))
    assert found
    return found[1]
