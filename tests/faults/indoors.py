"""The whole shop in one process: the real app, database and carrier client, with a clock in our hands and workers that we step.

What a worker process does in turns is done here in single steps, each of which may break off at a failpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.settings import Settings, load
from smsdesk.adapters import clock, ids
from smsdesk.adapters.failpoints import FailpointReached, Vanished, broken_at
from smsdesk.adapters.twilio import sign
from smsdesk.adapters.wiring import Wiring
from smsdesk.app import create_app
from smsdesk.desk import apply_policies, deliver, follow, promise_book, reconcile, remind, route, snooze, tell
from smsdesk.desk.deliver import Claim
from smsdesk.desk.drain_spool import drain_outcomes, drain_reports, drain_texts
from smsdesk.desk.fetch_missed import fetch_missed
from smsdesk.desk.keep_rules import change_rules
from smsdesk.models import Message, Number, Stop
from smsdesk.models.customer import Address
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.message import Purpose
from smsdesk.rules.house_rules import HouseRules
from smsdesk.simulator.ledger import Text
from smsdesk.web import wired
from tests import one_compiler
from tests.faults.oracles import judge, unsettled
from tests.faults.standin import StandIn, standing_in
from tests.workers.shop import Shop
from workers.outbox import carry

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
AT_REST = frozenset({"ready", "retry_wait", "sending", "unknown"})
# What is judged by comparing moments says nothing where the clock was set back; `carries` and the carrier's own count judge the same
BY_THE_CLOCK = ("I5 a text was sent", "doctor: nothing was sent after a STOP", "doctor: replies left in the order")


@dataclass
class Hands:
    """`at` is what the machine's clock says. Where it is set back, a process stands still instead, as it does by `clock.now`; a new one knows no better."""

    at: datetime = NINE
    seen: datetime = NINE
    furthest: datetime = NINE
    was_set_back: bool = False

    def __call__(self) -> datetime:
        self.seen = max(self.seen, self.at)
        self.furthest = max(self.furthest, self.seen)
        return self.seen

    def nanoseconds(self) -> int:
        return round(self.at.timestamp() * 1_000_000) * 1000

    def set_back(self, by: timedelta) -> None:
        """By five minutes at most, from what was seen last."""
        self.at = max(self.at - by, self.seen - timedelta(minutes=5))
        self.was_set_back = self.was_set_back or bool(by)


@dataclass
class Indoors:
    """`acknowledged` is what our client read a 2xx for: the ledger of the one who posts."""

    shop: Shop
    client: FlaskClient
    witness: StandIn
    hands: Hands
    stack: ExitStack
    acknowledged: set[str] = field(default_factory=set)
    in_spite: list[str] = field(default_factory=list)

    @property
    def wiring(self) -> Wiring:
        return self.shop.wiring

    @property
    def account(self) -> str:
        return self.shop.settings.twilio_account_sid

    # ------------------------------------------------------------------ what comes from outside

    def customer_texts(self, sender: str, body: str, to: str) -> Text:
        """The carrier has it, and has posted nothing yet."""
        return self.witness.carrier.customers.text(sender, to, body)

    def post(self, text: Text, failpoint: str = "") -> int | None:
        """The carrier's post of a customer's text; None where the process died over it."""
        status = self._post("/webhooks/twilio/messages", self.witness.carrier.customers.form(text), failpoint)
        if status and 200 <= status < 300:
            self.acknowledged.add(text.sid)
        return status

    def report(self, text: Text, word: str, code: int | None = None) -> int | None:
        form = {"AccountSid": self.account, "MessageSid": text.sid, "MessageStatus": word, "To": text.to}
        path = text.status_url.removeprefix(self.shop.settings.public_url)
        return self._post(path, form | ({"ErrorCode": str(code)} if code else {}))

    def _post(self, path: str, form: dict[str, str], failpoint: str = "") -> int | None:
        url = self.shop.settings.public_url + path
        signed = {"X-Twilio-Signature": sign(url, form, self.shop.settings.twilio_auth_tokens[0])}
        with broken_at(failpoint), suppress(Vanished):
            return self.client.post(path, data=form, headers=signed).status_code
        return None

    # ------------------------------------------------------------------ what goes on by itself

    def claims(self) -> list[Claim]:
        """What an outbound worker takes into its hands in one look."""
        with self.wiring.database.reading() as session:
            waiting = deliver.look(session, clock.now(), 20)
        if not waiting:
            return []
        with self.wiring.database.transaction() as session:
            return deliver.claim(session, waiting, clock.now())

    def carries(self, claimed: Claim, failpoint: str = "") -> None:
        """One call, at its moment; the worker may die over it."""
        self.hands.at = max(self.hands.at, claimed.call_at)
        may_go, taken = self._may_go(claimed), len(self._taken_for(claimed.to))
        with broken_at(failpoint), suppress(Vanished, FailpointReached):
            carry(self.wiring, claimed)
        if not may_go and len(self._taken_for(claimed.to)) > taken:
            self.in_spite.append(f"I5 a call was begun after a STOP: {claimed.message_id}")

    def _may_go(self, claimed: Claim) -> bool:
        """No STOP is in force, or it is the text that says so: asked before the call, so that no clock has a say in it."""
        stopped = (
            select(Stop.address_id).join(Address, Address.id == Stop.address_id).where(Address.value == claimed.to)
        )
        return not self.shop.all(stopped) or self.shop.message(claimed.message_id).purpose is Purpose.CONFIRMATION

    def _taken_for(self, phone: str) -> list[Text]:
        return self.witness.carrier.ledger.texts("direction = 'outbound-api' AND recipient = ?", phone)

    def sends(self) -> None:
        while claimed := self.claims():
            for one in claimed:
                self.carries(one)

    def mends(self) -> None:
        """The sweep of the outbound worker."""
        database = self.wiring.database
        with database.transaction() as session:
            deliver.end_leases(session, clock.now())
            follow.adopt_parked(session, self.account, clock.now())
        drain_outcomes(database, self.wiring.spool)

    def looks_for_the_lost(self) -> None:
        reconcile.reconcile(self.wiring.database, self.wiring.carrier, self.account)
        fetch_missed(self.wiring.database, self.wiring.carrier, self.account)

    def reads_the_spool(self) -> None:
        drain_texts(self.wiring.database, self.wiring.spool)
        drain_reports(self.wiring.database, self.wiring.spool)

    def places(self) -> None:
        with self.wiring.database.transaction() as session:
            route.drain(session, clock.now())

    def follows_policies(self) -> None:
        with self.wiring.database.transaction() as session:
            if promise_book.is_out_of_date(session, clock.now()):
                promise_book.publish(session, clock.now())
            apply_policies.drain(session, clock.now())

    def looks_at_the_clock(self, dies: Literal["", "before", "after"] = "") -> None:
        """Claims what is due and tells it, as the clock process and the reminders worker do; or dies before or after its commit."""
        with suppress(Vanished):
            with self.wiring.database.transaction() as session:
                remind.claim_due(session, clock.now())
                if dies == "before":
                    raise Vanished
            if dies:
                return
            self._until_none(lambda session: remind.claim_due(session, clock.now()))
            self._until_none(lambda session: tell.tell_waiting(session, clock.now()))
            with self.wiring.database.transaction() as session:
                snooze.wake_due(session, clock.now())

    def _until_none(self, look: Callable[[Session], int]) -> None:
        while True:
            with self.wiring.database.transaction() as session:
                if not look(session):
                    return

    def starts_again(self) -> None:
        """Every process has died, with all that it remembered, and new ones stand over the same database, spool and log."""
        self.closes()
        self.hands.seen = self.hands.at
        self.stack.enter_context(ids.told_by(self.hands.nanoseconds))
        app = create_app(self.shop.settings)
        one_compiler.keep_templates(app)
        self.shop.wiring, self.client = app.extensions[wired.NAME], app.test_client()

    def closes(self) -> None:
        self.wiring.database.close()
        self.wiring.inbox.close()

    # ------------------------------------------------------------------ quiet, and what must hold then

    def comes_to_rest(self) -> None:
        """Everything that broke is whole again, and an hour passes in which everybody does their work."""
        self.witness.carrier.modes.clear()
        self.hands.at = max(
            self.hands.at, self.hands.furthest
        )  # what the carrier took before its clock was set back is no more to come
        for _ in range(20):
            self.does_everything()
            self.hands.at += timedelta(minutes=4)
            if self._is_quiet():
                break
        self.hands.at += timedelta(minutes=7)  # the carrier's log is looked through again
        self.does_everything()

    def does_everything(self) -> None:
        self.reads_the_spool()
        self.mends()
        self.looks_for_the_lost()
        self.places()
        self.sends()
        self.looks_at_the_clock()
        self.follows_policies()

    def _is_quiet(self) -> bool:
        waits = select(Message.id).where(Message.state.in_(AT_REST), Message.not_before <= clock.now())
        return not self.shop.all(waits) and not self.wiring.spool.depth()

    def is_sound(self) -> list[str]:
        """What does not hold, in words."""
        broken = [*judge(self.wiring.database, self.witness, frozenset(self.acknowledged)).broken, *self.in_spite]
        if self.hands.was_set_back:
            broken = [words for words in broken if not words.startswith(BY_THE_CLOCK)]
        everything = {text.sid for text in self.witness.carrier.ledger.texts("direction = 'inbound'")}
        stored = {message.carrier_sid for message in self.shop.messages()}
        broken += [f"I1 never fetched: {sid}" for sid in everything - stored]
        broken += unsettled(self.shop.messages(), clock.now())
        left = sorted(path.name for path in self.shop.settings.spool.rglob("*.json"))
        return broken + [f"I1 in the spool, or put aside as unreadable: {name}" for name in left]


@contextmanager
def indoors(environ: dict[str, str], database_url: str) -> Iterator[Indoors]:
    """Open for business at nine on a Monday."""
    hands = Hands()
    with ExitStack() as stack:
        stack.enter_context(clock.told_by(hands))
        stack.enter_context(ids.told_by(hands.nanoseconds))
        # Whether STOP is obeyed must not be the carrier's merit
        given = load(environ | {"DATABASE_URL": database_url})
        witness = stack.enter_context(standing_in(given, "http://127.0.0.1:9", drops=1.0, honours_stop=False))
        settings: Settings = witness.settings
        app = create_app(settings)
        shop = Shop(app.extensions[wired.NAME], settings).opens(per_second=100)
        with shop.session() as session:
            session.add(Heartbeat(name="clock", at=clock.now()))
            session.execute(
                update(Number).values(created_at=NINE - timedelta(hours=1))
            )  # whatever the clock is set back to, it is ours
            change_rules(session, HouseRules(we_confirm_stops=True), None, clock.now())
        house = Indoors(shop, app.test_client(), witness, hands, stack)
        try:
            house.follows_policies()
            house.looks_for_the_lost()  # from here on whatever the carrier's log holds is found, however long nobody looks
            yield house
        finally:
            house.closes()
