"""Windows of a real browser. Whatever any of them complains about in its console is kept, and fails the test."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
# What can be pushed sideways, except where that is how it is meant: a window within the window hides what sticks out of it
STICKS_OUT = """() => [...document.querySelectorAll("html, body, body *")].filter((one) =>
  one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
  && (/auto|scroll/.test(getComputedStyle(one).overflowX) || one.matches("html, body, main"))
  && !one.matches("pre, .table-scroll, .boxes, .phones, .faces, nav.choices, nav.tabs, textarea")
).map((one) => one.tagName + "." + one.className)"""


class Screens:
    """Each `open` is a browser profile of its own, as if on another machine."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self.address = browser, address
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        self._expected: list[str] = []

    def open(self, cookie: str = "", viewport: ViewportSize = WIDE, **options: Any) -> Page:
        """A window; `cookie` is what a signed-in browser would hold."""
        context = self._browser.new_context(viewport=viewport, base_url=self.address, **options)
        self._contexts.append(context)
        if cookie:
            context.add_cookies([{"name": "smsdesk", "value": cookie, "url": self.address}])
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        return context.new_page()

    def expect_complaint(self, part: str) -> None:
        """This test provokes a complaint that contains `part`; it is no fault."""
        self._expected.append(part)

    def complaints(self, forget: bool = False) -> list[str]:
        """Refusals of the content security policy, script errors, and things that could not be loaded."""
        found = [one for one in self._complaints if not any(part in one for part in self._expected)]
        if forget:
            self._complaints.clear()
        return found

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(f"{message.text} ({message.location.get('url', '')})")
