"""What a business lets out of its house: whom a STOP covers, where texts may go, and how many are too many.

The defaults hold until a manager changes them. Sources: trust.md 4.2 (twenty texts an hour to one customer, thirty a minute
by one person), 47 CFR 64.1200(c)(1) (8 to 21 o'clock where the customer is).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from enum import StrEnum
from typing import Any

import phonenumbers


class BadRule(ValueError):
    """A rule that cannot be kept. `field` is the one that is wrong; the sentence says what to write."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class StopCovers(StrEnum):
    """How far a customer's STOP reaches."""

    THIS_NUMBER = "this_number"
    ALL_NUMBERS = "all_numbers"


@dataclass(frozen=True)
class HouseRules:
    """Texts are counted as they leave. `countries`: two letters each; none means anywhere."""

    stop_covers: StopCovers = StopCovers.THIS_NUMBER
    we_confirm_stops: bool = False  # False: the carrier does, as it does by default
    countries: tuple[str, ...] = ()
    hourly_to_one: int = 20
    by_one_a_minute: int = 30
    in_all_a_minute: int | None = None  # None: as many as the numbers can carry
    texts_from: time = time(8)
    texts_until: time = time(21)

    def __post_init__(self) -> None:
        for field, least, most in (
            ("hourly_to_one", 1, 1000),
            ("by_one_a_minute", 1, 1000),
            ("in_all_a_minute", 1, 100_000),
        ):
            value = getattr(self, field)
            if value is not None and not least <= value <= most:
                raise BadRule(field, f"Write a number from {least} to {most:,}.")
        if self.texts_from >= self.texts_until:
            raise BadRule("texts_until", "The last hour is later than the first, such as 8:00 to 21:00.")
        for country in self.countries:
            if country not in phonenumbers.SUPPORTED_REGIONS:
                raise BadRule("countries", f"{country!r} is no country: write two letters for each, such as US, CA.")

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it; `read` gives it back."""
        return asdict(self) | {
            "stop_covers": self.stop_covers.value,
            "countries": list(self.countries),
            "texts_from": self.texts_from.isoformat("minutes"),
            "texts_until": self.texts_until.isoformat("minutes"),
        }


def read(stored: Mapping[str, Any]) -> HouseRules:
    """What was stored, by this version or an earlier one that knew less. Raises BadRule."""
    known = {name: stored[name] for name in HouseRules.__dataclass_fields__ if name in stored}
    if "stop_covers" in known:
        known["stop_covers"] = StopCovers(known["stop_covers"])
    if "countries" in known:
        known["countries"] = tuple(known["countries"])
    for name in ("texts_from", "texts_until"):
        if name in known:
            known[name] = time.fromisoformat(known[name])
    return HouseRules(**known)


def countries_typed(typed: str) -> tuple[str, ...]:
    """`us, CA` as two codes, each once, in the order of the alphabet."""
    return tuple(sorted({part.upper() for part in typed.replace(",", " ").replace(";", " ").split()}))
