"""Everything is killed at random under load (F16, F66, F67): in the end nothing is lost, nothing went twice, and all is well.

`SMSDESK_FAULTS=long`; SMSDESK_FAULTS_SECONDS says for how long on each database (1800), SMSDESK_FAULTS_SEED repeats a run,
SMSDESK_FAULTS_WITHIN how many seconds what was away may take until nothing waits (30).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import load
from smsdesk.adapters import clock
from smsdesk.desk.keep_rules import change_rules
from smsdesk.models import Agent, Message, Number, SendAttempt
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.rules.delivery_status import State
from smsdesk.rules.house_rules import HouseRules
from tests.faults.ground import LONG, ROOT, SEED
from tests.faults.oracles import judge, unsettled
from tests.faults.soak import Soak, under
from tests.faults.standin import standing_in
from tests.faults.stores import a_store
from tests.ports import free_port
from tests.servers import until
from tests.workers.shop import shop_of

SECONDS = float(os.environ.get("SMSDESK_FAULTS_SECONDS", "1800"))
# trust.md 6.2, I13; a machine that does other things as well may be given longer
WITHIN = float(os.environ.get("SMSDESK_FAULTS_WITHIN", "30"))
A_CLAIM = 45.0  # a killed worker's ends after as long; until then nobody may know what became of it
BEHAVES = {"repeats": 0.1, "shuffles": 0.1, "drops": 0.1, "honours_stop": False, "quickest_s": 0.05, "slowest_s": 0.5, "retry_pause_s": 1.0}  # fmt: skip
FETCHED = "texts reach us by themselves"

pytestmark = [pytest.mark.skipif(not LONG, reason="takes long; make faults"), pytest.mark.timeout(SECONDS + 1800)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def soak(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> Iterator[Soak]:
    port = free_port()
    with ExitStack() as stack:
        store = stack.enter_context(a_store(request.param, sqlite_url, tmp_path))
        environ = {
            "SMSDESK_VAR": str(tmp_path / "var"),
            "DATABASE_URL": store.url,
            "SECRET_KEY": "not a secret, for tests only, 0123456789",
            "CARRIER": "pretend",
            "TWILIO_ACCOUNT_SID": "AC" + "0123456789abcdef" * 2,
            "TWILIO_AUTH_TOKEN": "fedcba9876543210" * 2,
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "WEB_CONCURRENCY": "2",
        }
        witness = stack.enter_context(standing_in(load(environ), f"http://127.0.0.1:{port}", **BEHAVES))
        environ["TWILIO_API_BASE_URL"] = witness.carrier.url
        shop = shop_of(witness.settings).opens(target=timedelta(seconds=20), per_second=100)
        with shop.session() as session:
            session.execute(update(Agent).values(capacity=10_000))
            change_rules(session, HouseRules(we_confirm_stops=True, hourly_to_one=1000, by_one_a_minute=1000), None, clock.now())  # fmt: skip
            session.execute(update(Number).values(created_at=clock.now() - timedelta(minutes=2)))
        yield Soak(shop, witness, environ, store, random.Random(SEED))
        shop.wiring.database.close()


def test_f67_everything_is_killed_at_random_and_nothing_is_lost(
    soak: Soak, record_property: Callable[[str, object], None]
) -> None:
    print(f"SMSDESK_FAULTS_SEED={SEED} SMSDESK_FAULTS_SECONDS={SECONDS:g}")
    with soak.running():
        ends_at, stop = time.monotonic() + SECONDS, threading.Event()
        with under(stop, (soak.customers_text, 5.0), (soak.agents_answer, 2.0)):
            while time.monotonic() < ends_at:
                time.sleep(soak.dice.uniform(1.5, 7))
                soak.breaks_something()
        soak.witness.carrier.modes.clear()
        caught_up = soak.catches_up(WITHIN + A_CLAIM)
        settles(soak)
        recovered = {name: soak.recovers_from(away, WITHIN) for name, away in dependencies(soak).items()}
        settles(soak)
        unwell = doctors_findings(soak)
        verdict = judge(soak.shop.wiring.database, soak.witness)

    record_property("seed", SEED)
    record_property("seconds", SECONDS)
    record_property("faults", dict(sorted(soak.tally.items())))
    record_property("texts_in", verdict.texts_in)
    record_property("approved", soak.approved)
    record_property("texts_out", verdict.texts_out)
    record_property("lost", verdict.lost)
    record_property("twice", verdict.twice)
    record_property("caught_up_s", round(caught_up, 1))
    record_property("recovered_s", {name: round(seconds, 1) for name, seconds in recovered.items()})
    assert verdict.broken == ()
    assert list(soak.shop.settings.spool.rglob("*.json")) == []
    assert unsettled(soak.shop.messages(), clock.now()) == []
    assert {name for name in unwell if name != FETCHED} == set()


def dependencies(soak: Soak) -> dict[str, Callable[[], object]]:
    """What is taken away for a while, once more and one by one, to see how long the backlog takes afterwards."""

    def carrier() -> None:
        soak.witness.carrier.refuse_for(8)
        time.sleep(8.5)

    def redis() -> None:
        for _ in range(4):
            soak._kills("redis")
            time.sleep(1.5)

    def database() -> None:
        soak.store.away(random.Random(1))

    def web() -> None:
        soak._kills("web")
        time.sleep(3)

    return {"the carrier": carrier, "Redis": redis, "the database": database, "the web": web}


def settles(soak: Soak) -> None:
    """What is in doubt is looked for as if an hour had passed, and so is what the carrier gave up on."""

    def in_doubt() -> list[Message]:
        return [message for message in soak.shop.messages() if message.state is State.UNKNOWN]

    soak.witness.carrier.habits.change({"drops": 0.0})
    wait_for_the_log(soak)
    for _ in range(20):
        if not in_doubt() and not soak.backlog():
            return
        with soak.shop.session() as session:
            long_ago = clock.now() - timedelta(minutes=20)
            session.execute(update(SendAttempt).where(SendAttempt.first_looked_at.is_not(None)).values(first_looked_at=long_ago))  # fmt: skip
            session.execute(update(Message).where(Message.state == State.UNKNOWN).values(not_before=clock.now()))
        time.sleep(6)
    raise AssertionError(f"it does not settle: {soak.backlog()}")


def wait_for_the_log(soak: Soak) -> None:
    """Until whatever the carrier took from customers is stored: it is in the carrier's log, which is looked through again."""

    def all_are_here() -> bool:
        stored = {message.carrier_sid for message in soak.shop.messages()}
        return all(text.sid in stored for text in soak.witness.carrier.ledger.texts("direction = 'inbound'"))

    for _ in range(30):
        if all_are_here():
            return
        with soak.shop.session() as session:
            for beat in session.query(Heartbeat).where(Heartbeat.name.startswith("fetched:")):
                beat.at = clock.now() - timedelta(minutes=6)
        time.sleep(5)
    raise AssertionError("texts that the carrier took never came")


def doctors_findings(soak: Soak) -> set[str]:
    """The names of what `desk doctor` is not content with."""
    until(lambda: soak.part("clock") is not None, 60)
    time.sleep(3)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "desk", "doctor", "--json"]
    told = subprocess.run(command, cwd=ROOT, env={**soak.environ, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)  # fmt: skip
    return {f"{found['name']}: {found['found']}" if found["name"] != FETCHED else FETCHED for found in json.loads(told.stdout)["checks"] if not found["ok"]}  # fmt: skip
