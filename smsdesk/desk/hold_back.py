"""A text waits for a moment that the law or the house has set, where everybody sees why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from smsdesk.desk.check_sending import BUSY_HERE
from smsdesk.desk.settle import move, told
from smsdesk.desk.warn_of_limits import warn_of_limit
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.sending_limits import Bound


def hold_back(session: Session, message: Message, until: datetime, why: str | None, now: datetime) -> None:
    """What would be stale by then is given up. Managers are told where something runs wild."""
    if message.not_after is not None and until >= message.not_after:
        move(session, message, State.FAILED, now, why=why)
        return
    message.not_before, message.block_reason = until, why
    if why == BUSY_HERE:
        warn_of_limit(session, Bound.TO_ONE, now)
    told(session, message, now, kind="message.held")
