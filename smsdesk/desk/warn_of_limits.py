"""A limit of the house is reached: whoever writes is told at once, and managers too, since only they can allow more or find out why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from smsdesk.desk.warn_managers import warn_managers
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.rules.sending_limits import Bound

TOLD_AGAIN_AFTER = timedelta(hours=1)
NOTED_EVERY = timedelta(minutes=1)  # a program that runs wild asks a hundred times a second
WORDS: Mapping[Bound, str] = {
    Bound.TO_ONE: "More texts were written to one customer than an hour allows; they wait or were refused.",
    Bound.BY_ONE: "One person or program wrote more texts within a minute than the rules allow; the next ones were refused.",
    Bound.IN_ALL: "More texts were written within a minute than the rules allow for everybody together; the next ones were refused.",
}
LOOK = "Look under Rules what is allowed."


def warn_of_limit(session: Session, bound: Bound, now: datetime) -> None:
    """Once an hour for each limit, however often it is reached."""
    warn_managers(session, _name(bound), "too_many", "Too many texts", f"{WORDS[bound]} {LOOK}", now, TOLD_AGAIN_AFTER)


def is_noted(session: Session, bound: Bound, now: datetime) -> bool:
    """Whether that it is reached was written down a moment ago. Looks only."""
    lately = exists().where(Heartbeat.name == _name(bound), Heartbeat.at > now - NOTED_EVERY)
    return bool(session.scalar(select(lately)))


def _name(bound: Bound) -> str:
    return f"sending.too_many:{bound.value}"
