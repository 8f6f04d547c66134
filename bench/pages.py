"""What a page costs, over HTTP and signed in, with a longer and longer past."""

from __future__ import annotations

import http.client
import re
import time
from contextlib import ExitStack
from urllib.parse import urlencode
from uuid import UUID

from bench import ground, history

PASSWORD = "kettle-otter-window-9"
LOOKS = 60


class Browser:
    """Somebody who is signed in, on one connection that stays open."""

    def __init__(self, port: int, email: str) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        page = self.get("/sign-in").decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, "the sign-in page has no token"
        self.post("/sign-in", {"email": email, "password": PASSWORD, "csrf_token": token[1]})

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> bytes:
        return self._ask("POST", path, urlencode(form))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        content = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status}"
        return content


def measure(kind: str, counts: dict[str, int]) -> dict[str, float]:
    """p50 and p99 in ms of the queue, and of one conversation, at each size of the past."""
    figures: dict[str, float] = {}
    for name, count in counts.items():
        with ExitStack() as stack:
            redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
            database_url = stack.enter_context(ground.database(kind))
            history.fill(database_url, count, min(history.OPEN, count))
            history.with_password(database_url, PASSWORD)
            port = ground.free_port()
            stack.enter_context(
                ground.web("wsgi:app", ground.env_for(database_url, redis_url, var, port), var / "web.log")
            )
            browser = Browser(port, "agent0@shop.test")
            for page, path in {
                "queue_page": "/queue?box=team",
                "conversation_page": f"/conversations/{UUID(f'3{1:031x}')}",
            }.items():
                times = _times(browser, path)
                figures[f"{page}_ms_{name}_{kind}"] = times[len(times) // 2]
                figures[f"{page}_p99_ms_{name}_{kind}"] = times[int(len(times) * 0.99)]
    return figures


def _times(browser: Browser, path: str) -> list[float]:
    for _ in range(5):
        browser.get(path)
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        browser.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)
