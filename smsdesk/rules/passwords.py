"""Which passwords are too easy to guess, without asking anybody else (OWASP ASVS 5.0, 6.2)."""

import re
import unicodedata
from collections.abc import Iterable

from smsdesk.rules.common_passwords import KEYBOARD_WALKS, WORDS

SHORTEST = 12
LONGEST = 256
PRODUCT = "smsdesk"

_LEET = str.maketrans("013457@$!|8+", "oieastasiibt")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_ENOUGH_OF_ONES_OWN = 8
_FEWEST_DIFFERENT = 5
_SHORTEST_WALK = 4


class WeakPassword(ValueError):
    """The password is too easy to guess; the sentence says why and what helps."""


def ensure_strong(password: str, email: str, name: str) -> None:
    """Refuse a password that guessers try early; raises WeakPassword.

    12 to 256 characters of any sort, nothing trimmed, no rules about capitals or signs.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(f"Use at least {SHORTEST} characters; a few words in a row are easy to remember.")
    if len(password) > LONGEST:
        raise WeakPassword(f"Use at most {LONGEST} characters.")
    plain = unicodedata.normalize("NFKC", password).casefold()
    if any(PRODUCT in form for form in _forms(plain)):
        raise WeakPassword("Leave the name of this product out of the password.")
    if _leans_on(plain, _personal(email, name)):
        raise WeakPassword("The password is little more than your own name or e-mail address; use something else.")
    if _is_monotonous(plain):
        raise WeakPassword("The password repeats itself or follows the keyboard; use a few unrelated words.")
    if any(_is_common(form) for form in _forms(plain)):
        raise WeakPassword("The password is one of those that guessers try first; use a few unrelated words.")


def _forms(plain: str) -> tuple[str, ...]:
    """The letters alone, and with digits and signs read as the letters that they stand for, at the edges or not."""
    readings = plain, _EDGES.sub("", plain).translate(_LEET), plain.translate(_LEET)
    return tuple(_NOT_LETTERS.sub("", reading) for reading in readings)


def _personal(email: str, name: str) -> list[str]:
    whole = [email.casefold(), email.casefold().split("@")[0], "".join(name.casefold().split())]
    parts = re.split(r"[\W\d_]+", f"{email} {name}".casefold())
    # longest first, so that a whole address goes before its pieces
    return sorted({word for word in (*whole, *parts) if len(word) >= 3}, key=len, reverse=True)


def _leans_on(plain: str, personal: Iterable[str]) -> bool:
    rest, leans = plain, False
    for word in personal:
        leans = leans or word in rest
        rest = rest.replace(word, " ")
    return leans and len(_NOT_LETTERS.sub("", rest)) < _ENOUGH_OF_ONES_OWN


def _is_monotonous(plain: str) -> bool:
    if len(set(plain)) < _FEWEST_DIFFERENT:
        return True
    if any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1)):
        return True
    # what is left when every run along the keyboard counts as one character
    return len(plain) - _walked(plain) < _ENOUGH_OF_ONES_OWN - 2 and _walked(plain) > 0


def _walked(plain: str) -> int:
    """How many characters belong to runs of four or more along a keyboard or the alphabet, either way."""
    walked, at = 0, 0
    while at < len(plain):
        length = _walk_at(plain, at)
        walked += length if length >= _SHORTEST_WALK else 0
        at += max(length, 1)
    return walked


def _walk_at(plain: str, at: int) -> int:
    longest = 0
    for row in _ROWS:
        length = _SHORTEST_WALK
        while at + length <= len(plain) and plain[at : at + length] in row:
            longest, length = max(longest, length), length + 1
    return longest


def _is_common(form: str) -> bool:
    """True for a common word, two of them in a row, or one repeated."""
    return any(form[:cut] in WORDS and (not form[cut:] or form[cut:] in WORDS) for cut in range(1, len(form) + 1))


_ROWS = tuple(row[::step] for row in KEYBOARD_WALKS for step in (1, -1))
