"""`python -m workers.clock`: sleeps until the next moment that somebody was promised, and claims what is due.

Any number of these may run. It needs no Redis; without one it tells the alerts itself.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from config.settings import BadSettings
from smsdesk.adapters import clock
from smsdesk.adapters.failpoints import reach
from smsdesk.desk import remind, snooze, suspect, watch_over
from smsdesk.desk.audit.ask import ask_for_the_night, was_asked_for
from smsdesk.desk.drain_spool import drain_reports, drain_texts
from smsdesk.models.alert import Alert
from smsdesk.models.heartbeat import Heartbeat
from workers import reminders, routing
from workers.wired import wiring

log = logging.getLogger(__name__)

LONGEST_SLEEP = timedelta(milliseconds=250)
SHORTEST_SLEEP = timedelta(milliseconds=1)
BEAT_EVERY = timedelta(seconds=2)
SWEEP_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(seconds=2)  # each watch is measured at a pace of its own
LOOK_FOR_THE_NIGHT_EVERY = timedelta(seconds=30)
WAKE_EVERY = timedelta(seconds=1)
TELLS_ITSELF_AFTER = timedelta(seconds=1)  # by then a worker would have told


class Ticker:
    """What the clock process does again and again, each at its own pace."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}

    def tick(self) -> timedelta:
        """Do what is due; returns how long to sleep."""
        wait = claim()
        self._each("beat", BEAT_EVERY, beat)
        self._each("tell", TELLS_ITSELF_AFTER / 2, tell_what_was_left)
        self._each("wake", WAKE_EVERY, wake)
        self._each("sweep", SWEEP_EVERY, sweep)
        self._each("watch", WATCH_EVERY, watch)
        self._each("night", LOOK_FOR_THE_NIGHT_EVERY, ask_for_the_audit)
        return wait

    def _each(self, name: str, every: timedelta, deed: Callable[[], None]) -> None:
        if self._next.get(name, clock.now()) <= clock.now():
            self._next[name] = clock.now() + every
            deed()


def main() -> None:
    """Until SIGTERM."""
    try:
        wired = wiring()
    except BadSettings as error:
        sys.exit(str(error))
    stopping, ticker = threading.Event(), Ticker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    log.info("the clock runs")
    while not stopping.is_set():
        stopping.wait(_ticked(ticker).total_seconds())
    wired.keeper.flush()


def claim() -> timedelta:
    """Turn what is due into alerts; returns how long nothing is due, a quarter of a second at most."""
    with wiring().database.reading() as session:  # an idle look must not keep writers waiting
        due_at = remind.next_due_at(session)
    now = clock.now()
    if due_at is None or due_at > now:
        return LONGEST_SLEEP if due_at is None else min(LONGEST_SLEEP, max(SHORTEST_SLEEP, due_at - now))
    with wiring().database.transaction() as session:
        claimed = remind.claim_due(session, now)
        reach("sla.before_commit")
    reach("sla.after_commit")
    # Nothing found: another clock process holds it, or its clock is stopping at this moment
    return timedelta(0) if claimed else SHORTEST_SLEEP * 10


def beat() -> None:
    """Say that the clock ticks, for `/readyz` and the doctor."""
    values = {"name": "clock", "at": clock.now()}
    with wiring().database.transaction() as session:
        session.execute(upsert(Heartbeat).on_conflict_do_update(index_elements=["name"], set_={"at": values["at"]}), values)  # fmt: skip


def tell_what_was_left() -> None:
    """Alerts that no worker told within a second: Redis is away, or the worker is."""
    with wiring().database.reading() as session:
        left = _has_untold(session, clock.now() - TELLS_ITSELF_AFTER)
    if left:
        reminders.sweep()


def ask_for_the_audit() -> None:
    """Once a night, whichever clock process comes first."""
    with wiring().database.reading() as session:
        asked = was_asked_for(session, clock.now())
    if not asked:
        with wiring().database.transaction() as session:
            ask_for_the_night(session, clock.now())


def wake() -> None:
    """What was put aside until now comes back."""
    with wiring().database.reading() as session:
        is_due = snooze.is_due(session, clock.now())
    if is_due:
        with wiring().database.transaction() as session:
            snooze.wake_due(session, clock.now())


def sweep() -> None:
    """The last resort for what needs neither Redis nor the carrier. Beside the clock, which must not wait for it."""
    _background.submit(_sweep)


def _sweep() -> None:
    try:
        drain_texts(wiring().database, wiring().spool)
        routing.sweep()
        reminders.follow_policies()
        settle_wishes()
        drain_reports(wiring().database, wiring().spool)
    except Exception:  # the database may be away; the next sweep must come whatever this one met
        log.exception("a sweep failed")


def settle_wishes() -> None:
    """Whoever may have asked for no more texts, and was given no decision within a day, gets none."""
    with wiring().database.reading() as session:
        is_due = suspect.is_due(session, clock.now())
    if is_due:
        with wiring().database.transaction() as session:
            suspect.settle_due(session, clock.now())


def watch() -> None:
    """Look at the figures that are watched. Beside the clock too: what was promised to the second goes before."""
    if _watching.acquire(blocking=False):  # a look that takes long is not followed by a heap of others
        _lookout.submit(_watch)


def _watch() -> None:
    try:
        look_at_watches()
    except Exception:  # the database may be away; the next look must come whatever this one met
        log.exception("watches were not looked at")
    finally:
        _watching.release()


def look_at_watches() -> None:
    """Measure what is due, then write down what was found."""
    now = clock.now()
    with wiring().database.reading() as session:
        looks = watch_over.look(session, now)
    if not looks:
        return
    with wiring().database.transaction() as session:
        watch_over.settle(session, looks, now)
        reach("watch.before_commit")
    reach("watch.after_commit")


_background = ThreadPoolExecutor(1, thread_name_prefix="sweep")
_lookout = ThreadPoolExecutor(1, thread_name_prefix="watch")
_watching = threading.Lock()


def _has_untold(session: Session, since: datetime) -> bool:
    return bool(session.scalar(select(exists().where(Alert.told_at.is_(None), Alert.claimed_at < since))))


def _ticked(ticker: Ticker) -> timedelta:
    try:
        return ticker.tick()
    except Exception:  # the database may be away; the clock must go on when it is back
        log.exception("a tick failed")
        return LONGEST_SLEEP * 4


if __name__ == "__main__":
    main()
