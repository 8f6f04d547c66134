"""The words that the law and the carriers give a fixed meaning: STOP, START, HELP, as a whole text only."""

import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What a customer asks for with one word."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


NEEDS_NO_ANSWER = frozenset({Keyword.STOP, Keyword.START})  # HELP reaches a person all the same

_MEANINGS = {  # twilio's standard words and those of 47 CFR 64.1200(a)(10)
    Keyword.STOP: (
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "end",
        "quit",
        "cancel",
        "revoke",
        "optout",
        "opt out",
    ),
    Keyword.START: ("start", "unstop"),
    Keyword.HELP: ("help", "info"),
}
_WORDS = {word: keyword for keyword, words in _MEANINGS.items() for word in words}
_INVITED_WORDS = _WORDS | {"yes": Keyword.START}
_LONGEST = max(map(len, _INVITED_WORDS))

_SILENT_CATEGORIES = frozenset("PSC")  # punctuation, symbols with emoji, and what is invisible or has no meaning
_SILENT = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3") | {chr(code) for code in range(0xFE00, 0xFE10)}


def read_keyword(body: str, *, invited: bool = False) -> Keyword | None:
    """The keyword that the whole text is, None where it is anything more; any case, width, emoji and punctuation.

    `invited`: the last text to this customer asked for a YES; otherwise "yes" answers an agent and is no keyword.
    """
    plain = _plain(body)
    return (_INVITED_WORDS if invited else _WORDS).get(plain) if plain else None


def carrier_hint(opt_out_type: str | None) -> Keyword | None:
    """The carrier's own reading (`OptOutType`), None where it gives none or one that we do not know."""
    word = (opt_out_type or "").strip().upper()
    return Keyword(word) if word in Keyword.__members__ else None


def _plain(body: str) -> str | None:
    """The letters that are left, with single spaces; None once they are too many for any keyword."""
    kept: list[str] = []
    for character in body:
        # one at a time: normalising a whole text can cost the square of a long run of combining marks
        for part in unicodedata.normalize("NFKC", character).casefold():
            if part.isspace():
                if kept and kept[-1] != " ":
                    kept.append(" ")
            elif part not in _SILENT and unicodedata.category(part)[0] not in _SILENT_CATEGORIES:
                kept.append(part)
        if len(kept) > _LONGEST + 1:
            return None
    return "".join(kept).strip()
