"""Where faults happen: a shop with real processes around it, the pretend carrier as witness, and the questions asked in the end."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select, update

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.twilio import sign
from smsdesk.desk.deliver import end_leases
from smsdesk.models import Message, Number
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.rules.delivery_status import State
from smsdesk.up import leash
from tests.faults.oracles import judge
from tests.faults.standin import StandIn
from tests.servers import until
from tests.workers.shop import MARIA, NUMBER, Shop

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("SMSDESK_FAULTS") == "long"
SEED = int(
    os.environ.get("SMSDESK_FAULTS_SEED") or secrets.randbelow(10**9)
)  # of what is left to chance in the long form


@dataclass
class Ground:
    """`environ` is what every process gets; `shop` acts and looks from the outside."""

    shop: Shop
    witness: StandIn
    environ: dict[str, str]
    stack: ExitStack = field(default_factory=ExitStack)
    broken: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.witness.settings

    # ------------------------------------------------------------------ processes

    def run(self, *arguments: str, failpoint: str = "", log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        broken = {"SMSDESK_TESTING": "1", "SMSDESK_FAILPOINT": failpoint} if failpoint else {}
        self.broken += bool(failpoint)
        running = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**self.environ, **broken, "PATH": "/usr/bin:/bin"},
            preexec_fn=leash.tied_to_this_process(),
            start_new_session=True,
            stderr=log,
        )
        self.stack.callback(end, running)
        return running

    def worker(self, queue: str, failpoint: str = "") -> subprocess.Popen[bytes]:
        return self.run("workers.start", queue, failpoint=failpoint)

    def clock(self, failpoint: str = "") -> subprocess.Popen[bytes]:
        return self.run("workers.clock", failpoint=failpoint)

    def web(self, failpoint: str = "", log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Ready to take posts when this returns."""
        running = self.run("gunicorn", "-c", "config/gunicorn.py", "wsgi:app", failpoint=failpoint, log=log)
        until(self.web_answers, 30, "the web did not start")
        return running

    def web_answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.settings.port)) == 0

    # ------------------------------------------------------------------ what the carrier does

    def post(self, form: dict[str, str], path: str = "/webhooks/twilio/messages") -> int | None:
        """One signed post; its status, None where the connection broke."""
        url = self.settings.public_url + path
        headers = {
            "X-Twilio-Signature": sign(url, form, self.settings.twilio_auth_tokens[0]),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        ask = urllib.request.Request(url, urlencode(form).encode(), headers)
        try:
            with urllib.request.urlopen(ask, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def form(self, number: int, body: str = "hello?", sender: str = MARIA, to: str = NUMBER) -> dict[str, str]:
        sids = {"AccountSid": self.settings.twilio_account_sid, "MessageSid": f"SM{number:032x}"}
        return {**sids, "From": sender, "To": to, "Body": body, "NumMedia": "0", "NumSegments": "1"}

    def report(self, message_id: UUID, sid: str, word: str, code: int | None = None) -> int | None:
        form = {"AccountSid": self.settings.twilio_account_sid, "MessageSid": sid, "MessageStatus": word}
        return self.post(form | ({"ErrorCode": str(code)} if code else {}), f"/webhooks/twilio/statuses/{message_id}")

    # ------------------------------------------------------------------ what people do

    def answered(self, *bodies: str, sender: str = MARIA) -> list[UUID]:
        conversation_id = self.shop.hears("hello?", sender=sender).conversation_id
        assert conversation_id
        return [self.shop.answers(body, conversation_id) for body in bodies]

    def state(self, message_id: UUID) -> State:
        return self.shop.message(message_id).state

    def until_state(self, message_id: UUID, *states: State, seconds: float = 30) -> None:
        until(lambda: self.state(message_id) in states, seconds, f"it stayed elsewhere than {states}")

    def a_minute_passes(self) -> None:
        """For claims: whoever held one is gone for long, and what is in doubt is looked for at once."""
        with self.shop.session() as session:
            end_leases(session, clock.now() + timedelta(minutes=1))
            session.execute(update(Message).where(Message.state == State.UNKNOWN).values(not_before=clock.now()))

    def misses_nothing(self) -> None:
        """The carrier's log was looked through a moment ago: a worker that is stopped must not hold SQLite's pen for that."""
        with self.shop.session() as session:
            for number_id in session.scalars(select(Number.id)):
                session.add(Heartbeat(name=f"fetched:{number_id.hex}", at=clock.now()))

    # ------------------------------------------------------------------ what must hold

    def check(self, acknowledged: set[str] | None = None) -> None:
        """The three ledgers agree, and the database is in order (trust.md 6.2)."""
        verdict = judge(self.shop.wiring.database, self.witness, frozenset(acknowledged or ()))
        self.counted = {name: getattr(verdict, name) for name in ("texts_in", "texts_out", "lost", "twice")}
        assert verdict.broken == ()

    def faults(self) -> int:
        """How often something was broken on purpose: processes ended or broken off, and answers of the carrier that were not as usual."""
        odd = [call for call in self.witness.calls() if call.detail["mode"] != "ok"]
        return max(self.broken + len(odd), 1)


def end(process: subprocess.Popen[bytes]) -> None:
    """The process and whatever it started, now."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def at_once(deeds: list[Callable[[], object]]) -> list[object]:
    """All of them begin at the same moment; what each gave back."""
    barrier, results = threading.Barrier(len(deeds)), list[object]()

    def run(deed: Callable[[], object]) -> None:
        barrier.wait()
        results.append(deed())

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def every(seconds: float, deed: Callable[[int], object]) -> Iterator[list[object]]:
    """Meanwhile, again and again, in a thread: the deed with 1, 2, 3 …; what each gave back."""
    stop, results = threading.Event(), list[object]()

    def run() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            results.append(deed(number))
            stop.wait(seconds)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield results
    finally:
        stop.set()
        thread.join()


def exits(process: subprocess.Popen[bytes], seconds: float = 20) -> int:
    return process.wait(seconds)


def wait(seconds: float) -> None:
    """Where a fault itself takes a while; never to wait for an effect."""
    time.sleep(seconds)
