"""`make screenshots`: takes the pictures of docs/pictures anew, from a demo shop that is started for them."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import sign_in
from smsdesk.models import Conversation, Customer
from tests import servers
from tests.browser.conftest import SWITCHES
from tests.browser.product import Product
from tests.browser.screens import NARROW, Screens

PICTURES = servers.ROOT / "docs" / "pictures"
DESK: ViewportSize = {"width": 1440, "height": 900}
TALL: ViewportSize = {"width": 1440, "height": 1080}
ANSWER = "The lid comes with the new kettle, Priya. It leaves here today and is with you by Friday."
LARGEST = 200_000  # bytes; they are in everybody's clone
MAYA, SAM = "maya@demo.smsdesk.test", "sam@demo.smsdesk.test"
STILL = "() => document.activeElement?.blur()"


class Demo:
    """The demo shop with a browser before it."""

    def __init__(self, product: Product, browser: Browser) -> None:
        self.product, self.screens = product, Screens(browser, product.address)

    def window(self, email: str | None, path: str, viewport: ViewportSize, **look: Any) -> Page:
        look = {"device_scale_factor": 1.5, "reduced_motion": "reduce", **look}
        page = self.screens.open(self._cookie(email) if email else "", viewport, **look)
        page.goto(path)
        return page

    def conversation_with(self, name: str) -> str:
        with self.product.wiring.database.reading() as session:
            named = select(Conversation.id).join(Customer, Customer.id == Conversation.customer_id)
            return f"/conversations/{session.scalars(named.where(Customer.name == name)).one()}"

    def _cookie(self, email: str) -> str:
        with self.product.wiring.database.transaction() as session:
            person = sign_in.by_email(session, email)
            assert person, f"the demo has no {email}"
            return sign_in.begin(session, person, "a picture", clock.now())


def queue(demo: Demo) -> Page:
    page = demo.window(MAYA, demo.conversation_with("Priya Kapoor") + "?box=team", DESK)
    page.locator("#body").fill(ANSWER)
    expect(page.locator("#saved")).to_have_text("Draft kept")
    return page


def dark(demo: Demo) -> Page:
    page = demo.window(MAYA, demo.conversation_with("Priya Kapoor") + "?box=team", DESK, color_scheme="dark")
    expect(page.locator("#body")).to_have_value(ANSWER)
    return page


def manager(demo: Demo) -> Page:
    return demo.window(SAM, "/manager", TALL)


def hours(demo: Demo) -> Page:
    page = demo.window(SAM, "/manager/hours/new", TALL)
    page.get_by_label("Name").fill("Shop hours")
    page.get_by_label("Friday, closes").fill("16:00")
    page.get_by_role("button", name="Add hours on Saturday").click()
    page.get_by_label("Saturday, opens").fill("10:00")
    page.get_by_label("Saturday, closes").fill("14:00")
    page.get_by_label("Country").select_option("United States")
    page.get_by_label("On the clock of").fill("New York")
    expect(page.locator("#drawn")).to_contain_text("Sat 10:00–14:00")
    expect(page.locator("#answers")).to_contain_text("When clocks go")
    return page


def policy(demo: Demo) -> Page:
    page = demo.window(SAM, "/manager/policies/new", TALL)
    page.locator("[name=name]").fill("VIP customers")
    return page


def reports(demo: Demo) -> Page:
    return demo.window(SAM, "/manager/reports", TALL)


def phone(demo: Demo) -> Page:
    return demo.window(None, "/phone", DESK)


def conversation_phone(demo: Demo) -> Page:
    look = {"device_scale_factor": 2, "is_mobile": True, "has_touch": True}
    return demo.window(MAYA, demo.conversation_with("Priya Kapoor"), NARROW, **look)


SHOTS: dict[str, Callable[[Demo], Page]] = {
    "queue": queue,
    "dark": dark,
    "manager": manager,
    "policy": policy,
    "reports": reports,
    "hours": hours,
    "phone": phone,
    "conversation-phone": conversation_phone,
}


def main(asked: list[str]) -> None:
    """All pictures, or those that are named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = Product(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=servers.chromium(), args=SWITCHES)
        try:
            demo = Demo(product, browser)
            for name in asked or SHOTS:
                take(SHOTS[name](demo), PICTURES / f"{name}.png")
            demo.screens.close()
        finally:
            browser.close()
            product.end()


def take(page: Page, path: Path) -> None:
    page.evaluate(STILL)
    page.wait_for_load_state("load")
    raw = page.screenshot(animations="disabled", caret="hide")
    path.write_bytes(smaller(raw))
    print(f"{path.relative_to(servers.ROOT)}: {path.stat().st_size // 1000} kB")
    assert path.stat().st_size < LARGEST, f"{path.name} is too large for everybody's clone"


def smaller(raw: bytes) -> bytes:
    """The same picture in at most 256 colours, which a screen of plain surfaces does not miss."""
    picture = Image.open(io.BytesIO(raw)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
