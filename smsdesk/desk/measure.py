"""Measuring a watched figure from the raw rows: at this moment, or all along a stretch of the past. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from smsdesk.desk.count_open import ALWAYS, Scope, opening
from smsdesk.desk.gather import Asked, moves_of, people_of, texts_of, waits_of
from smsdesk.rules.terms import REPLIES, ClockKind
from smsdesk.rules.watch_figures import Failures, HowMany, Longest, Replies, Span, Track
from smsdesk.rules.watch_spans import nobody, one_after_another, without
from smsdesk.rules.watches import Figure, Found, WatchRule


def measure(session: Session, rule: WatchRule, scope: Scope, now: datetime) -> Found | None:
    """The figure at this moment; None while we are closed, where that is not looked at."""
    hours = opening(session, scope, now) if rule.only_open else ALWAYS
    return track(Asked(session, rule, scope, hours, now, now)).at(now) if hours.is_open(now) else None


def track(asked: Asked) -> Track:
    """The figure over the time that is asked for; where that is one moment, only what this moment needs is read."""
    return _TRACKS[asked.rule.figure](asked)


def _replies(asked: Asked) -> Track:
    waits = waits_of(asked, {ClockKind(asked.rule.figure.value)}, asked.since - asked.rule.window)
    every = [wait for waits_there in waits.values() for wait in waits_there]
    return Replies(every, asked.rule, asked.hours.seconds)


def _oldest(asked: Asked) -> Track:
    return Longest(_waiting_spans(asked), asked.hours.seconds)


def _waiting(asked: Asked) -> Track:
    return HowMany(_waiting_spans(asked))


def _waiting_spans(asked: Asked) -> list[Span]:
    waits = waits_of(asked, REPLIES, None if asked.is_a_look else asked.since)
    return [wait for waits_there in waits.values() for wait in one_after_another(waits_there)]


def _unassigned(asked: Asked) -> Track:
    waits = waits_of(asked, REPLIES, None if asked.is_a_look else asked.since)
    moves = moves_of(asked, waits)
    free = [
        part
        for conversation_id, waits_there in waits.items()
        for wait in one_after_another(waits_there)
        for part in without(wait, moves.get(conversation_id, ()))
    ]
    return Longest(free, asked.hours.seconds)


def _failures(asked: Asked) -> Track:
    return Failures(texts_of(asked), asked.rule)


def _nobody(asked: Asked) -> Track:
    people, since = people_of(asked)
    return Longest(nobody(people, since) if people else (), asked.hours.seconds)


_TRACKS: dict[Figure, Callable[[Asked], Track]] = {
    Figure.FIRST_REPLY: _replies,
    Figure.NEXT_REPLY: _replies,
    Figure.UNASSIGNED: _unassigned,
    Figure.OLDEST_WAITING: _oldest,
    Figure.WAITING: _waiting,
    Figure.DELIVERY_FAILURES: _failures,
    Figure.NOBODY_AVAILABLE: _nobody,
}
