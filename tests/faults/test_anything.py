"""Anything may happen, in any order: texts, repetitions, reports, answers, STOPs, deaths, restarts, odd carriers, a clock that jumps.

After each quiet hour everything that must hold is asked. A failure prints the shortest story that leads to it, and its seed.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk.check_sending import TooManyTexts
from smsdesk.desk.decide import NothingToDecide, mark_as_sent, resend
from smsdesk.desk.deliver import Claim
from smsdesk.desk.reply import SomethingNewArrived, reply
from smsdesk.desk.resolve import resolve
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Agent, Conversation, Message
from smsdesk.rules.delivery_status import State
from smsdesk.simulator.ledger import Text
from tests import servers
from tests.faults.ground import LONG, SEED
from tests.faults.indoors import Indoors, indoors
from tests.workers.shop import NUMBER

PHONES = ["+14155550142", "+14155550143", "+14155550144"]
BODIES = ["When can I come?"] * 6 + ["STOP", "STOP", "START", "HELP", "Thanks!", "\N{PARTY POPPER}", "a\x00b"]
IN = ["in.after_verify", "in.before_commit", "in.after_commit"]
OUT = ["out.before_post", "out.after_post", "out.before_sid_commit", "out.after_sid_commit"]
MODES = [
    "accept_then_close",
    "accept_500",
    "201_garbage",
    "201_truncated",
    "201_empty",
    "201_wrong_sid",
    "reset_before",
    "500",
]
MODES += ["502_html", "503", "307", "401", "429", "429:7", "21610", "30007", "fail:30008"]
WORDS = [("queued", None), ("sending", None), ("sent", None), ("delivered", None), ("undelivered", 30003), ("failed", 30008)]  # fmt: skip
deaths = st.sampled_from(["vanish", "raise"])
places = st.integers(0, 7)
rarely = st.sampled_from([False, False, False, True])


class Anything(RuleBasedStateMachine):
    """`house` is set by whoever runs it."""

    house: Callable[[ExitStack], Indoors]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.it = type(self).house(self.stack)
        self.held: list[Claim] = []
        self.tokens = itertools.count(1)

    # ------------------------------------------------------------------ customers and the carrier

    @initialize()
    def somebody_has_texted(self) -> None:
        assert self.it.post(self.it.customer_texts(PHONES[0], "Hello?", NUMBER)) == 200

    @rule(
        phone=st.sampled_from(PHONES),
        body=st.sampled_from(BODIES),
        point=st.sampled_from(["", *IN]),
        death=deaths,
        times=st.integers(0, 2),
    )
    def a_customer_texts(self, phone: str, body: str, point: str, death: str, times: int) -> None:
        """The carrier posts it once, more often, or not at all; the web may die over it first."""
        text = self.it.customer_texts(phone, body, NUMBER)
        if point:
            self.it.post(text, f"{point}:{death}")
        for _ in range(times):
            assert self.it.post(text) == 200

    @rule(which=places)
    def an_earlier_post_comes_again(self, which: int) -> None:
        texts = self.it.witness.carrier.ledger.texts("direction = 'inbound'")
        assert self.it.post(texts[-1 - which % len(texts)]) == 200

    @precondition(lambda self: self.it.witness.accepted())
    @rule(which=places, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
    def reports_come(self, which: int, words: list[tuple[str, int | None]]) -> None:
        """In any order, and as often as they like."""
        taken = [text for texts in self.it.witness.accepted().values() for text in texts]
        text = taken[-1 - which % len(taken)]
        assert {self.it.report(text, word, code) for word, code in words} == {200}

    @rule(number=st.integers(1, 3))
    def a_report_names_a_text_that_nobody_knows(self, number: int) -> None:
        url = f"{self.it.shop.settings.public_url}/webhooks/twilio/statuses/nobody"
        assert self.it.report(Text(f"SM{number:032x}", "outbound-api", PHONES[0], NUMBER, "", status_url=url), "sent") == 200  # fmt: skip

    @rule(mode=st.sampled_from(MODES), times=st.integers(1, 2))
    def the_carrier_turns_odd(self, mode: str, times: int) -> None:
        self.it.witness.carrier.modes.next(mode, times)

    @rule(lag=st.sampled_from([0.0, 120.0, 1200.0]), omits=st.sampled_from([0.0, 0.0, 0.5]))
    def the_carriers_list_lags_or_omits(self, lag: float, omits: float) -> None:
        self.it.witness.carrier.habits.change({"list_lag_s": lag, "list_omits": omits})

    # ------------------------------------------------------------------ people

    @rule(
        which=places,
        who=st.sampled_from(["Maya", "Ana"]),
        unseen=rarely,
        presses=st.integers(1, 2),
        then=st.sampled_from(["", *OUT]),
    )
    def somebody_answers(self, which: int, who: str, unseen: bool, presses: int, then: str) -> None:
        """And perhaps a worker takes it at once, and dies over it."""
        conversation, token = self.pick(which), f"token-{next(self.tokens)}"
        written = {self.answer(conversation, who, token, unseen) for _ in range(presses)}
        assert len(written) == 1
        if then:
            self.a_worker_sends_and_may_die(then, "vanish")

    @precondition(lambda self: self.it.shop.all(select(Message.id).where(Message.state == State.UNCONFIRMED)))
    @rule(again=st.booleans())
    def somebody_decides(self, again: bool) -> None:
        lost = self.it.shop.all(select(Message).where(Message.state == State.UNCONFIRMED))[0]
        try:
            with self.it.shop.session() as session:
                maya = session.get_one(Agent, self.it.shop.people["Maya"])
                if again:
                    resend(session, lost, maya, clock.now(), f"token-{next(self.tokens)}")
                else:
                    mark_as_sent(session, lost, maya, clock.now())
        except (NothingToDecide, OptedOut, TooManyTexts) as refused:
            note(repr(refused))

    @rule(which=places)
    def somebody_resolves(self, which: int) -> None:
        with self.it.shop.session() as session:
            conversation = session.get_one(Conversation, self.pick(which).id)
            resolve(session, conversation, session.get_one(Agent, self.it.shop.people["Maya"]), clock.now(), seen=conversation.last_seq)  # fmt: skip

    # ------------------------------------------------------------------ workers

    @rule(point=st.sampled_from(["", *OUT]), death=deaths)
    def a_worker_sends_and_may_die(self, point: str, death: str) -> None:
        """What else it had in its hands is left there."""
        if not point:
            return self.it.sends()
        claimed = self.it.claims()
        self.held += claimed[1:]
        for one in claimed[:1]:
            self.it.carries(one, f"{point}:{death}")
        return None

    @rule()
    def a_worker_claims_and_is_held_up(self) -> None:
        self.held += self.it.claims()

    @precondition(lambda self: self.held)
    @rule(every_one_dies=st.booleans())
    def what_was_held_up_goes_on(self, every_one_dies: bool) -> None:
        while self.held:
            claimed = self.held.pop(0)
            if not every_one_dies:
                self.it.carries(claimed)

    @rule(dies=st.sampled_from(["", "", "before", "after"]))
    def the_clock_looks(self, dies: Literal["", "before", "after"]) -> None:
        self.it.looks_at_the_clock(dies)

    @rule(part=st.sampled_from(["mends", "looks_for_the_lost", "reads_the_spool", "places"]))
    def a_sweep_comes(self, part: str) -> None:
        getattr(self.it, part)()

    @rule(seconds=st.sampled_from([0.3, 5, 20, 50, 200, 700, 2000, 5 * 3600, 27 * 3600]))
    def time_passes(self, seconds: float) -> None:
        self.it.hands.at += timedelta(seconds=seconds)

    # ------------------------------------------------------------------ the machine

    @rule(set_back=st.sampled_from([0, 0, 20, 300]))
    def everything_dies_and_is_started_again(self, set_back: float) -> None:
        """Whatever somebody had in their hands stays where it was; the machine may come back with another idea of the time."""
        self.held.clear()
        self.it.hands.set_back(timedelta(seconds=set_back))
        self.it.starts_again()

    @rule(seconds=st.sampled_from([1, 60, 300]))
    def the_machines_clock_is_set_back(self, seconds: float) -> None:
        self.it.hands.set_back(timedelta(seconds=seconds))

    # ------------------------------------------------------------------ what must hold

    @rule()
    def all_is_quiet_for_an_hour(self) -> None:
        self.held.clear()
        self.it.witness.carrier.habits.change({"list_lag_s": 0.0, "list_omits": 0.0})
        self.it.comes_to_rest()
        assert self.it.is_sound() == []

    def teardown(self) -> None:
        try:
            self.all_is_quiet_for_an_hour()
        finally:
            self.stack.close()

    def pick(self, which: int) -> Conversation:
        conversations = self.it.shop.all(select(Conversation).order_by(Conversation.created_at, Conversation.id))
        return conversations[which % len(conversations)]

    def answer(self, conversation: Conversation, who: str, token: str, unseen: bool) -> str:
        seen = conversation.last_seq - (1 if unseen else 0)
        try:
            with self.it.shop.session() as session:
                author = session.get_one(Agent, self.it.shop.people[who])
                return str(reply(session, conversation.id, f"Ready at five, {token}", author, clock.now(), seen=seen, client_token=token).id)  # fmt: skip
        except (SomethingNewArrived, OptedOut, TooManyTexts) as refused:
            return repr(refused)


def run(house: Callable[[ExitStack], Indoors], examples: int, steps: int) -> None:
    machine = type("Anything", (Anything,), {"house": staticmethod(house)})
    if LONG:
        print(f"SMSDESK_FAULTS_SEED={SEED}")
        machine = seed(SEED)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, print_blob=True, deadline=None,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip


@pytest.mark.timeout(3600)
def test_whatever_happens_nothing_is_lost_and_nothing_goes_twice(
    environ: dict[str, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setenv("SMSDESK_TESTING", "1")
    numbers = itertools.count(1)

    def house(stack: ExitStack) -> Indoors:
        folder = tmp_path / f"{next(numbers)}"
        url = environ["DATABASE_URL"]
        if url.startswith("sqlite"):
            folder.mkdir()
            shutil.copy(url.removeprefix("sqlite:///"), folder / "smsdesk.db")
            url = f"sqlite:///{folder / 'smsdesk.db'}"
        else:
            own: servers.OwnDatabase = request.getfixturevalue("_own_postgresql")
            own.empty()
            url = own.ready()
        return stack.enter_context(indoors(environ | {"SMSDESK_VAR": str(folder / "var")}, url))

    examples = int(os.environ.get("SMSDESK_FAULTS_EXAMPLES", "400" if LONG else "5"))
    steps = 50 if LONG else 25
    record_property("histories", examples)
    record_property("steps", steps)
    record_property("seed", SEED)
    run(house, examples, steps)
