"""The reminders queue: alerts that the clock raised are told to whom they concern."""

from __future__ import annotations

from smsdesk.adapters import clock
from smsdesk.desk import remind
from workers.draining import Turns, picked_up, until_dry


def drain() -> None:
    """The RQ job."""
    picked_up("reminders.drain")
    sweep()


def sweep() -> None:
    """Tell everything that nobody has been told of; needs no Redis."""
    _turns.take()


_turns = Turns(lambda: until_dry(lambda session: remind.tell_waiting(session, clock.now())))
