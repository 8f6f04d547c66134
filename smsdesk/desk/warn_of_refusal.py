"""The carrier refuses our credentials: texts wait, and managers are told once, for only they can have it mended (trust.md, F15b)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from smsdesk.desk.warn_managers import warn_managers
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import State

LATEST = "carrier.refused"  # when it last was
OVER_AFTER = timedelta(
    minutes=10
)  # texts that wait are tried each minute: a refusal after so much silence is another one
STILL = timedelta(minutes=3)
FIX = "Until somebody corrects the carrier's account, TWILIO_AUTH_TOKEN or TWILIO_API_KEY, no text goes out; those that wait go by themselves then."


def warn_of_refusal(session: Session, why: str, now: datetime) -> None:
    """One alert for all refusals that follow each other."""
    text = f"{why[0].upper()}{why[1:]}. {FIX}"
    warn_managers(session, LATEST, "refused", "The carrier", text, now, OVER_AFTER)


def held_back(session: Session, now: datetime) -> int:
    """How many texts wait for that to be mended; none as soon as it is."""
    at = session.scalar(select(Heartbeat.at).where(Heartbeat.name == LATEST))
    if at is None or at < now - STILL:
        return 0
    # A literal, as the index has it
    waiting: ColumnElement[bool] = literal_column("message.state IN ('ready', 'retry_wait')")
    tried = select(func.count()).select_from(Message).where(waiting, Message.state == State.RETRY_WAIT)
    return session.scalar(tried) or 0
