"""An agent with a phone in one hand: 390 pixels."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person, row_of, thread_of
from tests.browser.screens import NARROW, STICKS_OUT


def test_from_the_queue_to_an_answer_and_back(maya: Person, maria: CustomerWithPhone) -> None:
    maria.texted("Is the blue one still there? " + "averylongwordwithoutanyspace" * 6)
    desk = maya.opens("/queue", viewport=NARROW, has_touch=True, is_mobile=True)
    assert desk.evaluate(STICKS_OUT) == []

    row_of(desk, "Maria").tap()
    expect(thread_of(desk)).to_contain_text("Is the blue one")
    assert desk.evaluate(STICKS_OUT) == []

    desk.locator("#body").fill("It is, I keep it for you.")
    desk.locator("#send").tap()
    expect(thread_of(desk)).to_contain_text("Delivered")

    desk.get_by_role("link", name="Back to the queue").tap()
    expect(row_of(desk, "We: It is, I keep it for you.")).to_be_visible()
    assert desk.evaluate(STICKS_OUT) == []


def test_a_narrow_window_has_no_room_for_key_hints(maya: Person, maria: CustomerWithPhone) -> None:
    conversation = maria.texted("Hello?")

    # A narrow window with a mouse: no touch says that there are no keys
    desk = maya.opens(f"/conversations/{conversation}", viewport=NARROW)

    expect(desk.get_by_role("button", name="Send")).to_be_visible()
    expect(desk.locator("#send kbd")).to_be_hidden()
