"""A manager plans tomorrow: the demo shop has a past to plan it from."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import sign_in
from smsdesk.models import Team
from tests.browser import axe
from tests.browser.product import Product
from tests.browser.screens import NARROW, STICKS_OUT, WIDE, Screens

SAM = "sam@demo.smsdesk.test"


@pytest.fixture
def planned(product: Product, screens: Screens) -> str:
    """The address of tomorrow's plan for the demo's Support."""
    tomorrow = clock.now().date() + timedelta(days=1)
    with product.wiring.database.reading() as session:
        team_id = session.scalars(select(Team.id).where(Team.name == "Support")).one()
    return f"/manager/staffing?team={team_id}&day={tomorrow}"


def opens(product: Product, screens: Screens, address: str, **window: object) -> Page:
    with product.wiring.database.transaction() as session:
        sam = sign_in.by_email(session, SAM)
        assert sam
        cookie = sign_in.begin(session, sam, "a test", clock.now())
    page = screens.open(cookie, **window)  # type: ignore[arg-type]
    page.goto(address)
    return page


def test_a_manager_tries_how_many_people_keep_the_promise(product: Product, screens: Screens, planned: str) -> None:
    page = opens(product, screens, planned, java_script_enabled=False)
    needed = page.get_by_role("region", name="People needed")
    expect(needed).to_contain_text("to keep 95% within 10 min")

    page.get_by_label("With so many people").fill("1")
    page.get_by_role("button", name="Work it out").click()

    expect(page.locator(".answer")).to_have_text(re.compile(r"With 1 person: \d\d\.\d% within 10 min"))
    expect(page.get_by_label("With so many people")).to_have_value("1")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("region", name="The day by hour, the table")).to_contain_text("Kept with 1 person")
    page.get_by_text("How this is worked out").click()
    expect(page.get_by_text("Erlang’s formula of 1917")).to_be_visible()


def test_axe_finds_nothing_in_a_full_plan(product: Product, screens: Screens, planned: str) -> None:
    program = axe.script()
    page = opens(product, screens, planned + "&people=x", bypass_csp=True)
    page.add_script_tag(content=program)
    page.evaluate("() => document.querySelectorAll('#main details').forEach((one) => one.open = true)")

    found = {}
    for width, size in {"wide": WIDE, "phone": NARROW}.items():
        page.set_viewport_size(size)
        assert page.evaluate(STICKS_OUT) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found[width, scheme] = axe.findings(page)

    screens.expect_complaint("422")
    screens.expect_complaint("422")  # the refusal of "x"
    assert {place: faults for place, faults in found.items() if faults} == {}


def test_right_now_goes_on_after_now(product: Product, screens: Screens) -> None:
    page = opens(product, screens, "/manager")

    chart = page.get_by_role("region", name="Texts in, and replies that were late, by quarter hour")

    if clock.now().hour in range(6, 20):  # outside, the demo's day is over
        expect(chart.locator("polyline.ahead")).to_have_count(1)
        expect(chart).to_contain_text("expected")
