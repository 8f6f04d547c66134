"""From a text's first byte to the agent's open page: fifty pages listen, fifty texts a second come, sent when they are due."""

from __future__ import annotations

import http.client
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from bench import ground, history, pages, posts

CHANGED = re.compile(rb'event: conversation\ndata: {"id":"([0-9a-f-]+)"')
PAGES = 50
RATE = 50
SECONDS = 20
PHONES = 400


def measure(kind: str, seconds: int = SECONDS) -> dict[str, float]:
    """p50 and p99 in ms from the scheduled moment of the post to the fragment with the text in it: for first texts of new customers, who must be
    routed, and then for the next texts of the same ones."""
    with ExitStack() as stack:
        redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
        database_url = stack.enter_context(ground.database(kind))
        history.open_shop(database_url, PAGES).close()
        port = ground.free_port()
        env = ground.env_for(database_url, redis_url, var, port)
        stack.enter_context(ground.web("wsgi:app", env, var / "web.log"))
        for worker in (["workers.start", "routing"], ["workers.clock"]):
            stack.enter_context(ground.process([sys.executable, "-m", *worker], env, var / f"{worker[-1]}.log"))
        people = pages.browsers(database_url, port)
        newcomers = _run(port, people, PHONES // RATE, "first")
        times = _run(port, people, seconds, "next")
    return {
        f"text_to_screen_p50_ms_{kind}": times[len(times) // 2],
        f"text_to_screen_p99_ms_{kind}": times[int(len(times) * 0.99)],
        f"first_text_to_screen_p50_ms_{kind}": newcomers[len(newcomers) // 2],
        f"first_text_to_screen_p99_ms_{kind}": newcomers[int(len(newcomers) * 0.99)],
    }


def _run(port: int, people: list[pages.Browser], seconds: int, what: str) -> list[float]:
    stopping, lock = threading.Event(), threading.Lock()
    sent: dict[str, float] = {}
    times: list[float] = []

    def listen(place: int, person: pages.Browser) -> None:
        for heard in _conversations(port, person.cookie, stopping):
            # Every page hears of all of them and has a fiftieth of them open; what came at once is fetched once
            for conversation in {one for one in heard if UUID(one).int % PAGES == place}:
                fragment = person.get(f"/conversations/{conversation}/thread").decode()
                now = time.perf_counter()
                with lock:
                    for body in [body for body in sent if body in fragment]:
                        times.append((now - sent.pop(body)) * 1000)

    threads = [threading.Thread(target=listen, args=one, daemon=True) for one in enumerate(people)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    _text(port, seconds, sent, lock, what)
    time.sleep(3)
    stopping.set()
    assert len(times) >= seconds * RATE * 0.99, f"{len(sent)} texts of {seconds * RATE} were never seen on a page"
    return sorted(times)


def _text(port: int, seconds: int, sent: dict[str, float], lock: threading.Lock, what: str) -> None:
    """Open loop: a text leaves when it is due, however slow the ones before it are."""
    count = seconds * RATE
    prepared = [posts.one(port, f"+1415557{number % PHONES:04d}", f"{what} {number:05d}") for number in range(count)]
    began = time.perf_counter() + 0.5
    turn = iter(range(count))

    def client() -> None:
        door = http.client.HTTPConnection("127.0.0.1", port)
        door.connect()
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                return
            due = began + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            with lock:
                sent[f"{what} {number:05d}"] = due
            door.sock.sendall(prepared[number])
            assert posts.read_answer(door.sock).startswith(b"HTTP/1.1 2")

    clients = [threading.Thread(target=client) for _ in range(16)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()


def _conversations(port: int, cookie: str, stopping: threading.Event) -> Iterator[list[str]]:
    """The ids of conversations that changed, as many as came at once, as an open page hears of them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    rest = b""
    while not stopping.is_set():
        whole, _, rest = (rest + answer.read1(1 << 16)).rpartition(b"\n\n")
        yield [one.decode() for one in CHANGED.findall(whole)]
