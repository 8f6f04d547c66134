"""A wish for no more texts in the customer's own words: 47 CFR 64.1200(a)(10), "any reasonable manner".

What is found is put before a person, so in doubt it is found; but not where another meaning is the plain one ("stop by").
A question about another list ("how do I unsubscribe from the newsletter?") is no wish: taking it for one would answer what
nobody asked, and close the channel on which it was asked.
"""

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate

from smsdesk.rules.keywords import read_keyword
from smsdesk.rules.revocation_phrases import (
    FOLDED,
    LANGUAGES,
    MARKS,
    beginnings,
    compiled,
    spelled,
    triggers,
    written_ways,
)
from smsdesk.rules.tapbacks import is_tapback

LONGEST = 120  # characters that are quoted
READ = 1600  # characters at either end: no phone sends more in one text, and whoever posts more must not keep others waiting

_TOKEN = re.compile(rf"([^\W_]+)|[\n\r]|[{re.escape(MARKS)}](?!\w)")
_TRIGGERS = {language: triggers(language) for language in LANGUAGES}
_ANY_TRIGGER = frozenset(way.encode() for words in _TRIGGERS.values() for word in words for way in written_ways(word))
_LETTERS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else ord(" ") for code in range(256))


def read_revocation(body: str) -> str | None:
    """The stretch of `body` that asks for silence, 120 characters at most; None where nothing does, or where it is a keyword."""
    if len(body) > 2 * READ:
        return read_revocation(body[:READ]) or read_revocation(body[-READ:])
    if not _may_be_one(body) or is_tapback(body) or read_keyword(body) is not None:
        return None
    words, spans = _read(body.translate(FOLDED))
    said = frozenset(words)
    for language in LANGUAGES:
        if not _TRIGGERS[language].isdisjoint(said) and (wish := _find_wish(words, language)):
            return _stretch(body, spans[wish.start][0], spans[wish.stop - 1][1])[:LONGEST]
    return None


def _may_be_one(body: str) -> bool:
    """Whether it has any word that a wish has: most texts have none, and every text on its way in waits for this."""
    plain = (body if body.isascii() else body.translate(FOLDED)).encode("ascii", "ignore").translate(_LETTERS, b"'`")
    if not _ANY_TRIGGER.isdisjoint(plain.split()):
        return True
    # drawn out, "stoooop"; a loop over the five would take longer than all the rest
    return b"ooo" in plain or b"ppp" in plain or b"sss" in plain or b"ttt" in plain or b"eee" in plain


def _read(plain: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The words as we spell them, with a "." at both ends and between clauses; and where each stands."""
    words, spans = ["."], [(0, 0)]
    for token in _TOKEN.finditer(plain):
        word = spelled(token[1]) if token[1] else "."
        if word != "." or words[-1] != ".":
            words.append(word)
            spans.append(token.span())
    if words[-1] != ".":
        words.append(".")
        spans.append((len(plain), len(plain)))
    return words, spans


def _find_wish(words: list[str], language: str) -> range | None:
    """Which of the words are the first wish."""
    text = "".join(f"{word} " for word in words)
    begun_by = beginnings(language)
    place = hidden = 0
    for index, word in enumerate(words):
        if place >= hidden and word in begun_by and (found := compiled(*begun_by[word]).match(text, place)):
            if found.lastgroup == "wish":
                return range(index, index + found.group().count(" "))
            hidden = found.end()
        place += len(word) + 1
    return None


def _stretch(body: str, start: int, end: int) -> str:
    """What was written where the plain text has `start` to `end`: a character may have become none or several."""
    ends = list(accumulate(len(FOLDED[ord(character)]) for character in body))
    return body[bisect_right(ends, start) : bisect_left(ends, end) + 1]
