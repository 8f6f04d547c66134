"""Where no script runs, everything can still be done."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Shop, row_of, thread_of

PASSWORD = "tea with two sugars"


def test_sign_in_read_answer_and_resolve_without_scripts(shop: Shop, maria: CustomerWithPhone) -> None:
    maya = shop.person("Maya", password=PASSWORD)
    maria.texted("Do you deliver?")
    desk = shop.screens.open(java_script_enabled=False)

    desk.goto("/queue")
    desk.get_by_label("E-mail").fill(maya.email)
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    row_of(desk, "Maria").get_by_role("link").click()
    expect(thread_of(desk)).to_contain_text("Do you deliver?")

    desk.get_by_label("Text to Maria").fill("Within ten miles, yes.")
    desk.locator("#send").click()
    expect(thread_of(desk)).to_contain_text("Within ten miles, yes.")
    desk.get_by_role("button", name="Resolve").click()
    expect(thread_of(desk)).to_contain_text("Resolved by Maya")


def test_a_customer_can_text_without_scripts(shop: Shop, maria: CustomerWithPhone) -> None:
    phone = shop.screens.open(java_script_enabled=False)
    phone.goto(f"/phone?phone={maria.place}")

    phone.get_by_role("textbox").first.fill("Hello without scripts")
    phone.get_by_role("button", name="Send", exact=True).click()

    expect(phone.locator("[data-thread]")).to_contain_text("Hello without scripts")
