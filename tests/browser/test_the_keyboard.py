"""Everything that an agent does can be done without a mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Shop, row_of, thread_of

PASSWORD = "tea with two sugars"


def test_from_sign_in_to_resolved_without_a_mouse(shop: Shop, maria: CustomerWithPhone) -> None:
    maya = shop.person("Maya", password=PASSWORD)
    maria.texted("Can I pick it up today?")
    desk = shop.screens.open()
    keys = desk.keyboard

    desk.goto("/sign-in")
    expect(desk.get_by_label("E-mail")).to_be_focused()
    keys.type(maya.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(row_of(desk, "Maria")).to_be_visible()
    expect(desk.get_by_text("press N for next")).to_be_visible()

    keys.press("n")
    expect(desk.get_by_role("heading", name="Maria").first).to_be_visible()
    keys.press("r")
    expect(desk.locator("#body")).to_be_focused()
    keys.type("Yes, until six.")
    keys.press("Control+Enter")
    expect(thread_of(desk)).to_contain_text("Delivered")

    keys.press("Escape")
    keys.press("e")
    expect(thread_of(desk)).to_contain_text("Resolved by Maya")
    assert maria.received == ["Yes, until six."]


def test_a_question_mark_shows_the_keys_and_escape_puts_them_away(shop: Shop) -> None:
    desk = shop.person("Maya").opens("/queue")

    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_contain_text("write a reply")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_hidden()
