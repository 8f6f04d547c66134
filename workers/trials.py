"""Trials of a policy are worked off: a batch is read without holding anybody up, then kept in a moment."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import OperationalError

from smsdesk.adapters import clock
from smsdesk.adapters.failpoints import reach
from smsdesk.desk import try_policy
from smsdesk.desk.try_policy import Work
from workers.draining import LONG_ENOUGH, stopping
from workers.wired import wiring

log = logging.getLogger(__name__)


def try_policies() -> None:
    """One trial after another, for half a minute at most."""
    end = clock.now() + LONG_ENOUGH
    while _has_time(end):
        with wiring().database.transaction() as session:
            work = try_policy.claim(session, clock.now())
        if work is None:
            return
        try:
            _work_off(work, end)
        except OperationalError:  # the database is away: the trial is taken up again when its lease is over
            raise
        except Exception:  # the next trial must not wait for one that cannot be done
            log.exception("trial %s cannot be done", work.trial_id)
            with wiring().database.transaction() as session:
                try_policy.fail(session, work, clock.now())


def _work_off(work: Work, end: datetime) -> None:
    while _has_time(end):
        with wiring().database.reading() as session:
            try_policy.go_on(session, work, clock.now())
        reach("trial.before_keep")
        with wiring().database.transaction() as session:
            is_ours = try_policy.keep(session, work, clock.now())
        if work.is_done or not is_ours:
            return
    with wiring().database.transaction() as session:
        try_policy.put_down(session, work)


def _has_time(end: datetime) -> bool:
    return clock.now() < end and not stopping.is_set()
