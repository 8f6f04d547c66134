"""The alerts queue: what was told on screen goes out by mail, push, phone and to programs, too."""

from __future__ import annotations

from collections.abc import Callable

from smsdesk.adapters import clock
from smsdesk.desk import choose_channels, text_alerts
from workers.draining import Turns, one_by_one, picked_up
from workers.post_room import PostRoom
from workers.wired import wiring


def drain() -> None:
    """The RQ job."""
    picked_up("alerts.drain")
    sweep()


def sweep() -> None:
    """Send everything that waits."""
    _turns.take()


def _send_all() -> None:
    one_by_one(PARTS)


def _text() -> None:
    """Texts to phones go into the outbox, which needs no call from here; what became of those before is looked up."""
    database, now = wiring().database, clock.now()
    with database.reading() as session:
        if not text_alerts.has_work(session, now) and not choose_channels.shows_codes(session):
            return
    with database.transaction() as session:
        text_alerts.follow_texts(session, now)
        text_alerts.write_texts(session, wiring().settings.public_url, now)
        choose_channels.hide_codes(session)


# Each sends everything of its kind that waits, for half a minute at most, and needs no Redis
PARTS: tuple[Callable[[], None], ...] = (_text, PostRoom(wiring).drain)
_turns = Turns(_send_all)
