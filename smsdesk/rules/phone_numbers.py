"""Who a text is from, by its verbatim address, and how an address is read aloud."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from smsdesk.rules.tombstones import SHOWN, is_tombstone

LONGEST_SENDER = 64

_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"\d{3,8}", re.ASCII)
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]*:\S.*", re.ASCII | re.IGNORECASE)
_TYPED = re.compile(r"\+?[\d ().\u00a0\u2013/-]+", re.ASCII)
_UNSTORABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class UnreadableSender(ValueError):
    """A sender that cannot be anybody's address: empty, too long, or with control characters in it."""


class NotAPhoneNumber(ValueError):
    """What was typed is no phone number; the sentence says what to type."""


class SenderKind(StrEnum):
    """What sort of address a text came from."""

    PHONE = "phone"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Sender:
    """An address and its sort; `value` is the identity and is exactly what the carrier wrote."""

    kind: SenderKind
    value: str


def read_sender(verbatim: str) -> Sender:
    """Read the carrier's `From`; two different strings never give the same value.

    Raises UnreadableSender for an empty one, one of more than 64 characters and one with control characters.
    """
    if not verbatim.strip():
        raise UnreadableSender("The sender is empty.")
    if len(verbatim) > LONGEST_SENDER:
        raise UnreadableSender(f"The sender has {len(verbatim)} characters; {LONGEST_SENDER} are the most.")
    if any(unicodedata.category(character) in _UNSTORABLE for character in verbatim):
        raise UnreadableSender("The sender has control characters in it.")
    return Sender(_kind(verbatim), verbatim)


def typed_number(text: str, region: str = "US") -> str:
    """The E.164 form of what an operator typed, read as from `region` unless it begins with +.

    Raises NotAPhoneNumber. Numbers of the right length pass even where nobody has been given them yet.
    """
    # phonenumbers itself would accept letters, extensions, line breaks and much else
    number = _parsed(text.strip(), region) if _TYPED.fullmatch(text.strip()) else None
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise NotAPhoneNumber(
            f"{text[:40]!r} is not a phone number: write it with + and the country code, such as +14155550100."
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(value: str) -> str:
    """`+1 415 555 0199` for a phone; any other address as it is, with invisible characters made visible."""
    if is_tombstone(value):
        return SHOWN
    number = number_of(value)
    if number is not None:
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")
    # a sender such as U+202A and a number after it must not look like that number
    return "".join("\ufffd" if unicodedata.category(character) == "Cf" else character for character in value)


def national(value: str, region: str | None) -> str:
    """`(415) 555-0142` where the address is a phone of the region's country, else as `shown` has it."""
    number = number_of(value)
    if number is None or not region or number.country_code != phonenumbers.country_code_for_region(region):
        return shown(value)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def region_of(value: str) -> str | None:
    """The two-letter region of a phone, None where it is not known or belongs to no country."""
    number = number_of(value)
    region = phonenumbers.region_code_for_number(number) if number is not None else None
    return region if region and region.isalpha() else None


def number_of(value: str) -> PhoneNumber | None:
    """A phone's address in its parts; None for any other address, and where no country has such a code."""
    return _parsed(value, None) if _PHONE.fullmatch(value) else None


def _kind(value: str) -> SenderKind:
    # fullmatch, not $: a dollar sign also matches before a line break
    if _PHONE.fullmatch(value):
        return SenderKind.PHONE
    if _SHORT_CODE.fullmatch(value):
        return SenderKind.SHORT_CODE
    return SenderKind.CHANNEL if _CHANNEL.fullmatch(value) else SenderKind.ALPHANUMERIC


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
