"""The routing queue: whoever waits is given to somebody who is there."""

from __future__ import annotations

from smsdesk.adapters import clock
from smsdesk.desk import route
from workers.draining import Turns, picked_up, until_dry


def drain() -> None:
    """The RQ job."""
    picked_up("routing.drain")
    sweep()


def sweep() -> None:
    """Place everybody who waits; needs no Redis."""
    _turns.take()


_turns = Turns(lambda: until_dry(lambda session: route.drain(session, clock.now())))
