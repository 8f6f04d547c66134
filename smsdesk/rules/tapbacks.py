"""What a phone texts where its owner only tapped a message: 'Liked “…”', '👍 to “…”', 'Removed a like from “…”'.

Only exact forms count, one table for all languages. "Disliked" and "Questioned" are missing on purpose: somebody should look.
"""

import unicodedata

from smsdesk.rules.goodbye_words import KIND_SIGNS, MERRY_SIGNS

_QUOTES = {"“": "”", '"': '"', "«": "»", "„": "“”", "‘": "’", "‹": "›", "「": "」", "＂": "＂"}
_LONGEST_HEAD, _LONGEST_TAIL = 48, 12
_REACTIONS = KIND_SIGNS | MERRY_SIGNS
_UNSEEN = frozenset("\ufe0e\ufe0f\u2640\u2642") | {chr(code) for code in range(0x1F3FB, 0x1F400)}

# what stands before the quoted message; {} is a friendly emoji
_HEADS = frozenset(
    head.strip()
    for language in (
        # English: iPhone, then Android
        """liked|loved|laughed at|emphasized|emphasised|reacted {} to|reacted with {} to|{} to|removed {} from|{} removed from
        |removed a like from|removed a heart from|removed a laugh from|removed an exclamation from|removed an exclamation mark from
        |removed a dislike from|removed a question mark from|removed a reaction from""",
        # Spanish
        """le gustó|le gusto|le gusta|le encantó|le encanto|le encanta|le dio risa|se rió de|se rio de|le divirtió|exclamó por
        |enfatizó|destacó|reaccionó con {} a|reaccionó {} a|{} a|quitó {} de|eliminó {} de|eliminó un me gusta de|quitó un me gusta de""",
        # French
        """a aimé|a adoré|aime|adore|a ri de|a ri à|a souligné|a insisté sur|a réagi avec {} à|a réagi {} à|{} à|a retiré {} de
        |a retiré un j’aime de|a retiré un j'aime de|a supprimé {} de""",
        # German
        """gefällt|mag|liebt|lacht über|lachte über|betont|betonte|hat betont|{} zu|{} auf|hat mit {} reagiert auf|reagierte mit {} auf
        |hat {} entfernt von|hat ein herz entfernt von""",
        # Portuguese
        """gostou de|curtiu|adorou|amou|riu de|riu-se de|enfatizou|destacou|reagiu com {} a|reagiu {} a|{} para|removeu {} de
        |removeu uma curtida de""",
        # Italian
        """piace|ha apprezzato|adora|ha adorato|ha riso per|ha riso di|ha enfatizzato|ha evidenziato|ha reagito con {} a|ha rimosso {} da""",
        # Dutch
        """vond leuk|vindt leuk|heeft leuk gevonden|geweldig vond|lachte om|benadrukte|reageerde met {} op|{} op|heeft {} verwijderd van""",
    )
    for head in language.replace("\n", "").split("|")
)
# where the message stands in the middle
_AROUND = frozenset(
    {
        ("vond", "leuk"), ("vindt", "leuk"), ("vond", "geweldig"), ("hat auf", "reagiert"), ("hat", "geliked"),
        ("hat", "geliebt"), ("hat", "betont"), ("hat über", "gelacht"), ("hat mit {} auf", "reagiert"),
    }
)  # fmt: skip
_PICTURES = frozenset(
    f"{head} {thing}"
    for head in ("liked", "loved", "laughed at", "emphasized", "emphasised")
    for thing in ("an image", "a photo", "a picture", "a video", "a movie", "an attachment", "an audio message",
                  "a gif", "a sticker", "a link", "a location", "a contact")
)  # fmt: skip


def is_tapback(body: str) -> bool:
    """True where the whole text is a friendly tap on one of our messages; linear in its length."""
    text = body.strip()
    start = next((place for place, character in enumerate(text[:_LONGEST_HEAD]) if character in _QUOTES), None)
    if start is None:
        return len(text) <= _LONGEST_HEAD and _plain(text) in _PICTURES
    end = _end_of_quotation(text, start)
    if end is None:
        return False
    head, tail = _plain(text[:start]), _plain(text[end + 1 :])
    return (head in _HEADS and not tail) or (head, tail) in _AROUND


def _end_of_quotation(text: str, start: int) -> int | None:
    """Where the quotation ends, None where it is empty, or more than one, or followed by a sentence."""
    opening, closings = text[start], _QUOTES[text[start]]
    depth = 1
    for place in range(start + 1, len(text)):
        # a closing mark first: the same sign opens and closes a straight quotation
        if text[place] in closings:
            depth -= 1
            if depth == 0:
                is_last = len(text) - place - 1 <= _LONGEST_TAIL
                return place if is_last and text[start + 1 : place].strip() else None
        elif text[place] == opening:
            depth += 1
    return None


def _plain(words: str) -> str:
    """Lower case with single blanks and without what is invisible; a run of friendly emoji is {}."""
    seen: list[str] = []
    for character in words.casefold():
        if character in _UNSEEN or unicodedata.category(character) == "Cf":
            continue
        if character in _REACTIONS:
            character = "" if seen and seen[-1] == "{}" else "{}"
        seen.append(character)
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())
