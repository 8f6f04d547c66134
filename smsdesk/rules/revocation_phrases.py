"""From the rows of `revocation_words` to what is searched for: one expression a language, and the words that make it worth trying."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from smsdesk.rules.revocation_words import COMMON, ENGLISH, SPELLINGS, Phrases
from smsdesk.rules.revocation_words_abroad import ABROAD

PHRASES: Mapping[str, Phrases] = {"en": ENGLISH} | dict(ABROAD)
LANGUAGES = tuple(PHRASES)
MARKS = '.,;:!?()"\n\r'

_LONGEST_LIGATURE = 3  # "ﬃ"; one Arabic sign would be eighteen characters, and no word that we know
_TWICE = re.compile(r"(.)\1+")
_PLACES = {  # in a text that is words and "." for the end of a clause, each with a blank behind it
    "^": r"(?<=\. )",
    "$": r"(?=\.)",
    "^^": r"(?<=\A\. )",
    "$$": r"(?=\. \Z)",
    "~": r"(?:[^ .]+ ){0,3}",
    "@": r"[^\W\d_]{3,}(?<!ing) ",  # "stop worrying" is said to nobody by name
    ".": r"(?:\. )?",
}
_TIMES = {"?": "?", "*": "{0,4}"}


class _Folding(dict[int, str]):
    """Character code → its plain spelling: no case, width, accent or apostrophe, and a blank for what is no part of a word."""

    def __missing__(self, code: int) -> str:
        return _folded(code)


@lru_cache(8192)  # and no more: a stranger may send all of Unicode
def _folded(code: int) -> str:
    # one character at a time: normalising a whole text can cost the square of a long run of combining marks
    whole = unicodedata.normalize("NFKC", chr(code)).casefold()
    plain = "".join(map(_kept, unicodedata.normalize("NFKD", whole)))
    return plain if len(plain) <= _LONGEST_LIGATURE else " "


def _kept(part: str) -> str:
    if part.isalnum() or part in MARKS:
        return part
    is_unseen = unicodedata.category(part)[0] in "MC" and not part.isspace()
    return "" if is_unseen else " "


FOLDED = _Folding((code, _folded(code)) for code in range(0x250))
FOLDED |= dict.fromkeys(map(ord, "'’‘ʼ`´＇"), "") | dict.fromkeys(map(ord, "¡¿"), ".")


def spelled(word: str) -> str:
    """The plain word, or the one that it misspells or draws out: "stpo" and "stooop" are "stop"."""
    known, short = _spellings()
    if word in known:
        return known[word]
    once = _TWICE.sub(r"\1", word)
    return word if once == word else short.get(once, word)


@cache
def beginnings(language: str) -> Mapping[str, tuple[str, str]]:
    """A word → what may begin with it: expressions of what is no wish, and of wishes. So most words cost one look."""
    said = PHRASES[language]
    kinds: dict[str, tuple[list[str], list[str]]] = {}
    for kind, rows in enumerate((said.innocent, said.wishes)):
        for row in _rows(rows, said.sets):
            expression = "".join(_expressed(sign, choices) for sign, choices in row)
            for word in _first_words(row):
                kinds.setdefault(word, ([], []))[kind].append(expression)
    return {word: ("|".join(innocent), "|".join(wishes)) for word, (innocent, wishes) in kinds.items()}


@cache
def compiled(innocent: str, wish: str) -> re.Pattern[str]:
    """Its groups are `innocent` and `wish`; the first is tried first, and hides the words that it takes."""
    ways = {"innocent": innocent, "wish": wish}
    return re.compile("|".join(f"(?P<{name}>{way})" for name, way in ways.items() if way))


def triggers(language: str) -> frozenset[str]:
    """Words of which every wish of this language has one."""
    said = PHRASES[language]
    return frozenset(word for row in _rows(said.wishes, said.sets) for word in _rare_words(row))


def written_ways(word: str) -> Iterator[str]:
    """The word, its misspellings, and each of these with one letter doubled."""
    for way in (word, *(wrong for wrong, right in SPELLINGS.items() if right == word)):
        yield way
        yield from (way[:place] + letter + way[place:] for place, letter in enumerate(way))


_Place = tuple[str, tuple[str, ...]]  # its own row of signs, and what may stand there


def _rows(rows: str, sets: Mapping[str, str]) -> Iterator[list[_Place]]:
    for row in rows.split(" / "):
        yield [_place(part, sets) for part in row.split()]


def _place(part: str, sets: Mapping[str, str]) -> _Place:
    if part in _PLACES:
        return part, ()
    for _ in range(2):  # a set may name another one
        part = re.sub(r"\{(\w+)\}", lambda name: "".join(sets[name[1]].split()), part)
    sign = part[0] if part[0] == "!" else part[-1] if part[-1] in _TIMES else ""
    return sign, tuple(_plain(choice) for choice in part.strip("!?*").split("|"))


def _plain(choice: str) -> str:
    return choice if choice == "$" else " ".join(choice.replace("_", " ").translate(FOLDED).split())


def _expressed(sign: str, choices: tuple[str, ...]) -> str:
    if not choices:
        return _PLACES[sign]
    any_of = "|".join(_PLACES["$"] if choice == "$" else f"{choice} " for choice in dict.fromkeys(choices))
    return f"(?!{any_of})" if sign == "!" else f"(?:{any_of}){_TIMES.get(sign, '')}"


def _first_words(row: list[_Place]) -> set[str]:
    words: set[str] = set()
    for sign, choices in row:
        words |= {choice.split()[0] for choice in choices}
        if choices and sign not in _TIMES:
            break
    return words


def _rare_words(row: list[_Place]) -> set[str]:
    """One word of each choice, at the first place that must be filled and never is with common words alone."""
    for sign, choices in row:
        if choices and not sign:
            rare = {_rarest(choice) for choice in choices}
            if "" not in rare:
                return rare
    raise ValueError(f"every text would be searched for {row}")


def _rarest(choice: str) -> str:
    return max((word for word in choice.split() if word != "$" and word not in COMMON), key=len, default="")


@cache
def _spellings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Every word of a phrase → itself and every misspelling → the right word; then the same without doubled letters."""
    rows = (row for said in PHRASES.values() for part in (said.wishes, said.innocent) for row in _rows(part, said.sets))
    words = {word for row in rows for _, choices in row for choice in choices for word in choice.split()}
    known = {word: word for word in sorted(words)} | dict(SPELLINGS)
    return known, {_TWICE.sub(r"\1", word): right for word, right in known.items()}
