"""The post room: several messages about alerts on their way at once, none of which holds up the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from smsdesk.adapters import clock, programs
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.mail import Mailer
from smsdesk.adapters.push import Gone, Pusher
from smsdesk.adapters.strangers import strangers
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import dispatch, watch_programs, write_out
from smsdesk.desk.dispatch import Errand
from smsdesk.models.alert import Channel
from smsdesk.rules.alert_tries import Ended, Outcome, never
from workers.draining import LONG_ENOUGH, stopping

log = logging.getLogger(__name__)

LANES = 32  # a program that hangs holds six of them for ten seconds at the most
LOOK_EVERY = 0.1  # seconds, while something flies


class PostRoom:
    """What flies from this process, each by the channel and target that it goes to."""

    def __init__(self, wired: Callable[[], Wiring]) -> None:
        self._wired = wired
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="post")
        self._flying: dict[Future[None], tuple[str, str]] = {}
        self._landed = threading.Event()

    def drain(self) -> None:
        """Until nothing can be claimed, or for half a minute; calls that are then in flight go on."""
        end = clock.now() + LONG_ENOUGH
        while clock.now() < end and not stopping.is_set():
            self._forget_landed()
            for errand in self._claim():
                flight = self._pool.submit(run, self._wired(), errand)
                self._flying[flight] = (errand.channel.value, errand.target)
                flight.add_done_callback(lambda _: self._landed.set())
            if not self._flying:
                return
            self._landed.wait(LOOK_EVERY)
            self._landed.clear()

    def _claim(self) -> list[Errand]:
        room, database = LANES - len(self._flying), self._wired().database
        if room <= 0:
            return []
        with database.reading() as session:  # an idle look must not keep writers waiting
            if not dispatch.waits(session, clock.now()):
                return []
        with database.transaction() as session:
            return dispatch.claim(session, clock.now(), room, list(self._flying.values()))

    def _forget_landed(self) -> None:
        for flight in [one for one in self._flying if one.done()]:
            del self._flying[flight]
            if error := flight.exception():
                log.error("telling an alert broke off: %s", type(error).__name__, exc_info=error)


def run(wired: Wiring, errand: Errand) -> None:
    """One message: written from the rows, sent outside any transaction, its fate recorded."""
    try:
        outcome = CALLS[errand.channel](wired, errand)
    except write_out.NotToBeSent as why:
        outcome = never(str(why))
    reach("alert.after_send")
    now = clock.now()
    with wired.database.transaction() as session:
        dispatch.record(session, errand, outcome, now)
        if errand.webhook_id is not None:
            watch_programs.note(session, errand.webhook_id, outcome, errand.tries, now)


def _mail(wired: Wiring, errand: Errand) -> Outcome:
    with wired.database.reading() as session:
        letter = write_out.letter(session, errand, wired.settings, clock.now())
    server = wired.settings.mail
    return Mailer(server).send(letter) if server else never("E-mail is not set up here.")


def _push(wired: Wiring, errand: Errand) -> Outcome:
    """To each of their browsers; one that took it is enough."""
    with wired.database.reading() as session:
        parcel = write_out.parcel(session, errand, wired.settings, clock.now())
    pusher, outcomes = Pusher(wired.settings), list[Outcome]()
    for id, browser in parcel.browsers.items():
        try:
            outcomes.append(pusher.push(browser, parcel.content, errand.id, clock.now(), urgent=parcel.is_urgent))
        except Gone:
            with wired.database.transaction() as session:
                write_out.note_gone(session, id, clock.now())
    return min(
        outcomes, key=lambda one: BEST.index(one.ended), default=never("None of their browsers takes alerts any more.")
    )


def _post(wired: Wiring, errand: Errand) -> Outcome:
    with wired.database.reading() as session:
        posting = write_out.posting(session, errand, wired.settings, clock.now())
    return programs.post(strangers(wired.settings), posting.url, posting.headers, posting.body)


BEST = (Ended.TAKEN, Ended.IN_DOUBT, Ended.LATER, Ended.NEVER)
CALLS: dict[Channel, Callable[[Wiring, Errand], Outcome]] = {
    Channel.EMAIL: _mail,
    Channel.PUSH: _push,
    Channel.WEBHOOK: _post,
}
