"""What customers write is shown, and never obeyed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from smsdesk.rules.roles import Role
from tests.browser.cast import CustomerWithPhone, Shop

HOSTILE = [
    "<img src=x onerror=document.title='owned'>",
    "{{7*7}} ${7*7} <script>document.title='owned'</script>",
    "javascript:document.title='owned'//https://bad.example/",
    "\u202egnp.exe \u2066\u2067 right to left",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(shop: Shop, words: str) -> None:
    maya, sam = shop.person("Maya"), shop.person("Sam", Role.MANAGER)
    customer = CustomerWithPhone(shop, words, shop.customer("").address)
    conversation = customer.texted(words, minutes=25)
    customer.types(words)
    typed = customer.phone.locator("[data-thread]")

    expect(typed).to_contain_text(words)
    harmless(customer.phone)
    for page, path in ((maya.signs_in(), f"/conversations/{conversation}"), (sam.signs_in(), shop.managers_page)):
        page.goto(path)
        expect(page.locator("#main")).to_contain_text(words)
        harmless(page)


def harmless(page: Page) -> None:
    """Nothing ran, nothing was loaded, nothing became a link, and what turns the reading direction turns only itself."""
    assert "owned" not in page.title().replace("document.title='owned'", "")
    assert page.locator("img[src=x], a[href^='javascript']").count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('#main *')].every((one) => one.children.length || !one.textContent.includes('\\u202e')"
        " || one.closest('bdi'))"
    )
