"""Only our own pages can make a signed-in browser do something."""

from __future__ import annotations

import pytest

from smsdesk.models import Agent
from tests.web.frame.browser import PUBLIC
from tests.web.frame.conftest import PASSWORD, Shop

ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://desk.smsdesk.test.evil.example"},
    {"Origin": "http://desk.smsdesk.test:81"},
]
HERE = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Origin": PUBLIC},
    {"Origin": "null"},  # our no-referrer policy makes browsers say that about our own forms
]


def test_a_post_without_the_token_of_its_session_changes_nothing(shop: Shop) -> None:
    maya, ben = shop.browser_of(shop.maya), shop.browser_of(shop.ben)

    answers = [maya.post("/me/theme", {"theme": "dark"}, token=token).status_code for token in ("", "guess", ben.token)]

    assert answers == [403, 403, 403]
    assert _theme(shop) == "auto"


def test_a_post_with_its_token_is_done(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)

    assert maya.post("/me/theme", {"theme": "dark"}).status_code == 303
    assert _theme(shop) == "dark"


def test_a_script_sends_its_token_in_a_header(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)

    answer = maya.post("/me/theme", {"theme": "dark"}, token="", headers={"X-CSRF-Token": maya.token})

    assert answer.status_code < 400
    assert _theme(shop) == "dark"


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_post_made_on_another_site_is_refused_even_with_the_token(shop: Shop, headers: dict[str, str]) -> None:
    maya = shop.browser_of(shop.maya)

    assert maya.post("/me/theme", {"theme": "dark"}, headers=headers).status_code == 403
    assert _theme(shop) == "auto"


@pytest.mark.parametrize("headers", HERE)
def test_a_post_made_here_is_not_refused(shop: Shop, headers: dict[str, str]) -> None:
    maya = shop.browser_of(shop.maya)

    assert maya.post("/me/theme", {"theme": "dark"}, headers=headers).status_code == 303


def test_nobody_can_be_signed_in_by_another_site(shop: Shop) -> None:
    from tests.web.frame.browser import Browser

    browser, other = Browser(shop.app), Browser(shop.app)
    browser.get("/sign-in")
    other.get("/sign-in")
    fields = {"email": "maya@shop.test", "password": PASSWORD}

    assert browser.post("/sign-in", fields, token=other.token).status_code == 403
    assert browser.post("/sign-in", fields).status_code == 303


def _theme(shop: Shop) -> str:
    with shop.wiring.database.reading() as session:
        return session.get_one(Agent, shop.maya.id).theme
