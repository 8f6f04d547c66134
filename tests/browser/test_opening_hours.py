"""A manager edits a week, sees what it makes of the promise while typing, saves it, and finds it at the number."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.cast import Person


def test_hours_are_tried_saved_and_given_to_a_number(sam: Person) -> None:
    label = sam.shop.label
    page = sam.opens("/manager/hours")
    page.get_by_role("link", name="Set up your hours").or_(page.get_by_role("link", name="New hours")).click()

    page.get_by_label("Name").fill(f"Hours of {label}")
    page.get_by_label("Friday, closes").fill("4 pm")
    expect(page.locator("#drawn")).to_contain_text("Fri 09:00–16:00")  # before anything is pressed
    page.get_by_role("button", name="Add hours on Saturday").click()
    expect(page.get_by_label("Saturday, opens")).to_be_focused()
    page.keyboard.type("22")
    page.get_by_label("Saturday, closes").fill("2")
    page.get_by_label("Country").select_option("Germany")
    expect(page.get_by_label("Region")).to_be_visible()
    expect(page.locator("#day-5")).to_contain_text("open until 02:00 on Sunday")
    asks(page, "2026-11-27T15:55", "10m", "Europe/Berlin")
    expect(page.locator("#answers")).to_contain_text("Friday 15:55")
    expect(page.locator("#answers").get_by_role("status")).to_contain_text("Saturday 22:05")
    page.get_by_role("button", name="Save these hours").click()

    expect(page.get_by_role("status").first).to_contain_text(f"Saved: “Hours of {label}”")
    row = page.get_by_role("listitem").filter(has_text=sam.shop.number[-3:]).filter(has=page.get_by_label("Its clock"))
    row.get_by_label("Open by").select_option(f"Hours of {label}")
    row.get_by_label("Its clock").fill("berlin")
    row.get_by_role("button", name=f"Save for {label}").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{label} is open by “Hours of {label}”, Europe/Berlin.")


def test_buttons_change_the_week_in_place_and_what_was_typed_stays(sam: Person) -> None:
    page = sam.opens("/manager/hours/new")
    page.get_by_label("Name").fill("Half typed")

    page.get_by_label("Monday, closes").fill("12:30")
    page.locator("#copy-0 summary").click()
    page.locator("#copy-0").get_by_role("button", name="Monday to Friday").click()
    expect(page.get_by_label("Thursday, closes")).to_have_value("12:30")
    page.get_by_role("button", name="Remove Tuesday 09:00 to 12:30").click()
    expect(page.locator("#day-1")).to_contain_text("closed")
    page.get_by_label("Wednesday, opens").fill("9:77")
    page.get_by_label("Wednesday, closes").focus()

    expect(page.locator("#day-2")).to_contain_text("“9:77” is no time")
    expect(page.get_by_label("Wednesday, opens")).to_have_value("9:77")
    expect(page.get_by_label("Wednesday, closes")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Half typed")
    expect(page).to_have_url(f"{sam.shop.product.address}/manager/hours/new")


def asks(page: Page, moment: str, target: str, zone: str) -> None:
    page.get_by_label("A text comes in").fill(moment)
    page.get_by_label("Promised within").fill(target)
    page.get_by_label("On the clock of").fill(zone)
