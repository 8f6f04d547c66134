"""How many segments a text costs, and whether it may be sent at all (3GPP TS 23.038 and 23.040)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MAX_CHARACTERS = 1600  # twilio refuses more with error 21617

GSM_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")

_ALONE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}  # each part of a longer text gives room to a header of six bytes


class EmptyReply(ValueError):
    """There is nothing in the reply that anybody could read."""


class TooLong(ValueError):
    """The reply is longer than the carrier takes."""


@dataclass(frozen=True)
class Segments:
    """What a text costs: `units` are septets in GSM-7 and 16-bit units in UCS-2."""

    encoding: Literal["GSM-7", "UCS-2"]
    characters: int
    units: int
    segments: int
    left_in_segment: int
    costly: tuple[str, ...]


def count(body: str) -> Segments:
    """The cost of a body; `costly` names, in order of appearance, the characters that force the dearer encoding."""
    costly = tuple(dict.fromkeys(c for c in body if c not in GSM_DEFAULT and c not in GSM_EXTENSION))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if costly else "GSM-7"
    sizes = [_units(character, encoding) for character in body]
    segments, left = _packed(sizes, alone=_ALONE[encoding], joined=_JOINED[encoding])
    return Segments(encoding, len(body), sum(sizes), segments, left, costly)


def ensure_sendable(body: str) -> None:
    """Refuse a reply with nothing to read (EmptyReply) or of more than 1,600 characters (TooLong).

    An emoji outside the first plane counts as two, as it does for the carrier.
    """
    if not any(_is_visible(character) for character in body):
        raise EmptyReply("Write something first: the reply is empty.")
    length = sum(_units(character, "UCS-2") for character in body)
    if length > MAX_CHARACTERS:
        raise TooLong(
            f"The reply has {length:,} characters and the carrier takes {MAX_CHARACTERS:,}: "
            f"shorten it by {length - MAX_CHARACTERS:,} or send it as two replies."
        )


def _units(character: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if character in GSM_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _packed(sizes: Iterable[int], alone: int, joined: int) -> tuple[int, int]:
    """Segments used, and units left in the last; a character of two units is never split over two segments."""
    sizes = list(sizes)
    if not sizes:
        return 0, alone
    if sum(sizes) <= alone:
        return 1, alone - sum(sizes)
    segments, left = 1, joined
    for size in sizes:
        if size > left:
            segments, left = segments + 1, joined
        left -= size
    return segments, left


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character)[0] not in "CZ"
