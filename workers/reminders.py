"""The reminders queue: alerts that the clock raised are told to whom they concern."""

from __future__ import annotations

from smsdesk.adapters import clock
from smsdesk.desk import apply_policies, promise_book, tell
from workers.draining import Turns, picked_up, until_dry
from workers.wired import wiring


def drain() -> None:
    """The RQ job."""
    picked_up("reminders.drain")
    sweep()
    follow_policies()


def sweep() -> None:
    """Tell everything that nobody has been told of; needs no Redis."""
    _turns.take()


def follow_policies() -> None:
    """Running clocks are given the terms that hold now, where what is promised has changed."""
    now = clock.now()
    with wiring().database.reading() as session:
        is_old, is_behind = promise_book.is_out_of_date(session, now), apply_policies.is_behind(session)
    if is_old:
        with wiring().database.transaction() as session:
            promise_book.publish(session, now)
    if is_old or is_behind:
        until_dry(lambda session: apply_policies.drain(session, clock.now()))


_turns = Turns(lambda: until_dry(lambda session: tell.tell_waiting(session, clock.now())))
