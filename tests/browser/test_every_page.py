"""Every page: in light and dark, wide and on a phone, for people with other eyes and other hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.adapters.ids import new_id
from smsdesk.desk import arrange_policies, erase, keep_hours, take_along, tend_watch, try_policy
from smsdesk.desk.imagine import Draft
from smsdesk.desk.keep_hours import OwnDay, Plan
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models import (
    Agent,
    CarrierRemoval,
    Conversation,
    Customer,
    Erasure,
    ErasureState,
    ExportState,
    Number,
    PersonExport,
    RemovalState,
    TrialState,
)
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import ClockKind
from smsdesk.rules.watches import Figure, WatchRule
from tests.browser import axe
from tests.browser.cast import Person, Shop
from tests.browser.product import Product
from tests.browser.screens import NARROW, STICKS_OUT, WIDE, Screens
from tests.servers import until

PUBLIC = {"sign-in": "/sign-in", "phone": "/phone", "api docs": "/api/docs"}
DESK = {
    "queue": "/queue?box=team",
    "conversation": "/conversations/{late}",
    "a wish": "/conversations/{wish}",
    "an erased conversation": "/conversations/{gone}",
    "devices": "/settings/sessions",
    "how one is told": "/settings/alerts",
    "password": "/settings/password",
}
MANAGER = {
    "manager": "/manager?number={number}",
    "reports": "/manager/reports?number={number}&days=today",
    "report episodes": "/manager/reports/episodes?number={number}&days=today",
    "alerts": "/manager/alerts",
    "programs": "/manager/webhooks",
    "a new program": "/manager/webhooks/new",
    "audit": "/manager/audit",
    "quarantine": "/manager/quarantine",
    "staffing": "/manager/staffing?number={number}",
    "watches": "/manager/watches",
    "watch": "/manager/watches/{watch}",
    "watch plan": "/manager/watches/{watch}/plan",
    "watch presets": "/manager/watches/new",
    "target": "/manager/numbers/{number}/target",
    "a person": "/manager/customers/{person}",
    "an erased person": "/manager/customers/{erased}",
    "rules": "/manager/rules",
    "policies": "/manager/policies",
    "a new policy": "/manager/policies/new",
    "a trial": "/manager/policies/trials/{trial}",
    "hours": "/manager/hours",
    "calendar": "/manager/hours/{calendar}",
    "shifts": "/manager/hours/shifts",
}
WHOSE = {"nobody": PUBLIC, "Maya": DESK, "Sam": MANAGER}
PAGES = {**PUBLIC, **DESK, **MANAGER}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What is painted light, and large enough to dazzle
DAZZLING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const { width, height } = one.getBoundingClientRect();
  const [r, g, b, a = 1] = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
  return width * height > 12_000 && a > 0.5 && 0.2126 * r + 0.7152 * g + 0.0722 * b > 150;
}).map((one) => one.tagName + "." + one.className)"""


@dataclass
class BusyShop:
    """A shop in which everything that a page can show is there."""

    shop: Shop
    maya: Person
    sam: Person
    late: UUID
    wish: UUID
    gone: UUID
    person: UUID
    erased: UUID
    calendar: UUID
    trial: UUID
    watch: UUID
    windows: dict[str, Page] = field(default_factory=dict)

    def opens(self, name: str) -> Page:
        """In the one window of whoever may see it."""
        path = PAGES[name].format(
            late=self.late,
            wish=self.wish,
            gone=self.gone,
            person=self.person,
            erased=self.erased,
            number=self.shop.number_id,
            calendar=self.calendar,
            trial=self.trial,
            watch=self.watch,
        )
        page = self.windows[next(whose for whose, pages in WHOSE.items() if name in pages)]
        page.goto(path)
        return page


@pytest.fixture(scope="module")
def busy_shop(product_on: Callable[[str], Product], browser: Browser) -> Iterator[BusyShop]:
    """One for all: nothing here changes anything."""
    product = product_on("sqlite")
    shop = Shop(product, Screens(browser, product.address))
    maya, sam = shop.person("Maya"), shop.person("Sam", Role.MANAGER)
    late = shop.customer("Dana").texted("Where is my order?", minutes=14)
    shop.customer("Tom").texted("Can I swap the 9am?", minutes=6)
    wish = shop.customer("Priya").texted("Please stop texting me")
    gone = shop.customer("Zoe").texted("Is it ready?", minutes=20)
    person, erased, trial = _taken_along(shop, late, sam), _erased(shop, gone, sam), _trial_by(shop, sam)
    until(lambda: _is_all_done(shop, trial), 60)  # one worker does them all
    busy = BusyShop(
        shop,
        maya,
        sam,
        late,
        wish,
        gone,
        person,
        erased,
        _hours_of(shop, sam),
        trial,
        _watch_over(shop, sam),
    )
    busy.windows = {"nobody": shop.screens.open(), "Maya": maya.signs_in(), "Sam": sam.signs_in()}
    yield busy
    shop.screens.close()


@pytest.fixture
def busy(busy_shop: BusyShop) -> Iterator[BusyShop]:
    """Its windows complain of nothing."""
    yield busy_shop
    assert busy_shop.shop.screens.complaints(forget=True) == []


def _taken_along(shop: Shop, conversation: UUID, sam: Person) -> UUID:
    """A customer whose file lies ready."""
    with shop.product.wiring.database.transaction() as session:
        customer = session.get_one(Customer, session.get_one(Conversation, conversation).customer_id)
        take_along.ask(session, customer, session.get_one(Agent, sam.id), clock.now())
        return customer.id


def _erased(shop: Shop, conversation: UUID, sam: Person) -> UUID:
    """A customer who was erased, of whose texts the carrier keeps one."""
    with shop.product.wiring.database.transaction() as session:
        customer = session.get_one(Customer, session.get_one(Conversation, conversation).customer_id)
        erasure_id = erase.ask(session, customer, session.get_one(Agent, sam.id), clock.now()).id
        kept = CarrierRemoval(carrier_sid=f"XX{erasure_id.hex}", carrier_account="", erasure_id=erasure_id, has_media=False, code=20009,
                              asked_at=clock.now(), not_before=clock.now(), state=RemovalState.KEPT, ended_at=clock.now())  # fmt: skip
        session.add(kept)
        return customer.id


def _watch_over(shop: Shop, sam: Person) -> UUID:
    """One that fires from its first look on."""
    rule = WatchRule(Figure.OLDEST_WAITING, 60, 48)
    with shop.product.wiring.database.transaction() as session:
        plan = WatchPlan(rule, f"Oldest of {shop.label}", number_id=shop.number_id, owners=(sam.id,))
        return tend_watch.create(session, plan, session.get_one(Agent, sam.id), clock.now()).id


def _trial_by(shop: Shop, sam: Person) -> UUID:
    """A policy for this shop alone, and what it would have done."""
    now, targets = clock.now(), {ClockKind.FIRST_REPLY: {"normal": timedelta(minutes=5)}}
    strict = Policy(new_id(), f"{shop.label} in time", Conditions(numbers=frozenset({shop.number_id})), targets)
    database = shop.product.wiring.database
    with database.transaction() as session:
        me = session.get_one(Agent, sam.id)
        arrange_policies.add(session, Draft(strict), me, now)
        return try_policy.ask(session, Draft(strict), 7, me, now).id


def _is_all_done(shop: Shop, trial_id: UUID) -> bool:
    with shop.product.wiring.database.reading() as session:
        states = [try_policy.see_trial(session, trial_id).state]
        states += [*session.scalars(select(PersonExport.state)), *session.scalars(select(Erasure.state))]
    return set(states) == {TrialState.DONE, ExportState.DONE, ErasureState.DONE}


def _hours_of(shop: Shop, sam: Person) -> UUID:
    """Two spans a day, one over midnight, a country's holidays, a half day."""
    week = ((Span(540, 720), Span(780, 1080)),) * 5 + ((Span(1200, 1560),), ())
    eve = OwnDay(date(clock.now().year, 12, 24), "Christmas Eve", (Span(540, 780),))
    with shop.product.wiring.database.transaction() as session:
        manager = session.get_one(Agent, sam.id)
        kept = keep_hours.add(
            session, Plan(f"Hours of {shop.label}", week, "DE", "BY", own_days=(eve,)), manager, clock.now()
        )
        keep_hours.open_by(
            session, session.get_one(Number, shop.number_id), kept, "Europe/Berlin", manager, clock.now()
        )
        return kept.id


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_nothing_sticks_out_and_nothing_dazzles_in_the_dark(busy: BusyShop, name: str) -> None:
    page, found = busy.opens(name), {}
    page.evaluate(axe.script())  # past our policy, which refuses foreign scripts

    for width, size in {"wide": WIDE, "phone": NARROW}.items():
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            dazzles = page.evaluate(DAZZLING) if scheme == "dark" else []
            found[width, scheme] = axe.findings(page) + page.evaluate(STICKS_OUT) + dazzles

    assert {place: faults for place, faults in found.items() if faults} == {}
