"""Sentences that several screens, alerts and the API share, so that each is said in one place."""

from datetime import timedelta

from smsdesk.rules.durations import spell
from smsdesk.rules.terms import ClockKind, is_warning

_DELIVERY = {
    "ready": "Waiting to be sent",
    "sending": "Sending",
    "accepted": "Sending",
    "sent": "Sent",
    "delivered": "Delivered",
    "undelivered": "Not delivered",
    "failed": "Not sent",
    "unconfirmed": "May not have been sent",
    "blocked": "Not sent: blocked",
}


def waiting(length: timedelta) -> str:
    """`waiting 3 minutes`."""
    return f"waiting {spell(length)}"


def late_by(length: timedelta) -> str:
    """`2 minutes 14 seconds late`; on time within the deadline second."""
    return "on time" if length < timedelta(seconds=1) else f"{spell(length)} late"


def alert_words(
    step: str, customer: str, waited: timedelta, target: timedelta, kind: ClockKind = ClockKind.NEXT_REPLY
) -> str:
    """The sentence of an alert. `waited` is the wait when it is told, which after an outage is longer than planned."""
    if kind is ClockKind.RESOLUTION:
        sentence = f"What {customer} asked is not resolved after {spell(waited)}"
    else:
        sentence = f"{customer} has waited {spell(waited)} for an answer"
    if not is_warning(step):
        return f"{sentence}. We promised {spell(target)}."
    return f"{sentence}. {_left(target - waited)}"


def delivery_words(shown_state: str) -> str:
    """A delivery state of the API in words; a word that is not in the table is shown as it is."""
    return _DELIVERY.get(shown_state, shown_state)


def _left(length: timedelta) -> str:
    return "The promised time is over." if length < timedelta(seconds=1) else f"{spell(length)} left."
