"""Adds up the hours that are over, for reports; the newest first."""

from __future__ import annotations

import logging
from datetime import timedelta

from smsdesk.adapters import clock
from smsdesk.desk import roll_up
from workers.draining import LONG_ENOUGH, stopping, until_dry
from workers.wired import wiring

log = logging.getLogger(__name__)

AT_ONCE = 6  # hours in one transaction: on SQLite a text may have to wait for it
LOOKED_AT = 600
WAITS_FOR_WRITERS = timedelta(seconds=5)
LOOK_EVERY_S = 0.02


def add_up() -> None:
    """Everything that is due, for half a minute at most; the next sweep goes on."""
    end, database = clock.now() + LONG_ENOUGH, wiring().database
    with database.reading() as session:  # an idle look must not keep writers waiting
        if not roll_up.is_due(session, clock.now()):
            return
    until_dry(lambda session: roll_up.announce(session, clock.now()))
    while clock.now() < end and not stopping.is_set():
        with database.reading() as session:
            hours = roll_up.dirty_hours(session, LOOKED_AT)
        if not hours or not _nobody_writes_who_has_not_seen_them():
            return
        for start in range(0, len(hours), AT_ONCE):
            if clock.now() >= end or stopping.is_set():
                return
            with database.transaction() as session:
                roll_up.roll(session, hours[start : start + AT_ONCE], clock.now())


def _nobody_writes_who_has_not_seen_them() -> bool:
    """A transaction that began before an hour was announced does not mark it: it has to be over first."""
    database, until = wiring().database, clock.now() + WAITS_FOR_WRITERS
    with database.reading() as session:
        writer = roll_up.newest_writer(session)
    while clock.now() < until:
        with database.reading() as session:
            if not roll_up.has_written_before(session, writer):
                return True
        stopping.wait(LOOK_EVERY_S)
    log.info("hours are added up later: a transaction takes long")
    return False
