"""Who plays in the journeys: a shop of the test's own inside the running product, the people in it, and customers with phones."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from playwright.sync_api import Locator, Page
from sqlalchemy import select

from smsdesk.adapters import clock, passwords
from smsdesk.adapters.carrier import InboundText
from smsdesk.desk import hand_over, set_up, sign_in
from smsdesk.desk.receive import receive
from smsdesk.models import Agent, Availability, Conversation, Customer, Message
from smsdesk.rules.roles import Role
from smsdesk.simulator.carrier_line import line_to
from smsdesk.simulator.line_up import demo_customers
from tests.browser.product import Product
from tests.browser.screens import Screens

_numbers: Iterator[str] = (f"+141555502{tail:02}" for tail in range(60))
# Phones in the browser have numbers that are reserved for fiction, and some of these are the demo's
_phones: Iterator[str] = (
    phone for tail in (*range(110, 200), *range(260, 300)) if (phone := f"+14155550{tail}") not in demo_customers()
)


class Shop:
    """A team with a number; nobody outside it sees what happens here, so that tests do not meet."""

    def __init__(self, product: Product, screens: Screens, target: timedelta = timedelta(minutes=10)) -> None:
        self.product, self.screens = product, screens
        self.number = next(_numbers)
        self.team = self.label = f"Shop {self.number[-2:]}"
        with product.wiring.database.transaction() as session:
            set_up.add_team(session, self.team, clock.now())
            added = set_up.add_number(session, self.number, self.team, self.label, target, clock.now())
            self.number_id = added.id

    def person(self, name: str, role: Role = Role.AGENT, password: str | None = None) -> Person:
        """Somebody of the team; agents are available."""
        email = f"{name.lower()}.{self.number[-2:]}@shop.test"
        hashed = passwords.hashed(password) if password else None
        with self.product.wiring.database.transaction() as session:
            agent = set_up.add_agent(session, email, name, role, [self.team], clock.now(), password_hash=hashed)
            if role is Role.AGENT:
                hand_over.set_availability(session, agent, Availability.AVAILABLE, clock.now())
            return Person(self, agent.id, name, email)

    @property
    def managers_page(self) -> str:
        """Of this shop alone: a manager sees all of them."""
        return f"/manager?number={self.number_id}"

    def customer(self, name: str) -> CustomerWithPhone:
        return CustomerWithPhone(self, name, next(_phones))


@dataclass
class Person:
    shop: Shop
    id: UUID
    name: str
    email: str

    def signs_in(self, **window: Any) -> Page:
        """A window in which this person is signed in already."""
        with self.shop.product.wiring.database.transaction() as session:
            cookie = sign_in.begin(session, session.get_one(Agent, self.id), "a test", clock.now())
        return self.shop.screens.open(cookie, **window)

    def opens(self, path: str, **window: Any) -> Page:
        page = self.signs_in(**window)
        page.goto(path)
        return page


@dataclass
class CustomerWithPhone:
    shop: Shop
    name: str
    address: str

    @cached_property
    def phone(self) -> Page:
        """The phone in a browser window of its own."""
        page = self.shop.screens.open()
        page.goto("/phone?" + urlencode({"phone": self.place}))
        return page

    @property
    def place(self) -> str:
        return "-".join((self.address.lstrip("+"), self.shop.number.lstrip("+"), self.name))

    def types(self, words: str) -> None:
        """On the phone in the browser."""
        field = self.phone.get_by_role("textbox")
        field.fill(words)
        field.press("Enter")

    def texts(self, words: str) -> None:
        """By the carrier, with no browser in between; on its way when this returns."""
        line_to(self.shop.product.settings.twilio_api_base_url).text(self.address, self.shop.number, words)

    def texted(self, words: str, **ago: float) -> UUID:
        """As if it had come in `ago` (minutes=); the conversation's id. The customer's name is known from then on."""
        wiring = self.shop.product.wiring
        text = InboundText(
            wiring.settings.twilio_account_sid, f"SM{secrets.token_hex(16)}", self.shop.number, self.address, words,
            (), 1, None, b"",
        )  # fmt: skip
        with wiring.database.transaction() as session:
            conversation_id = receive(session, text, clock.now() - timedelta(**ago)).conversation_id
            assert conversation_id
            conversation = session.get_one(Conversation, conversation_id)
            session.get_one(Customer, conversation.customer_id).name = self.name
        wiring.keeper.flush()
        return conversation_id

    @property
    def received(self) -> list[str]:
        """What SMSDesk sent to this phone, by the carrier's own account."""
        texts = line_to(self.shop.product.settings.twilio_api_base_url).phone(self.address).texts
        return [text.body for text in texts if not text.mine]

    @property
    def sent_rows(self) -> list[Message]:
        """What SMSDesk believes that it sent to this phone."""
        with self.shop.product.wiring.database.reading() as session:
            return list(session.scalars(select(Message).where(Message.recipient == self.address)))


def row_of(page: Page, words: str) -> Locator:
    """The row of the queue that shows these words."""
    return page.locator(".row").filter(has_text=words)


def thread_of(page: Page) -> Locator:
    return page.locator("#texts")
