"""How people say that they have seen an alert, in a text of a word or two."""

from smsdesk.rules.goodbyes import plain

SEEN = frozenset({
    "ok", "okay", "k", "kk", "oki", "seen", "ack", "got it", "on it", "im on it", "yes", "yep", "will do", "thanks", "thank you", "👍", "👌",
    "gesehen", "danke", "vu", "merci", "visto", "gracias", "vale",
})  # fmt: skip
LONGEST = 80  # characters, with every blank and mark around the words


def says_seen(body: str) -> bool:
    """True for such a text and nothing else in it."""
    if len(body) > LONGEST:  # to spell out a long run of marks takes its square
        return False
    words = plain(body).translate({ord(mark): None for mark in "!.,'"})
    return " ".join(words.split()) in SEEN
