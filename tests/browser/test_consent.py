"""A wish to be left alone is decided with one key, taken back with another, and the composer says what holds."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person, Shop


def test_one_key_stops_texts_and_another_takes_the_slip_back(
    shop: Shop, maya: Person, maria: CustomerWithPhone
) -> None:
    conversation = maria.texted("Is it ready?", minutes=2)
    page = maya.opens(f"/conversations/{conversation}")
    notice = page.locator("#consent")
    expect(notice).to_have_text("")

    maria.texted("Please stop texting me", minutes=1)
    expect(notice).to_contain_text("Do they want no more texts?")
    page.keyboard.press("o")
    expect(notice).to_contain_text("wants no more texts")
    expect(page.locator(".thread")).to_contain_text("recorded an opt-out")

    page.keyboard.press("i")
    expect(notice).to_contain_text("Do they want no more texts?")
    page.keyboard.press("i")
    expect(notice).to_contain_text("something else than an opt-out")
    expect(page.locator("#header")).to_contain_text("Reply within")
