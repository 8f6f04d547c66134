"""One's own password: set after a link, changed by whoever knows the old one."""

from __future__ import annotations

import pytest

from tests.web.frame.browser import Browser
from tests.web.frame.conftest import PASSWORD, Shop

NEW = "seven grey herons waiting"


def changes(browser: Browser, **form: str) -> int:
    return browser.post("/settings/password", {"new": NEW, "again": NEW, **form}).status_code


def test_whoever_came_by_a_link_sets_a_password_and_signs_in_with_it(shop: Shop) -> None:
    sam = shop.browser_of(shop.sam)

    assert changes(sam) == 303

    assert sam.get("/queue").status_code == 200
    assert Browser(shop.app).tries(shop.sam.email, NEW).status_code == 303


def test_a_new_password_ends_every_other_device(shop: Shop) -> None:
    here, elsewhere = shop.browser_of(shop.maya), shop.browser_of(shop.maya)

    assert changes(here, current=PASSWORD) == 303

    assert here.get("/queue").status_code == 200
    assert elsewhere.get("/queue").status_code == 303
    assert Browser(shop.app).tries(shop.maya.email, PASSWORD).status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {"current": "not it, not it at all"},
        {"current": PASSWORD, "again": NEW + "!"},
        {"current": PASSWORD, "new": "short", "again": "short"},
    ],
)
def test_a_change_that_cannot_be_says_why_and_changes_nothing(shop: Shop, form: dict[str, str]) -> None:
    maya = shop.browser_of(shop.maya)

    answer = maya.post("/settings/password", {"new": NEW, "again": NEW, **form})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert Browser(shop.app).tries(shop.maya.email, PASSWORD).status_code == 303


def test_nobody_changes_the_password_of_another(shop: Shop) -> None:
    assert Browser(shop.app).get("/settings/password").status_code == 303
    assert changes(shop.browser_of(shop.ben), email=shop.maya.email) == 303

    assert Browser(shop.app).tries(shop.maya.email, PASSWORD).status_code == 303
