"""What one installation bears: texts by a schedule, with everything running that runs in a shop, and what is left of it afterwards.

`python -m bench.load sqlite 200 120 [--flood 50] [--pages 5] [--reports 600] [--cores 1]`: kind, texts a second, seconds. Tells what came
of it as JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import ground, history, open_loop, pages, posts, sent
from bench.open_loop import Ask, Heard
from smsdesk.adapters.database import Database
from smsdesk.models import Conversation, Message

PARTS = (
    "workers.clock",
    "workers.start routing",
    "workers.start outbound",
    "workers.start reminders",
    "workers.start reports",
)
PHONES = 1000
FLOODER = "+14155999999"


@dataclass(frozen=True)
class Sample:
    """Of all processes together: memory in MiB, and how many files and threads they have."""

    at: float
    memory: float
    files: int
    threads: int


@dataclass(frozen=True)
class Load:
    """What came of a run."""

    heard: Sequence[Heard]
    lost: int  # acknowledged and not stored
    caught_up_s: float  # after the last arrival, until nothing is spooled and everybody has been given to somebody
    samples: Sequence[Sample]

    def of(self, mark: str) -> list[Heard]:
        return [one for one in self.heard if one.name.startswith(mark)]


@dataclass(frozen=True)
class Shop:
    """A running installation, and what a client needs to reach it."""

    port: int
    database_url: str
    var: Path
    pids: tuple[int, ...]


@contextmanager
def shop(kind: str, people: int = 20, on_their_way: int = 0) -> Iterator[Shop]:
    """Web, clock and workers under the product's own settings; the carrier has so many texts of ours."""
    with ExitStack() as stack:
        redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
        database_url = stack.enter_context(ground.database(kind))
        if on_their_way:
            sent.fill(database_url, on_their_way, people)
        else:
            history.open_shop(database_url, people).close()
        port = ground.free_port()
        env = ground.env_for(database_url, redis_url, var, port)
        running = [stack.enter_context(ground.web("wsgi:app", env, var / "web.log"))]
        for part in PARTS:
            command = [sys.executable, "-m", *part.split()]
            running.append(stack.enter_context(ground.process(command, env, var / f"{part.split()[-1]}.log")))
        yield Shop(port, database_url, var, tuple(one.pid for one in running))


def run(place: Shop, asks: Sequence[Ask], patience_s: float = 300) -> Load:
    """Sends, waits until what was spooled or not yet routed is done, and compares the ledgers."""
    samples: list[Sample] = []
    stopping = threading.Event()
    sampler = threading.Thread(target=_sample, args=(place, samples, stopping))
    sampler.start()
    heard = open_loop.in_a_process(place.port, asks).result()
    database, ended = Database(place.database_url), time.monotonic()
    while not _is_done(place, database) and time.monotonic() - ended < patience_s:
        time.sleep(0.2)
    caught_up_s = time.monotonic() - ended
    stopping.set()
    sampler.join()
    with database.reading() as session:
        stored = Counter(session.scalars(select(Message.carrier_sid)))
    database.close()
    texts = {name.partition(" ")[2] for name in open_loop.acknowledged(heard) if " " in name}
    assert max(stored.values(), default=1) == 1, "a text is stored twice"
    return Load(heard, len(texts - set(stored)), caught_up_s, samples)


def _is_done(place: Shop, database: Database) -> bool:
    if any((place.var / "spool").glob("*.json")):
        return False
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Conversation.assignee_id.is_(None))) == 0


def texts(
    place: Shop, rate: float, seconds: float, begin: float = 0.0, sender: str = "", mark: str = "text"
) -> list[Ask]:
    """Of many customers in turn, or all of one `sender`."""
    made = []
    for number in range(int(rate * seconds)):
        sid, request = posts.named(place.port, sender or f"+1415557{number % PHONES:04}", f"text {number}")
        made.append((f"{mark} {sid}", request))
    return open_loop.at_rate(rate, made, begin)


def looks(place: Shop, path: str, rate: float, seconds: float, begin: float = 0.0, mark: str = "page") -> list[Ask]:
    """A page of a signed-in agent, again and again."""
    (person, *_) = pages.browsers(place.database_url, place.port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\nCookie: {person.cookie}\r\n\r\n".encode()
    return open_loop.at_rate(rate, [(mark, request)] * int(rate * seconds), begin)


def slope(figures: Sequence[tuple[float, float]]) -> float:
    """Least squares: by how much the second grows when the first grows by one."""
    if len(figures) < 2:
        return 0.0
    middle = sum(at for at, _ in figures) / len(figures), sum(value for _, value in figures) / len(figures)
    spread = sum((at - middle[0]) ** 2 for at, _ in figures)
    return sum((at - middle[0]) * (value - middle[1]) for at, value in figures) / spread if spread else 0.0


def _sample(place: Shop, samples: list[Sample], stopping: threading.Event) -> None:
    began = time.monotonic()
    while not stopping.wait(1.0):
        pids = [pid for root in place.pids for pid in [root, *ground.descendants(root)]]
        figures = [_of(pid) for pid in pids]
        samples.append(Sample(time.monotonic() - began, *(sum(column) for column in zip(*figures, strict=True))))


def _of(pid: int) -> tuple[float, int, int]:
    """What a process has to itself, in MiB; its files; its threads."""
    folder = Path(f"/proc/{pid}")
    try:
        rollup = (folder / "smaps_rollup").read_text()
        own = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))
        return own / 1024, len(os.listdir(folder / "fd")), len(os.listdir(folder / "task"))
    except OSError:
        return 0.0, 0, 0


def figures(load: Load, seconds: float) -> dict[str, Any]:
    """What a run came to, in milliseconds: of texts, the flood, pages and reports, also in its first and its second half."""
    found: dict[str, Any] = {"lost": load.lost, "caught_up_s": round(load.caught_up_s, 1)}
    for mark in ("text", "flood", "page", "report"):
        if heard := load.of(mark):
            found[mark] = _of_these(heard, seconds / 2)
    found["mib"] = round(max(one.memory for one in load.samples))
    found["a_minute"] = {what: round(growth(load.samples, what), 1) for what in ("memory", "files", "threads")}
    return found


def _of_these(heard: Sequence[Heard], middle: float) -> dict[str, Any]:
    answered = [one for one in heard if one.status == 200]
    before, during = ([one for one in answered if (one.at >= middle) == later] for later in (False, True))
    return {
        "answers": dict(open_loop.statuses(heard)),
        "p50": _ms(answered, 0.5),
        "p95": _ms(answered, 0.95),
        "p99": _ms(answered, 0.99),
        "slowest": _ms(heard, 1),
        "p95_before": _ms(before, 0.95),
        "p95_during": _ms(during, 0.95),
    }


def _ms(heard: Sequence[Heard], share: float) -> int:
    return round(open_loop.at_share(heard, share) * 1000)


def growth(samples: Sequence[Sample], what: str) -> float:
    """A minute, once it has warmed up: the first half of the run is not looked at."""
    later = samples[len(samples) // 2 :]
    return slope([(one.at, float(getattr(one, what))) for one in later]) * 60


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.load")
    parser.add_argument("kind", choices=("sqlite", "postgresql"))
    parser.add_argument("rate", type=float)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--flood", type=float, default=0, help="texts a second of one phone, in the second half")
    parser.add_argument("--pages", type=float, default=0, help="queue pages a second")
    parser.add_argument("--reports", type=float, default=0, help="the carrier's reports a second")
    parser.add_argument("--cores", type=int, default=0, help="of the machine, for whoever sends as well; 0 for all")
    asked = parser.parse_args(arguments)
    if asked.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.cores])
    with shop(asked.kind, on_their_way=math.ceil(asked.reports * asked.seconds / len(sent.WORDS))) as place:
        run(place, texts(place, 20, 3))  # everything has been met once
        asks = texts(place, asked.rate, asked.seconds)
        if asked.flood:
            asks += texts(place, asked.flood, asked.seconds / 2, asked.seconds / 2, FLOODER, "flood")
        if asked.pages:
            asks += looks(place, "/queue?box=team", asked.pages, asked.seconds)
        asks += sent.reports(place.port, asked.reports, asked.seconds)
        load = run(place, asks)
        found = figures(load, asked.seconds)
        if asked.reports:
            taken = sum(one.status == 200 for one in load.of("report"))
            found["reports_lost"] = max(0, taken - sent.kept(place.database_url))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
