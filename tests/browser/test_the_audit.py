"""A manager has the log gone through, and comes from what was found to the place in the conversation."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person


def test_a_question_that_was_closed_is_found_and_opened(sam: Person, maya: Person, maria: CustomerWithPhone) -> None:
    conversation = maria.texted("Until when are you open?", minutes=2)
    desk = maya.opens(f"/conversations/{conversation}")
    desk.get_by_role("button", name="Resolve").first.click()
    page = sam.opens("/manager")

    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Go through").select_option(label="the last day")
    page.get_by_role("button", name="Check now").click()

    # It comes by itself: nobody presses anything while the round goes on
    closed = page.get_by_role("region", name="Closed on an unanswered question")
    found = closed.get_by_role("link", name=maria.name)
    expect(found.first).to_be_visible(timeout=90_000)  # the same worker may be adding up a long past
    expect(closed).to_contain_text("Resolved while a text had waited for 2 minutes")
    found.first.click()
    expect(page).to_have_url(re.compile(f"/conversations/{conversation}"))
    expect(page.locator(".message:target")).to_contain_text("Until when are you open?")


def test_without_javascript_a_round_is_asked_for_and_read(sam: Person, maya: Person, maria: CustomerWithPhone) -> None:
    page = sam.opens("/manager/audit", java_script_enabled=False)

    page.get_by_role("button", name="Check now").click()

    expect(page.get_by_role("heading", name="Asked for by Sam")).to_be_visible()
