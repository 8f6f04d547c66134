"""What the page of phones shows: small frozen facts, already in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smsdesk.models import Number
from smsdesk.rules.delivery_status import explain
from smsdesk.rules.phone_numbers import national, shown
from smsdesk.simulator import line_up, phone_modes
from smsdesk.simulator.carrier_line import PhoneText, PhoneTexts
from smsdesk.simulator.line_up import Place
from smsdesk.simulator.phone_modes import Mode
from smsdesk.web.agent import words

SUGGESTIONS = ("Do you open on Sundays?", "My kettle arrived with a crack 😕", "Where is my order?")
SPECIAL_WORDS = ("STOP", "START", "HELP")
ON_ITS_WAY = {"accepted", "queued", "sending", "sent"}


@dataclass(frozen=True)
class Bubble:
    """`fate` is arrived, on-its-way or lost."""

    sid: str
    mine: bool
    body: str
    pictures: tuple[str, ...]
    at: datetime
    at_words: str
    fate: str
    fate_words: str


@dataclass(frozen=True)
class Thread:
    """One phone's texts with one number of ours, oldest first; `last` as in PhoneTexts."""

    place: Place
    bubbles: tuple[Bubble, ...]
    last: int
    mode: Mode


@dataclass(frozen=True)
class Choice:
    """A link to another line-up."""

    words: str
    detail: str
    query: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Phone:
    place: Place
    name: str
    initials: str
    address_words: str
    number_words: str
    number_detail: str
    numbers: tuple[Choice, ...]
    customers: tuple[Choice, ...]
    removal: str | None
    thread: Thread


def thread(place: Place, told: PhoneTexts, zone: str, now: datetime) -> Thread:
    texts = (text for text in told.texts if text.number == place.number)
    bubbles = tuple(_bubble(text, zone, now) for text in texts)
    return Thread(place, bubbles, told.last, phone_modes.of_carrier(told.mode))


def phone(places: Sequence[Place], at: int, numbers: Sequence[Number], thread: Thread) -> Phone:
    place = places[at]
    here = next(number for number in numbers if number.address == place.number)
    return Phone(
        place=place,
        name=place.name or shown(place.address),
        initials=words.initials(place.name or None, place.address),
        address_words=shown(place.address),
        number_words=here.label,
        number_detail=national(here.address, "US"),
        numbers=tuple(_number(places, at, number) for number in numbers),
        customers=customers(places, at, [number.address for number in numbers]),
        removal=line_up.query(line_up.without(places, at)) if len(places) > 1 else None,
        thread=thread,
    )


def customers(places: Sequence[Place], at: int, numbers: Sequence[str]) -> tuple[Choice, ...]:
    """The demo's customers who are not on the page, each as a link that puts them in this place."""
    here = {place.address for place in places} | set(numbers)
    free = [address for address in line_up.demo_customers() if address not in here]
    return tuple(_customer(places, at, line_up.demo_place(address, numbers)) for address in free)


def _customer(places: Sequence[Place], at: int, place: Place) -> Choice:
    new = line_up.changed(places, at, place)
    return Choice(place.name or "Somebody new", shown(place.address), line_up.query(new))


def _number(places: Sequence[Place], at: int, number: Number) -> Choice:
    place = places[at]
    new = line_up.changed(places, at, Place(place.address, number.address, place.name))
    is_chosen = number.address == place.number
    return Choice(number.label, national(number.address, "US"), line_up.query(new), is_chosen)


def _bubble(text: PhoneText, zone: str, now: datetime) -> Bubble:
    fate = "arrived" if text.arrived else "on-its-way" if _is_on_its_way(text) else "lost"
    return Bubble(
        sid=text.sid,
        mine=text.mine,
        body=text.body,
        pictures=text.pictures,
        at=text.at,
        at_words=words.moment(text.at, now, zone),
        fate=fate,
        fate_words=_fate_words(text, fate),
    )


def _is_on_its_way(text: PhoneText) -> bool:
    return text.state in ({"receiving"} if text.mine else ON_ITS_WAY)


def _fate_words(text: PhoneText, fate: str) -> str:
    if text.mine:
        return {"arrived": "Delivered", "on-its-way": "Sending…", "lost": "Not delivered: the shop did not take it"}[
            fate
        ]
    if fate == "lost":
        why = explain(text.error_code) or "The carrier does not say why."
        return f"A text did not get here. {why}" + (f" ({text.error_code})" if text.error_code else "")
    return "from the carrier" if text.by_carrier else ""
