"""Texts that need no answer: a goodbye in the customer's words, or a tapback in their phone's. In doubt it is neither."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache

from smsdesk.rules.goodbye_words import JOINERS, KIND_SIGNS, LANGUAGES, MERRY_SIGNS, Part, phrases
from smsdesk.rules.tapbacks import is_tapback

LONGEST = 240  # characters; nobody says goodbye at greater length without saying something else as well

_LONGEST_BY_NAME = 8  # words

_QUESTIONS = frozenset("?¿؟;՞፧⁇⁈⁉‽﹖︖？❓❔⸮꘏")
_UNSEEN = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0x2640, 0x2642))  # skin tones, "she" and "he"
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´＇"))
_WORD = re.compile(r"[^\W_]+")
_TWICE = re.compile(r"(.)\1+")
_TOKEN = re.compile(
    r"(?P<smile>[:;=]-?[)dp*]+|<3+|\^_?\^)|(?P<word>[^\W_]+)|(?P<gap>[\s.,!¡~*)–—-]+)|(?P<sign>.)", re.DOTALL
)


class Farewell(StrEnum):
    """Why a text needs no answer."""

    GOODBYE = "goodbye"
    TAPBACK = "tapback"


def read_farewell(body: str, names: Collection[str] = ()) -> Farewell | None:
    """What makes an answer needless, None where somebody should look; a text that asks is never a farewell.

    Every word must be one of a goodbye in a single language, and one of them must close ("thanks", not merely "ok", which
    may answer us). `names`: whom the customer may thank by name. A picture that came with the text is the caller's to see.
    """
    if not _QUESTIONS.isdisjoint(body):
        return None
    if is_tapback(body):
        return Farewell.TAPBACK
    return Farewell.GOODBYE if _is_goodbye(body, names) else None


def may_thank_somebody(body: str) -> bool:
    """Whether it would be a goodbye if words of it that we do not know were names: worth asking who works here."""
    if len(body) > LONGEST or not _QUESTIONS.isdisjoint(body):  # to spell out a long run of marks takes its square
        return False
    words = [_squeezed(word) for word in _WORD.findall(plain(body))]
    if len(words) > _LONGEST_BY_NAME:
        return False
    spans = (tuple(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
    return any(span in _closings() for span in spans) and read_farewell(body, _WORD.findall(body)) is not None


def plain(text: str) -> str:
    """One spelling for all the ways to write it: width, case, accents, apostrophes, skin tones, what is invisible."""
    if text.isascii():  # nothing in it can be written otherwise, and most texts are
        return text.translate(_APOSTROPHES).casefold()
    # apostrophes first: NFKC would make a blank and a mark of an accent that stands alone
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    parts = unicodedata.normalize("NFD", folded).translate(_UNSEEN)
    return "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Cf"})


def _is_goodbye(body: str, names: Collection[str]) -> bool:
    if len(body) > LONGEST:
        return False
    words: list[str] = []
    is_kind = False
    for token in _TOKEN.finditer(plain(body)):
        if token.lastgroup == "word":
            words.append(token.group())
        elif token.lastgroup == "smile" or token.group() in KIND_SIGNS:
            is_kind = True
        elif token.lastgroup == "sign" and token.group() not in MERRY_SIGNS:
            return False
    known = frozenset(plain(word) for name in names for word in name.split())
    if not words:
        return is_kind
    if not all(word in known or _squeezed(word) in _said_anywhere() for word in words):
        return False  # most texts end here: one word that no goodbye has
    return any(_says_goodbye(words, language, is_kind, known) for language in LANGUAGES)


def _says_goodbye(written: Sequence[str], language: str, is_kind: bool, names: Collection[str]) -> bool:
    vocabulary = _vocabulary(language)
    words = tuple(vocabulary.spell(word) for word in written)
    # per place: None where no phrases lead there, else whether one of them closes
    closes: list[bool | None] = [is_kind] + [None] * len(words)
    for start in range(len(words)):
        if closes[start] is None:
            continue
        for end in range(start + 1, min(start + vocabulary.longest, len(words)) + 1):
            part = vocabulary.parts.get(words[start:end])
            if part is None and end == start + 1 and (words[start] in JOINERS[language] or words[start] in names):
                part = Part.ASIDE
            if part is not None:
                closes[end] = closes[end] or closes[start] or part is Part.CLOSING
    return bool(closes[-1]) and words[-1] not in JOINERS[language]


class _Vocabulary:
    """One language's phrases as tuples of plain words, and the way from a drawn-out word to its usual spelling."""

    def __init__(self, parts: Mapping[tuple[str, ...], Part]) -> None:
        self.parts = parts
        self.longest = max(map(len, parts))
        self._words = {word for phrase in parts for word in phrase}
        self._short = {_squeezed(word): word for word in sorted(self._words)}

    @property
    def squeezed(self) -> Iterable[str]:
        return self._short.keys()

    def spell(self, word: str) -> str:
        """The word itself, or the one that it draws out: "thaaanks" is "thanks", but "al" is not "all"."""
        short = _squeezed(word)
        return word if word in self._words or short == word else self._short.get(short, word)


@cache
def _vocabulary(language: str) -> _Vocabulary:
    parts = {tuple(plain(phrase).replace("-", " ").split()): part for phrase, part in phrases(language).items()}
    return _Vocabulary(parts)


@cache
def _said_anywhere() -> frozenset[str]:
    """Every word of a goodbye in any language, squeezed."""
    joiners = (_squeezed(word) for language in LANGUAGES for word in JOINERS[language])
    return frozenset(joiners).union(*(_vocabulary(language).squeezed for language in LANGUAGES))


@cache
def _closings() -> frozenset[tuple[str, ...]]:
    """Every phrase that closes, in any language, in squeezed words."""
    every = (phrases(language).items() for language in LANGUAGES)
    closing = (phrase for known in every for phrase, part in known if part is Part.CLOSING)
    return frozenset(tuple(map(_squeezed, plain(phrase).replace("-", " ").split())) for phrase in closing)


def _squeezed(word: str) -> str:
    return _TWICE.sub(r"\1", word)
