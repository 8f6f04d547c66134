"""What a page costs, over HTTP and signed in, with a longer and longer past."""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from bench import ground, history
from smsdesk.adapters.database import Database
from smsdesk.desk import sign_in
from smsdesk.models import Agent

PASSWORD = "kettle-otter-window-9"
LOOKS = 60


class Browser:
    """Somebody who is signed in, on one connection that stays open."""

    def __init__(self, port: int, secret: str) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = f"smsdesk={secret}"

    def get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        self.connection.request(method, path, body, {"Cookie": self.cookie})
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status}"
        return content


def browsers(database_url: str, port: int) -> list[Browser]:
    """One for each person of the shop, all signed in. The door lets in twenty a minute, so they come by the back."""
    database = Database(database_url)
    with database.transaction() as session:
        people = session.scalars(select(Agent).order_by(Agent.id)).all()
        found = [Browser(port, sign_in.begin(session, person, "benchmark", datetime.now(UTC))) for person in people]
    database.close()
    return found


def measure(kind: str, counts: dict[str, int]) -> dict[str, float]:
    """p50 and p99 in ms of the queue, and of one conversation, at each size of the past."""
    figures: dict[str, float] = {}
    for name, count in counts.items():
        with ExitStack() as stack:
            redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
            database_url = stack.enter_context(ground.database(kind))
            history.fill(database_url, count, min(history.OPEN, count))
            port = ground.free_port()
            stack.enter_context(
                ground.web("wsgi:app", ground.env_for(database_url, redis_url, var, port), var / "web.log")
            )
            browser = browsers(database_url, port)[0]
            for page, path in {
                "queue_page": "/queue?box=team",
                "conversation_page": f"/conversations/{UUID(f'3{1:031x}')}",
            }.items():
                spent = times(browser, path)
                figures[f"{page}_ms_{name}_{kind}"] = spent[len(spent) // 2]
                figures[f"{page}_p99_ms_{name}_{kind}"] = spent[int(len(spent) * 0.99)]
    return figures


def times(browser: Browser, path: str) -> list[float]:
    """In ms, the shortest first."""
    for _ in range(5):
        browser.get(path)
    spent = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        browser.get(path)
        spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent)
