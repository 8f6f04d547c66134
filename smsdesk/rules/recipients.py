"""Whom a text of ours may go to at all, in which country they are, and what time it may be there."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from smsdesk.rules import countries as atlas
from smsdesk.rules.phone_numbers import SenderKind, number_of, read_sender
from smsdesk.rules.tombstones import is_tombstone


class Hindrance(StrEnum):
    """Why nothing is sent there."""

    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    COUNTRY = "country"
    NO_COUNTRY = "no_country"
    ERASED = "erased"


@dataclass(frozen=True)
class Refusal:
    """`sentence` says why, and what would lift it."""

    why: Hindrance
    sentence: str


_OTHER_NUMBER = "Ask for an ordinary mobile number and text that."
_ALWAYS = {
    Hindrance.PREMIUM_RATE: f"This is a premium-rate number, and texts to those are never sent. {_OTHER_NUMBER}",
    Hindrance.SHARED_COST: f"This is a shared-cost number, and texts to those are never sent. {_OTHER_NUMBER}",
    Hindrance.SHORT_CODE: f"This is a short code, and those take no texts from a number like ours. {_OTHER_NUMBER}",
    Hindrance.ERASED: "This customer was erased, and their number with them. They can be answered when they write again.",
    Hindrance.ALPHANUMERIC: f"This sender is no phone number, so no text can reach it. {_OTHER_NUMBER}",
}
_BY_KIND = {SenderKind.SHORT_CODE: Hindrance.SHORT_CODE, SenderKind.ALPHANUMERIC: Hindrance.ALPHANUMERIC}
_BY_TYPE = {
    PhoneNumberType.PREMIUM_RATE: Hindrance.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: Hindrance.SHARED_COST,
}


def refusal(address: str, countries: Collection[str]) -> Refusal | None:
    """None where a text may go. `countries` are those switched on, by their two letters; empty for all of them.

    A number that nobody has been given, such as those for fiction, is as good as any. A channel that is no phone, such
    as `messenger:…`, is in no country and so is not asked for one. Raises UnreadableSender as `read_sender` does.
    """
    kind, number = read_sender(address).kind, _phone_of(address)
    why = _BY_KIND.get(kind) or (_BY_TYPE.get(phonenumbers.number_type(number)) if number else None)
    if is_tombstone(address):
        why = Hindrance.ERASED
    if why is not None:
        return Refusal(why, _ALWAYS[why])
    if not countries or (kind is SenderKind.CHANNEL and number is None):
        return None
    return _refusal_of_country(country_of(address), countries)


def country_of(address: str) -> str | None:
    """Its two letters (ISO 3166); None for what is no phone, for numbers of no country (+800, +870), and for unknown ones.

    Where countries share a code, the one whose range it is; a possible number in nobody's range is the first country's,
    so +1 555 … is the United States' and +44 7700 900… the United Kingdom's.
    """
    number = _phone_of(address)
    return _country(number) if number else None


def zones_of(address: str) -> tuple[str, ...]:
    """The time zones that a phone may be in, in order: those of its area, else all of its country; none where unknown.

    Its own country's only, where phones of several share a code. A number says where it was given out and not where
    its owner is today.
    """
    number = _phone_of(address)
    country = _country(number) if number else None
    if number is None or country is None:
        return ()
    return (_zones_of_area(number, country) if phonenumbers.is_number_geographical(number) else ()) or atlas.zones_of(
        country
    )


def _refusal_of_country(country: str | None, countries: Collection[str]) -> Refusal | None:
    if country is None:
        return Refusal(
            Hindrance.NO_COUNTRY,
            "This number belongs to no country that we know, and texts go to chosen countries only. "
            "A manager can lift that under Rules.",
        )
    if country in countries:
        return None
    return Refusal(
        Hindrance.COUNTRY,
        f"Texts to {atlas.name_of(country)} are switched off. A manager can switch them on under Rules.",
    )


def _phone_of(address: str) -> PhoneNumber | None:
    """Of `whatsapp:+14155550142` too: it rings in the same country."""
    if read_sender(address).kind is SenderKind.CHANNEL:
        return number_of(address.partition(":")[2])
    return number_of(address)


def _country(number: PhoneNumber) -> str | None:
    region = phonenumbers.region_code_for_number(number)
    if region is None and phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region and region.isalpha() and region != phonenumbers.UNKNOWN_REGION else None


def _zones_of_area(number: PhoneNumber, country: str) -> tuple[str, ...]:
    # 4 MB and some 35 ms, for those alone who need it
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

    found = {zone for zone in time_zones_for_geographical_number(number) if zone != UNKNOWN_TIMEZONE}
    if len(phonenumbers.region_codes_for_country_code(number.country_code or 0)) > 1:
        found &= set(atlas.zones_of(country))
    return tuple(sorted(found))
