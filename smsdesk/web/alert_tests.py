"""A test of one way in which alerts reach oneself, made at once; nothing is held while a network thinks."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.mail import Letter, Mailer
from smsdesk.adapters.push import Browser, Gone, Pusher
from smsdesk.desk import choose_channels, write_out
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.desk.text_staff import NoNumberOfOurs, text_staff
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Channel
from smsdesk.rules.alert_letters import Said
from smsdesk.rules.alert_tries import Ended, Outcome
from smsdesk.web.transaction import let_go, session
from smsdesk.web.wired import wiring

TITLE, WORDS = "A test from SMSDesk", "If you can read this, alerts reach you here."
LASTS = timedelta(minutes=10)
NO_BROWSER = "None of your browsers takes alerts yet."


def send(channel: Channel, who: Agent, now: datetime) -> str | None:
    """None where it left; else one sentence that says what stood in the way."""
    if channel is Channel.PHONE:
        return _text(who, now)
    return _mail(who.email, now) if channel is Channel.EMAIL else _push(who, now)


def _mail(email: str, now: datetime) -> str | None:
    settings = wiring().settings
    if settings.mail is None:
        return "E-mail is not set up here."
    let_go()
    id = f"{new_id()}@{urlsplit(settings.public_url).hostname}"
    return _problem(Mailer(settings.mail).send(Letter(id, email, TITLE, WORDS + "\n", f"<p>{WORDS}</p>", now)))


def _push(who: Agent, now: datetime) -> str | None:
    settings, id = wiring().settings, new_id()
    pusher = Pusher(settings)
    browsers = {
        row.id: Browser(row.endpoint, row.public_key, row.auth) for row in choose_channels.browsers(session(), who)
    }
    let_go()
    content = write_out.pushed(Said(TITLE, WORDS, WORDS, "", f"{settings.public_url}/settings/alerts"), id)
    problems, gone = [NO_BROWSER], []
    for place, browser in browsers.items():
        try:
            problems.append(_problem(pusher.push(browser, content, id, now)) or "")
        except Gone:
            gone.append(place)
    for place in gone:
        write_out.note_gone(session(), place, now)
    return None if "" in problems else problems[-1]


def _text(who: Agent, now: datetime) -> str | None:
    if not who.phone:
        return "Show us first which phone is yours."
    try:
        text_staff(session(), who, who.phone, f"{TITLE}. {WORDS}", now, LASTS)
    except OptedOut:
        return "That phone texted STOP to us. Text START from it, then try again."
    except NoNumberOfOurs:
        return "There is no number yet from which we could text you."
    return None


def _problem(outcome: Outcome) -> str | None:
    return None if outcome.ended is Ended.TAKEN else outcome.why
