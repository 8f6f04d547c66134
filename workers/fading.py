"""Texts that were kept as long as their number says lose their words, a few in a transaction."""

from __future__ import annotations

from smsdesk.adapters import clock
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import let_fade
from workers.draining import until_dry
from workers.wired import wiring


def let_old_texts_fade() -> None:
    """Once an hour, for half a minute at most; the next sweep goes on."""
    with wiring().database.reading() as session:  # an idle look must not keep writers waiting
        if not let_fade.is_due(session, clock.now()):
            return
    store = MediaStore(wiring().settings.media)
    until_dry(lambda session: let_fade.fade(session, store, clock.now()))
