"""Sending, several calls at once: none of them holds up the others, and no number takes all the lanes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Accepted, Outcome
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.spool import SpooledOutcome
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import conclude, deliver
from smsdesk.desk.deliver import Claim
from workers.draining import LONG_ENOUGH, stopping

log = logging.getLogger(__name__)

LANES = (
    48  # calls in flight: a hundred texts a second at 150 ms a call are 15, and one number has half of these at most
)
LOOK_EVERY = timedelta(milliseconds=50)  # while something is in flight or waits for its sender's next slot
WORTH_WAITING = timedelta(seconds=5)  # until a sender is free; the sweep finds what waits longer


class Outbox:
    """Texts that are claimed here: some wait for their sender's slot, some are in flight."""

    def __init__(self, wired: Callable[[], Wiring]) -> None:
        self._wired = wired
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="lane")
        self._due: list[Claim] = []
        self._flying: dict[Future[None], UUID] = {}
        self._landed = threading.Event()

    def drain(self) -> None:
        """Until nothing waits, or for half a minute; calls that are then in flight go on."""
        end = clock.now() + LONG_ENOUGH
        while True:
            self._forget_landed()
            may_claim = clock.now() < end and not stopping.is_set()
            if may_claim:
                self._due += self._claim()
            self._launch()
            if not self._due and (not may_claim or not (self._flying or self._will_be_free())):
                return
            self._landed.wait(self._pause().total_seconds())
            self._landed.clear()

    def _claim(self) -> list[Claim]:
        """As many as lanes are free. One number gets at most half of what is left, so that none can take them all."""
        taken = [*self._flying.values(), *(claimed.number_id for claimed in self._due)]
        free = LANES - len(taken)
        if free <= 0:
            return []
        busy = {number for number in taken if taken.count(number) >= max(free, 1)}
        database = self._wired().database
        with database.reading() as session:  # an idle look must not keep writers waiting
            waiting = deliver.look(session, clock.now(), max(1, (free + 1) // 2), busy)
        if not waiting:
            return []
        with database.transaction() as session:
            claims = deliver.claim(session, waiting, clock.now())
        reach("out.after_claim")
        return claims

    def _launch(self) -> None:
        now = clock.now()
        for claimed in [one for one in self._due if one.call_at <= now]:
            self._due.remove(claimed)
            flight = self._pool.submit(carry, self._wired(), claimed)
            self._flying[flight] = claimed.number_id
            flight.add_done_callback(lambda _: self._landed.set())

    def _forget_landed(self) -> None:
        for flight in [one for one in self._flying if one.done()]:
            del self._flying[flight]
            if error := flight.exception():
                log.error("a sending broke off: %s", type(error).__name__, exc_info=error)

    def _will_be_free(self) -> bool:
        with self._wired().database.reading() as session:
            at = deliver.next_chance(session, clock.now())
        return at is not None and at - clock.now() < WORTH_WAITING

    def _pause(self) -> timedelta:
        soonest = min((claimed.call_at for claimed in self._due), default=clock.now() + LOOK_EVERY)
        return min(LOOK_EVERY, max(soonest - clock.now(), timedelta(milliseconds=1)))


def carry(wired: Wiring, claimed: Claim) -> None:
    """One call, outside any transaction, between two small ones. Raises SQLAlchemyError while the database is away."""
    with wired.database.transaction() as session:
        if not deliver.about_to_call(session, claimed, clock.now()):
            return
    reach("out.before_post")
    if claimed.is_nearly_over(clock.now()):  # this process was stopped for a while after it noted the call
        with wired.database.transaction() as session:
            deliver.give_back(session, claimed)
        return
    url = f"{wired.settings.public_url}/webhooks/twilio/statuses/{claimed.message_id}"
    outcome = wired.carrier.send(claimed.outgoing(url, clock.now()))
    reach("out.after_post")
    _record(wired, claimed, outcome)


def _record(wired: Wiring, claimed: Claim, outcome: Outcome) -> None:
    now = clock.now()
    account = wired.settings.twilio_account_sid
    try:
        with wired.database.transaction() as session:
            rest_until = conclude.conclude(session, claimed, outcome, account, now)
            reach("out.before_sid_commit")
        reach("out.after_sid_commit")
    except SQLAlchemyError:
        # Everything else is looked for when its lease is over; a sid would have to be found again
        if isinstance(outcome, Accepted):
            kept = (claimed.message_id, claimed.attempt_id, outcome.carrier_sid, account, outcome.segments, now)
            wired.spool.keep_outcome(SpooledOutcome(*kept))
        raise
    if rest_until is not None:
        with wired.database.transaction() as session:
            conclude.rest(session, claimed.number_id, rest_until)
    elif isinstance(outcome, Accepted) and claimed.attempts > 1:
        with wired.database.transaction() as session:
            conclude.bring_forward(session, claimed.sender, now)
