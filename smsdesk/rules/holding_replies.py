"""Replies that only promise a reply ("one moment"), and texts in which a customer has to ask again ("any news?")."""

import re
from collections.abc import Iterable

from smsdesk.rules.goodbyes import plain

LONGEST = 400  # characters; whoever writes more says something
MOST_OTHER_WORDS = 4  # beside the promise and courtesies: "with a price by Friday"
FEWEST_REPEATED = 3  # words that make a repetition: "hi" twice is none

_WORD = re.compile(r"[^\W_]+")

_PROMISES = """
    we'll get back to you|we will get back to you|i'll get back to you|i will get back to you|get back to you shortly|get right back to you|will get back to you
    |we'll be in touch|we will be in touch|i'll be in touch|i will be in touch|we'll let you know|we will let you know|i'll let you know|i will let you know
    |one moment|one sec|one second|one minute|just a moment|just a sec|just a second|just a minute|a moment please|give me a moment|give me a minute
    |give me a second|give us a moment|bear with me|bear with us|hold on|hang on|hang tight|let me check|let me look|let me find out|let me see|let me ask
    |i'll check|i will check|we'll check|we will check|i'll look into it|i will look into it|we'll look into it|we will look into it|i'll look into this|looking into it|looking into this|looking into that
    |i'm checking|we're checking|we are checking|i am checking|checking now|checking on it|i'll find out|i will find out|we'll find out|i'll ask|i will ask
    |be right with you|be with you shortly|with you in a moment|with you shortly|on it|someone will contact you|somebody will contact you|someone will be in touch
    |we received your message|we got your message|received your message|got your message|your message has been received|please wait|please hold|stand by
    |un momento|un segundo|un minuto|déjeme ver|déjame ver|déjeme revisar|déjame revisar|le avisamos|te avisamos|le aviso|te aviso|ahora le digo|ahora te digo|enseguida le digo
    |un instant|un moment|une seconde|une minute|je vérifie|je me renseigne|nous vérifions|je reviens vers vous|nous revenons vers vous|on revient vers vous|je vous tiens au courant|je regarde
    |einen moment|einen augenblick|moment bitte|ich schaue nach|ich schau nach|wir schauen nach|ich melde mich|wir melden uns|ich kläre das|wir klären das|ich frage nach
    |um momento|um instante|um minuto|só um momento|só um instante|vou verificar|vamos verificar|já retorno|já lhe digo|já te digo|retornaremos|entraremos em contato
    |un attimo|un momento|un secondo|verifico|controllo subito|le faccio sapere|ti faccio sapere|vi facciamo sapere|le faremo sapere
    |een moment|een ogenblik|momentje|ik kijk het na|ik zoek het uit|we zoeken het uit|ik kom erop terug|we komen erop terug|ik laat het weten|we laten het weten
"""
_COURTESIES = frozenset(
    [
        "hi",
        "hello",
        "hey",
        "dear",
        "good",
        "morning",
        "afternoon",
        "evening",
        "thanks",
        "thank",
        "you",
        "so",
        "much",
        "sorry",
        "please",
        "ok",
        "okay",
        "sure",
        "of",
        "course",
        "and",
        "for",
        "your",
        "the",
        "message",
        "patience",
        "text",
        "question",
        "i",
        "we",
        "will",
        "ll",
        "well",
        "ill",
        "be",
        "a",
        "as",
        "soon",
        "shortly",
        "it",
        "that",
        "this",
        "now",
        "right",
        "hola",
        "gracias",
        "por",
        "su",
        "tu",
        "favor",
        "claro",
        "bonjour",
        "merci",
        "bien",
        "sûr",
        "s",
        "il",
        "vous",
        "plaît",
        "hallo",
        "danke",
        "bitte",
        "gerne",
        "olá",
        "obrigado",
        "obrigada",
        "claro",
        "ciao",
        "grazie",
        "certo",
        "bedankt",
        "graag",
        "even",
    ]
)
_CHASES = """
    any update|any updates|any news|any luck|any progress|any word|any answer|still waiting|i'm waiting|im still waiting|been waiting|still no|still nothing|still not heard
    |haven't heard|have not heard|not heard back|never heard back|no answer|no reply|no response|nobody answers|nobody replied|nobody answered|are you there|you there|anyone there
    |anybody there|is anyone|hello hello|did you forget|have you forgotten|forgot about me|forgotten about me|how much longer|what's happening|what is happening
    |what's going on|what is going on|what's the status|what is the status|did you find out|did you check|have you checked|have you found out|did you get my|did you see my
    |you said you would|you said you'd|you promised|get back to me|asked before|already asked|asked already|asking again|ask again|as i asked|my question|following up|follow up|just checking in|checking in
    |alguna novedad|alguna noticia|hay novedades|sigo esperando|sigo a la espera|hay alguien|me pueden responder|nadie responde|nadie contesta
    |des nouvelles|toujours rien|toujours pas|j'attends toujours|il y a quelqu'un|vous êtes là|une réponse
    |gibt es neuigkeiten|gibt's neuigkeiten|was neues|schon was|ich warte immer noch|warte noch|immer noch keine|noch keine antwort|ist da jemand
    |alguma novidade|alguma notícia|ainda estou esperando|ainda aguardo|ainda nada|tem alguém
    |ci sono novità|qualche novità|novità|sto ancora aspettando|ancora niente|c'è qualcuno|c'è nessuno
    |is er nieuws|al nieuws|nog nieuws|ik wacht nog|nog steeds niets|nog niets|is er iemand
"""
_NUDGES = frozenset(
    [
        "hello",
        "hi",
        "hey",
        "hola",
        "hallo",
        "bonjour",
        "olá",
        "ciao",
        "anyone",
        "anybody",
        "well",
        "so",
        "and",
        "update",
        "news",
        "hello anyone",
        "hi again",
        "hello again",
        "y",
        "et",
        "und",
        "e",
        "en",
        "alors",
        "allora",
        "entonces",
        "então",
    ]
)


def holds_off(body: str) -> bool:
    """A reply that promises one, and says little else: at most MOST_OTHER_WORDS words besides."""
    if len(body) > LONGEST:
        return False
    words = _words(body)
    rest = _without(words, _PROMISE_PHRASES)
    return len(rest) < len(words) and sum(word not in _PLAIN_COURTESIES for word in rest) <= MOST_OTHER_WORDS


def asks_again(body: str, before: Iterable[str]) -> bool:
    """A nudge ("hello?", "??"), a chase ("still waiting"), or the same words as one of the texts `before`."""
    words = _words(body[:LONGEST])
    if not words:
        return "?" in plain(body[:LONGEST])
    if "?" in body and " ".join(words) in _PLAIN_NUDGES:
        return True
    if len(_without(words, _CHASE_PHRASES)) < len(words):
        return True
    return len(words) >= FEWEST_REPEATED and any(words == _words(earlier[:LONGEST]) for earlier in before)


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def _without(words: list[str], phrases: dict[str, list[tuple[str, ...]]]) -> list[str]:
    """The words that belong to none of these phrases."""
    rest: list[str] = []
    place = 0
    while place < len(words):
        found = next((p for p in phrases.get(words[place], ()) if tuple(words[place : place + len(p)]) == p), ())
        if not found:
            rest.append(words[place])
        place += len(found) or 1
    return rest


def _table(phrases: str) -> dict[str, list[tuple[str, ...]]]:
    """First word → phrases, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted({tuple(_words(one)) for one in phrases.split("|")}, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


_PROMISE_PHRASES, _CHASE_PHRASES = _table(_PROMISES), _table(_CHASES)
_PLAIN_COURTESIES = frozenset(plain(word) for word in _COURTESIES)
_PLAIN_NUDGES = frozenset(plain(word) for word in _NUDGES)
