"""A text gets a reply, seen from both sides of the glass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.cast import CustomerWithPhone, Person, Shop, row_of, thread_of

ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])


@ON_BOTH
def test_a_customer_texts_and_sees_a_persons_answer(maya: Person, maria: CustomerWithPhone) -> None:
    desk = maya.opens("/queue")
    maria.types("Do you open on Sundays?")
    row_of(desk, "Do you open on Sundays?").get_by_role("link").click()

    reply(desk, "Yes, from ten to four.")

    expect(maria.phone.get_by_text("Yes, from ten to four.")).to_be_visible()
    expect(thread_of(desk).locator(".message.out")).to_contain_text("Delivered")


def test_a_half_written_reply_survives_a_text_that_arrives_meanwhile(maya: Person, maria: CustomerWithPhone) -> None:
    desk = begin_to_reply(maya, maria, "We open at nine")
    desk.keyboard.press("Home")
    maria.texts("And on Sundays?")
    expect(thread_of(desk)).to_contain_text("And on Sundays?")
    expect(desk.locator("#queue")).to_contain_text("And on Sundays?")

    desk.keyboard.type("Hello! ")

    expect(desk.locator("#body")).to_be_focused()
    expect(desk.locator("#body")).to_have_value("Hello! We open at nine")


def test_a_reply_stops_for_what_was_not_seen_and_one_key_sends_it_anyway(
    shop: Shop, maya: Person, maria: CustomerWithPhone
) -> None:
    desk = begin_to_reply(maya, maria, "It ships today")
    shop.screens.expect_complaint("409")
    with slow_line(desk):
        maria.texts("Wrong size, please stop it!")
        expect(desk.locator("#queue")).to_contain_text("Wrong size")
        desk.keyboard.press("Control+Enter")
        expect(desk.get_by_role("alert")).to_contain_text("Wrong size, please stop it!")
    assert maria.sent_rows == []
    expect(desk.locator("#body")).to_have_value("It ships today")

    desk.keyboard.press("Control+Enter")
    expect(thread_of(desk).locator(".message.out")).to_contain_text("Delivered")
    assert maria.received == ["It ships today"]


def test_pressing_send_twice_sends_once(maya: Person, maria: CustomerWithPhone) -> None:
    desk = begin_to_reply(maya, maria, "Once is enough")

    desk.locator("#send").dblclick()
    expect(thread_of(desk).locator(".message.out")).to_contain_text("Delivered")

    assert [row.body for row in maria.sent_rows] == ["Once is enough"]
    assert maria.received == ["Once is enough"]


def begin_to_reply(maya: Person, maria: CustomerWithPhone, words: str) -> Page:
    conversation = maria.texted("Hello?", minutes=1)
    desk = maya.opens(f"/conversations/{conversation}")
    desk.locator("#body").click()
    desk.keyboard.type(words)
    return desk


def reply(desk: Page, words: str) -> None:
    desk.locator("#body").fill(words)
    desk.locator("#send").click()


@contextmanager
def slow_line(desk: Page) -> Iterator[None]:
    """While this lasts, the page asks for the thread and no answer arrives."""
    held: list[Route] = []
    desk.route("**/thread*", lambda route: held.append(route))
    yield
    for route in held:
        route.continue_()
    desk.unroute("**/thread*")
