"""A manager makes a watch from a preset, tries it on the past, keeps it, sees it fire, and mutes it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.cast import CustomerWithPhone, Person


def test_a_watch_is_tried_kept_seen_firing_and_muted(sam: Person, maria: CustomerWithPhone) -> None:
    page = sam.opens(sam.shop.managers_page)

    page.get_by_role("link", name="+ New alert — try it on the last 30 days first").click()
    page.get_by_role("link", name="Oldest waiting over 20 min").click()
    fill_in(page, sam)
    page.get_by_role("button", name="Try it on the last 30 days").click()
    expect(page.get_by_role("region", name="The last 30 days")).to_contain_text("It would not have fired.")
    expect(page.get_by_label("Its name")).to_have_value(f"Waits at {sam.shop.label}")

    page.get_by_role("button", name="Start watching").click()
    expect(page.get_by_role("status").first).to_contain_text("It is looked at from now on.")
    now = page.get_by_role("region", name="Now")
    expect(now).to_contain_text("quiet")
    maria.texted("Where is my order?", minutes=3)

    expect(now).to_contain_text("told Sam")  # by itself, and Sam is an owner

    page.get_by_text("Mute", exact=True).click()
    page.get_by_role("button", name="For 1 hour").click()
    expect(page.get_by_role("status").first).to_contain_text("It is muted: looked at, and nobody is told.")
    page.get_by_role("status").get_by_role("button", name="Unmute").click()
    expect(page.get_by_role("status").first).to_contain_text("It speaks again.")
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Fired")

    page.goto("/queue?box=team")
    expect(page.locator("#alerts")).to_contain_text(f"Waits at {sam.shop.label}: A customer has waited")
    page.goto(sam.shop.managers_page)
    expect(page.get_by_role("region", name="Response-time alerts")).to_contain_text(f"Waits at {sam.shop.label}")


def fill_in(page: Page, sam: Person) -> None:
    """What it would say now follows what is typed."""
    preview = page.get_by_role("region", name="At this moment")
    page.get_by_label("It fires at").fill("soon")
    expect(preview).to_contain_text("Write a length of time")
    page.get_by_label("It fires at").fill("2m")
    page.get_by_label("Where").select_option(label=f"The number {sam.shop.label}")
    page.locator(f'[name=owners][value="{sam.id}"]').check()  # other journeys have a Sam of their own
    page.get_by_label("Its name").fill(f"Waits at {sam.shop.label}")
    expect(preview).to_contain_text("Oldest waiting over 2 minutes.")
    expect(preview).to_contain_text("it would be quiet")
