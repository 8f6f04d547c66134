"""What the law and the carrier ask of us: STOP stops, START lifts it, HELP is answered once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from smsdesk.desk import suspect
from smsdesk.desk.compose import compose
from smsdesk.desk.keep_rules import rules_of_the_house
from smsdesk.desk.stop_texts import enter, is_stopped, start, stop
from smsdesk.desk.thread import Place
from smsdesk.models.consent import ConsentEvent, ConsentKind, StopSource
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import AuthorKind, Purpose
from smsdesk.models.number import Number
from smsdesk.rules.keywords import Keyword

HELP_AGAIN_AFTER = timedelta(hours=24)  # trust.md 4.1, 5: once a day, or two machines answer each other for ever
HELP_IS_STALE_AFTER = timedelta(minutes=10)
HELP = "{label}: a person reads your texts here and answers them. Text STOP to get no more texts from us."
CONFIRM_WITHIN = timedelta(
    minutes=5
)  # the SoundBite ruling of 29 Nov 2012; 47 CFR 64.1200(a)(12): one text, no marketing
CONFIRM_AGAIN_AFTER = timedelta(hours=1)
CONFIRMED = "{label}: you get no more texts from us. Text START if you want to write to us again."


def obey(
    session: Session,
    keyword: Keyword,
    place: Place,
    message_id: UUID,
    words: str,
    now: datetime,
    *,
    by_carrier: bool = False,
) -> None:
    """Do what a keyword asks, in the transaction that stores the text. `by_carrier`: it was the carrier that read it so."""
    source = StopSource.CARRIER if by_carrier else StopSource.KEYWORD
    if keyword is Keyword.HELP:
        _help(session, place, message_id, words, now, source)
        return
    suspect.overtake(session, place.conversation_id, now)
    if keyword is Keyword.STOP:
        _stop(session, place, message_id, words, now, source)
    else:
        conversation = session.get_one(Conversation, place.conversation_id, populate_existing=True)
        start(session, conversation, now, kind=ConsentKind.STARTED, message_id=message_id, words=words, source=source)


def _stop(session: Session, place: Place, message_id: UUID, words: str, now: datetime, source: StopSource) -> None:
    was_stopped = is_stopped(session, place.address_id, place.number_id)
    stop(
        session,
        place.conversation_id,
        place.address_id,
        place.number_id,
        now,
        message_id=message_id,
        words=words,
        source=source,
    )
    if rules_of_the_house(session).we_confirm_stops and not (was_stopped or _confirmed_lately(session, place, now)):
        enter(session, ConsentKind.STOP_CONFIRMED, place.address_id, place.number_id, now, message_id, "", source)
        _say(session, place, CONFIRMED, Purpose.CONFIRMATION, now, CONFIRM_WITHIN)


def _confirmed_lately(session: Session, place: Place, now: datetime) -> bool:
    """A machine that says STOP and START in turn gets no answer to each."""
    lately = exists().where(
        ConsentEvent.address_id == place.address_id,
        ConsentEvent.number_id == place.number_id,
        ConsentEvent.kind == ConsentKind.STOP_CONFIRMED,
        ConsentEvent.at > now - CONFIRM_AGAIN_AFTER,
    )
    return bool(session.scalar(select(lately)))


def _help(session: Session, place: Place, message_id: UUID, words: str, now: datetime, source: StopSource) -> None:
    answered = exists().where(
        ConsentEvent.address_id == place.address_id,
        ConsentEvent.number_id == place.number_id,
        ConsentEvent.kind == ConsentKind.HELP_ANSWERED,
        ConsentEvent.at > now - HELP_AGAIN_AFTER,
    )
    if place.is_stopped or session.scalar(select(answered)):
        return
    enter(session, ConsentKind.HELP_ANSWERED, place.address_id, place.number_id, now, message_id, words, source)
    _say(session, place, HELP, Purpose.ANSWER, now, HELP_IS_STALE_AFTER)


def _say(session: Session, place: Place, words: str, purpose: Purpose, now: datetime, lasts: timedelta) -> None:
    conversation = session.get_one(Conversation, place.conversation_id, populate_existing=True)
    label = session.get_one(Number, place.number_id).label
    compose(session, conversation, words.format(label=label), AuthorKind.SYSTEM, purpose, now, lasts)
