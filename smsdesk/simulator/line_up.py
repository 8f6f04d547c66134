"""Which phones stand side by side, written into the address of the page: `?phone=14155550199-14155550100-Priya+Kapoor&phone=…`.

So the page needs no memory of its own, every change is a plain link, and a line-up can be kept as a bookmark.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from smsdesk.simulator.demo_shop import PLAN

MOST = 4
AT_FIRST = 3
LONGEST_NAME = 24
FICTION = re.compile(r"\+1415555(0[12][0-9]{2})", re.ASCII)  # nobody has a phone there
PASSERS_BY = ("Noor", "Kwame", "Elif", "Mateo", "Saoirse", "Hana", "Anders", "Zuri", "Ravi", "Chloe", "Bao", "Milena")


class NotAPretendPhone(Exception):
    """Pretend phones have made-up numbers, so that none can be taken for a person's."""


@dataclass(frozen=True)
class Place:
    """One phone: the customer's address, the number of ours that it texts, and what the customer is called here."""

    address: str
    number: str
    name: str

    @property
    def written(self) -> str:
        return "-".join((self.address.lstrip("+"), self.number.lstrip("+"), self.name))

    @property
    def key(self) -> str:
        """For ids and anchors."""
        return self.address.lstrip("+")


@cache
def demo_customers() -> dict[str, str]:
    """Address → name of the demo shop's customers; an unknown one has no name."""
    return {story["from"]: story.get("customer", "") for story in _stories()}


def read(written: Sequence[str], numbers: Sequence[str]) -> tuple[Place, ...]:
    """The line-up that an address asks for, without what cannot be read; some of the demo's customers where that is nothing."""
    if not numbers:
        return ()
    asked = (_place(one, numbers) for one in written)
    places = {place.address: place for place in asked if place}
    return tuple(places.values())[:MOST] or _at_first(numbers)


def known(address: str, numbers: Iterable[str]) -> str:
    """The address itself. Raises NotAPretendPhone."""
    if not FICTION.fullmatch(address) or address in numbers:
        raise NotAPretendPhone(
            "A pretend phone has a number from +1 415 555 0100 to +1 415 555 0299 that is not the shop's."
        )
    return address


def query(places: Iterable[Place]) -> str:
    return urlencode([("phone", place.written) for place in places])


def changed(places: Sequence[Place], at: int, place: Place) -> tuple[Place, ...]:
    """The line-up with another phone in one place; the place after the last one adds it."""
    return (*places[:at], place, *places[at + 1 :])


def without(places: Sequence[Place], at: int) -> tuple[Place, ...]:
    return (*places[:at], *places[at + 1 :])


def stranger(places: Iterable[Place], numbers: Sequence[str], name: str = "") -> Place:
    """Somebody who has never texted: a made-up number that is not on the page."""
    taken = {place.address for place in places} | set(numbers) | set(demo_customers())
    free = [f"+1415555{tail:04}" for tail in range(110, 300) if f"+1415555{tail:04}" not in taken]
    address = random.choice(free)  # noqa: S311 - dice, not secrets
    return Place(address, numbers[0], clean(name) or PASSERS_BY[int(address[-3:]) % len(PASSERS_BY)])


def demo_place(address: str, numbers: Sequence[str]) -> Place:
    """With the number that they text in the demo, where that is still the shop's."""
    to = _demo_numbers()[address]
    return Place(address, to if to in numbers else numbers[0], demo_customers()[address])


def clean(name: str) -> str:
    """A name without what cannot be seen."""
    seen = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return " ".join(seen.split())[:LONGEST_NAME]


@cache
def _demo_numbers() -> dict[str, str]:
    return {story["from"]: story["to"] for story in _stories()}


def _stories() -> list[dict[str, Any]]:
    stories: list[dict[str, Any]] = tomllib.loads(PLAN.read_text(encoding="utf-8"))["conversation"]
    return stories


def _at_first(numbers: Sequence[str]) -> tuple[Place, ...]:
    free = [address for address in demo_customers() if address not in numbers]
    return tuple(demo_place(address, numbers) for address in free[:AT_FIRST])


def _place(written: str, numbers: Sequence[str]) -> Place | None:
    """`<customer's digits>[-<our digits>[-<name>]]`."""
    digits, _, rest = written.partition("-")
    number, _, name = rest.partition("-")
    address = f"+{digits}"
    if not FICTION.fullmatch(address) or address in numbers:
        return None
    place = Place(address, numbers[0], clean(name) or demo_customers().get(address, ""))
    return replace(place, number=f"+{number}") if f"+{number}" in numbers else place
