"""Somebody who texts from two phones is merged on their card, looked up there, and taken apart again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person, Shop


def test_two_phones_become_one_person_and_two_again(shop: Shop, maya: Person, maria: CustomerWithPhone) -> None:
    work = shop.customer("Maria at work")
    other = work.texted("It is me, from my desk", minutes=2)
    conversation = maria.texted("Is it ready?", minutes=4)
    page = maya.opens(f"/conversations/{conversation}")
    card = page.locator("#card")

    card.get_by_text("The same person on another phone?").click()
    card.get_by_label("The other phone of Maria").fill(work.address)
    card.get_by_role("button", name="Merge").click()
    expect(card.get_by_text("Also texts from")).to_be_visible()

    card.get_by_role("link", name=work.address[-4:]).click()
    expect(page).to_have_url(re.compile(str(other)))
    expect(page.locator("#who")).to_have_text("Maria")

    page.locator("#card").get_by_role("link").filter(has_text=maria.address[-4:]).click()
    page.locator("#card").get_by_role("button", name="is somebody else").click()
    expect(page.locator("#card").get_by_text("Also texts from")).to_be_hidden()
    page.goto(f"/conversations/{other}")
    expect(page.locator("#who")).to_have_text("Maria at work")
