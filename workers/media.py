"""The media queue: pictures and files are fetched from the carrier, one after another."""

from __future__ import annotations

from smsdesk.adapters import clock
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk.fetch_media import fetch_one
from workers.draining import LONG_ENOUGH, Turns, picked_up, stopping
from workers.wired import wiring


def drain() -> None:
    """The RQ job."""
    picked_up("media.drain")
    sweep()


def sweep() -> None:
    """Fetch everything that waits; needs no Redis."""
    _turns.take()


def _fetch_all() -> None:
    wired, end = wiring(), clock.now() + LONG_ENOUGH
    store = MediaStore(wired.settings.media)
    while clock.now() < end and not stopping.is_set():
        if not fetch_one(wired.database, wired.carrier, store):
            return


_turns = Turns(_fetch_all)
