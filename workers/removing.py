"""Texts of those who were erased are removed at the carrier, one call after another."""

from __future__ import annotations

from datetime import timedelta

from smsdesk.adapters import clock
from smsdesk.adapters.failpoints import reach
from smsdesk.desk import remove_at_carrier
from workers.draining import stopping
from workers.wired import wiring

A_TURN = timedelta(seconds=10)  # nobody's report waits for a long life at the carrier


def remove_texts() -> None:
    """Nothing is locked while the carrier thinks."""
    end, database = clock.now() + A_TURN, wiring().database
    goes_on = True
    while goes_on and clock.now() < end and not stopping.is_set():
        with database.reading() as session:  # an idle look must not keep writers waiting
            if not remove_at_carrier.is_due(session, clock.now()):
                return
        with database.transaction() as session:
            work = remove_at_carrier.claim(session, clock.now())
        if work is None:
            continue
        outcome = wiring().carrier.remove(work.text.account, work.text.sid, work.text.has_media)
        reach("removal.after_call")
        with database.transaction() as session:
            goes_on = remove_at_carrier.conclude(session, work, outcome, clock.now())
