"""The outbound queue: our texts go to the carrier; what a dead worker left behind is mended, what is lost either way is looked for."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from smsdesk.adapters import clock
from smsdesk.desk import deliver, follow, reconcile
from smsdesk.desk.drain_spool import drain_outcomes
from smsdesk.desk.fetch_missed import fetch_missed
from workers.draining import Turns, picked_up
from workers.outbox import Outbox
from workers.wired import wiring

log = logging.getLogger(__name__)


def prepare() -> None:
    """Before the first text."""
    wiring().carrier.prepare()


def drain() -> None:
    """The RQ job."""
    picked_up("outbound.drain")
    _turns.take()


def sweep() -> None:
    """Whatever a lost job or a dead worker left behind; needs no Redis."""
    _mend()
    _background.submit(_looks.take)
    _turns.take()


def _mend() -> None:
    database, now = wiring().database, clock.now()
    with database.transaction() as session:
        deliver.end_leases(session, now)
    with database.reading() as session:
        parked = follow.has_parked(session)
    if parked:
        with database.transaction() as session:
            follow.adopt_parked(session, wiring().settings.twilio_account_sid, now)
    drain_outcomes(database, wiring().spool)


def _look_for_the_lost() -> None:
    wired = wiring()
    try:
        reconcile.reconcile(wired.database, wired.carrier, wired.settings.twilio_account_sid)
        fetch_missed(wired.database, wired.carrier, wired.settings.twilio_account_sid)
    except Exception:  # the next sweep looks again, whatever this look met
        log.exception("looking for lost texts failed")


_turns = Turns(Outbox(wiring).drain)
_looks = Turns(_look_for_the_lost)
_background = ThreadPoolExecutor(1, thread_name_prefix="reconcile")  # its calls must not hold up the sending
