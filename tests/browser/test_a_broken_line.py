"""The server goes away and comes back; whoever had a page open loses nothing but time."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person, Shop, thread_of


def test_what_was_missed_is_there_when_the_server_is_back(shop: Shop, maya: Person, maria: CustomerWithPhone) -> None:
    conversation = maria.texted("Hello?")
    desk = maya.opens(f"/conversations/{conversation}")
    shop.screens.expect_complaint("net::ERR_")
    shop.screens.expect_complaint("Failed to fetch")
    desk.locator("#body").fill("Half a sent")

    shop.product.stop()
    expect(desk.get_by_text("Reconnecting…")).to_be_visible()
    maria.texted("Are you there?")
    shop.product.start()

    expect(thread_of(desk)).to_contain_text("Are you there?")
    expect(desk.get_by_text("Reconnecting…")).to_be_hidden()
    expect(desk.locator("#body")).to_have_value("Half a sent")
