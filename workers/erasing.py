"""Persons are erased: a small step a transaction, so that nobody's text waits for it and a kill costs one step."""

from __future__ import annotations

import logging

from sqlalchemy.exc import OperationalError

from smsdesk.adapters import clock
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import erase
from smsdesk.desk.erase import Places, Work
from workers.draining import LONG_ENOUGH, stopping
from workers.wired import wiring

log = logging.getLogger(__name__)


def erase_people() -> None:
    """One after another, for half a minute at most."""
    end, database = clock.now() + LONG_ENOUGH, wiring().database
    while clock.now() < end and not stopping.is_set():
        with database.reading() as session:  # an idle look must not keep writers waiting
            if not erase.is_due(session, clock.now()):
                return
        with database.transaction() as session:
            work = erase.claim(session, clock.now())
        if work is None:
            return
        try:
            while _step(work) and clock.now() < end and not stopping.is_set():
                pass
        except OperationalError:  # the database is away: it is taken up again when its lease is over
            raise
        except Exception:  # it is never given up; meanwhile the next one must not wait for it
            log.exception("erasure %s goes on later", work.erasure_id)
        else:
            with database.transaction() as session:
                erase.put_down(session, work, clock.now())


def places() -> Places:
    wired = wiring()
    return Places(wired.erasures, MediaStore(wired.settings.media), wired.spool, wired.exports)


def _step(work: Work) -> bool:
    with wiring().database.transaction() as session:
        goes_on = erase.go_on(session, work, places(), clock.now())
        reach("erase.mid")
    return goes_on
