"""A manager promises something else: looks at what it would do, tries it on the past, and saves it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.cast import CustomerWithPhone, Person


def writes(page: Page, sam: Person, within: str) -> str:
    """A policy for this shop's number alone."""
    name = f"{sam.shop.label} quickly"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("group", name="On these numbers").get_by_label(sam.shop.label).check()
    page.locator("#target-first_reply-normal").fill(within)
    return name


def test_a_policy_is_looked_at_tried_on_the_past_and_saved(sam: Person, maria: CustomerWithPhone) -> None:
    maria.texted("How long will it take?", minutes=4)
    sam.shop.screens.expect_complaint("422")  # the browser complains of a refusal that we ask for
    page = sam.opens("/manager/policies/new")
    name = writes(page, sam, "soon")
    page.get_by_role("button", name="What would change now").click()
    expect(page.get_by_role("alert")).to_contain_text("'soon' is not a length of time")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)

    page.locator("#target-first_reply-normal").fill("3m")
    page.get_by_role("button", name="What would change now").click()
    ahead = page.get_by_role("region", name="What would change now")
    expect(ahead).to_contain_text("1 would be late at once")
    expect(ahead.get_by_role("link", name="Maria")).to_be_visible()

    page.get_by_role("button", name="Try it on the last").click()
    trial = page.get_by_role("region", name="The last 30 days with this policy")
    expect(trial).to_contain_text("Share kept", timeout=30_000)
    expect(trial).to_contain_text("would have been broken instead of")
    trial.get_by_text("The same as a table").click()
    expect(trial.get_by_role("row", name="Share kept")).to_be_visible()

    page.get_by_role("button", name="Save").click()
    expect(page.locator("#policies")).to_contain_text(name)
    expect(page.locator("#following")).to_contain_text("1 running clock was set anew", timeout=30_000)


def test_policies_are_moved_and_switched_with_the_keyboard_and_another_window_follows(sam: Person) -> None:
    page, beside = sam.opens("/manager/policies/new"), sam.opens("/manager/policies")
    name = writes(page, sam, "9m")
    page.get_by_role("button", name="Save").click()
    expect(beside.locator("#policies")).to_contain_text(name)

    page.get_by_role("button", name=f"Switch off {name}").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name=f"Switch on {name}")).to_be_visible()
    expect(beside.get_by_role("button", name=f"Switch on {name}")).to_be_visible()
    page.get_by_role("button", name=f"Delete {name}").click()
    expect(page.locator("#policies")).not_to_contain_text(name)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#policies")).to_contain_text(name)
