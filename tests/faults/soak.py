"""A shop under load that is killed again and again: what runs there, how its parts are killed, and whether it has caught up."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from smsdesk.desk.check_sending import TooManyTexts
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Alert, Conversation, ConversationState, Message
from smsdesk.up import leash
from tests.faults.ground import ROOT, end
from tests.faults.standin import StandIn
from tests.faults.stores import Store, children_of
from tests.servers import until
from tests.workers.shop import NUMBER, Shop

ON_ITS_WAY = ("ready", "retry_wait", "sending")
BODIES = ["When can I come?"] * 30 + ["STOP", "START", "HELP", "Thanks!"]
MODES = ["accept_then_close", "accept_500", "201_garbage", "201_truncated", "reset_before", "503", "429", "429:2"]


@dataclass
class Soak:
    """`tally` counts what was broken, by its name."""

    shop: Shop
    witness: StandIn
    environ: dict[str, str]
    store: Store
    dice: random.Random
    tally: Counter[str] = field(default_factory=Counter)
    approved: int = 0
    up: subprocess.Popen[bytes] | None = None
    _tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # ------------------------------------------------------------------ what runs

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everything, started and watched by the product's own supervisor."""
        log = (self.shop.settings.var / "up.log").open("wb")
        up = self.up = subprocess.Popen(
            [sys.executable, "-m", "smsdesk.up"], cwd=ROOT, env={**self.environ, "PATH": "/usr/bin:/bin"},
            stdout=log, stderr=subprocess.STDOUT, preexec_fn=leash.tied_to_this_process(), start_new_session=True,
        )  # fmt: skip
        try:
            until(lambda: self.part("clock") is not None, 120, "not everything started")
            yield
        finally:
            up.terminate()
            with suppress(subprocess.TimeoutExpired):
                up.wait(60)
            end(up)
            log.close()

    def part(self, name: str) -> int | None:
        """The process of a part, None while there is none."""
        mark = {"web": "gunicorn", "redis": "redis-server", "clock": "workers.clock"}.get(name, f"workers.start {name}")
        for pid in children_of(self.up.pid if self.up else 0):
            with suppress(OSError):
                if mark in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                    return pid
        return None

    # ------------------------------------------------------------------ load

    def customers_text(self, stop: threading.Event, per_second: float) -> None:
        dice = random.Random(self.dice.random())
        while not stop.wait(dice.expovariate(per_second)):
            phone = f"+1415555{dice.randrange(60):04}"
            self.witness.carrier.text(phone, NUMBER, dice.choice(BODIES), wait=False)

    def agents_answer(self, stop: threading.Event, per_second: float) -> None:
        """Whoever cannot save presses again, with the same approval."""
        dice = random.Random(self.dice.random())
        while not stop.wait(dice.expovariate(per_second)):
            token, who = f"token-{next(self._tokens)}", dice.choice(["Maya", "Ana"])
            conversation_id: Any = None
            while not stop.is_set():
                try:
                    if conversation_id is None:
                        conversation_id = dice.choice(self.shop.all(select(Conversation.id)) or [None])
                    if conversation_id is not None:
                        self.shop.answers(f"Ready at five ({token})", conversation_id, who, token)
                        self.approved += 1
                    break
                except (OptedOut, TooManyTexts):
                    break
                except SQLAlchemyError:
                    stop.wait(0.3)

    # ------------------------------------------------------------------ what breaks

    def breaks_something(self) -> None:
        parts = [
            "web",
            "web child",
            "routing",
            "outbound",
            "outbound",
            "reminders",
            "alerts",
            "reports",
            "media",
            "clock",
        ]
        what = self.dice.choice([*parts, "redis", "redis", "database", "database", "carrier", "carrier"])
        if what == "database":
            self.tally[self.store.away(self.dice)] += 1
        elif what == "carrier":
            self._carrier_turns_odd()
        else:
            self._kills(what)

    def _carrier_turns_odd(self) -> None:
        if self.dice.random() < 0.3:
            self.witness.carrier.refuse_for(self.dice.uniform(2, 8))
            self.tally["carrier refuses connections"] += 1
        else:
            mode = self.dice.choice(MODES)
            self.witness.carrier.modes.next(mode, self.dice.randint(1, 4))
            self.tally[f"carrier: {mode.partition(':')[0]}"] += 1

    def _kills(self, what: str) -> None:
        pid = self.part(what.removesuffix(" child"))
        if pid is not None and what.endswith(" child"):
            pid = next(iter(children_of(pid)), None)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.tally[f"{what} killed"] += 1

    # ------------------------------------------------------------------ whether it has caught up

    def backlog(self) -> dict[str, int]:
        """What waits for somebody to carry on: nothing of it may stay."""
        earlier = aliased(Message)
        # What stands behind a text in doubt waits with it, or it would overtake it
        behind = exists().where(earlier.conversation_id == Message.conversation_id, earlier.seq < Message.seq, earlier.state == "unknown")  # fmt: skip
        waits = select(func.count()).select_from(Message).where(Message.state.in_(ON_ITS_WAY), ~behind)
        unplaced = (Conversation.state == ConversationState.WAITING_FOR_US, Conversation.assignee_id.is_(None))
        counts = {
            "texts on their way": waits,
            "customers that nobody was given": select(func.count()).select_from(Conversation).where(*unplaced),
            "alerts that nobody was told": select(func.count()).select_from(Alert).where(Alert.told_at.is_(None)),
        }
        with self.shop.wiring.database.reading() as session:
            found = {name: session.scalar(asked) or 0 for name, asked in counts.items()}
        return {name: count for name, count in found.items() if count} | self._outside()

    def _outside(self) -> dict[str, int]:
        spooled, posting = len(list(self.shop.settings.spool.glob("*.json"))), len(self.witness.carrier.ledger.texts("state = 'receiving'"))  # fmt: skip
        return {name: count for name, count in {"spool": spooled, "posts": posting}.items() if count}

    def catches_up(self, within: float) -> float:
        """Seconds until nothing waits."""
        began, left = time.monotonic(), {"unread": 1}
        while left:
            if time.monotonic() - began > within:
                raise AssertionError(f"after {within:.0f} s there still waits: {left}")
            try:
                left = self.backlog()
            except SQLAlchemyError:
                left = {"unread": 1}
            time.sleep(0.05)
        return time.monotonic() - began

    def recovers_from(self, away: Callable[[], object], within: float) -> float:
        """Customers text and agents answer while something is away; seconds from its return until everything is done."""
        stop = threading.Event()
        with under(stop, (self.customers_text, 8.0), (self.agents_answer, 3.0)):
            away()
        return self.catches_up(within)


@contextmanager
def under(stop: threading.Event, *loads: tuple[Callable[[threading.Event, float], None], float]) -> Iterator[None]:
    """Meanwhile these go on, so many times a second."""
    threads = [threading.Thread(target=deed, args=(stop, rate), daemon=True) for deed, rate in loads]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
