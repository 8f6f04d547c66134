"""Something that is posted to, as SMSDesk is: it keeps each form, says whether it was signed rightly, and answers as told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from config.settings import Settings
from smsdesk.adapters.twilio import check


@dataclass(frozen=True)
class Posted:
    path: str
    form: MultiDict[str, str]
    headers: dict[str, str]
    raw: bytes

    def is_signed(self, settings: Settings) -> bool:
        return check(self.path, self.form, self.headers.get("X-Twilio-Signature"), settings)


class Inbox:
    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.answers: list[int] = []
        self._came = threading.Condition()

    def take(self, posted: Posted) -> int:
        with self._came:
            self.posts.append(posted)
            self._came.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait_for(self, holds: Callable[[list[Posted]], bool], seconds: float = 10.0) -> list[Posted]:
        """What came, once it is enough."""
        until = time.monotonic() + seconds
        with self._came:
            while not holds(self.posts):
                assert self._came.wait(until - time.monotonic()), f"only {len(self.posts)} posts came"
            return list(self.posts)

    def words(self, sid: str) -> list[str]:
        return [
            post.form["MessageStatus"]
            for post in self.posts
            if post.form.get("MessageSid") == sid and "MessageStatus" in post.form
        ]


@contextmanager
def opened() -> Iterator[tuple[Inbox, str]]:
    """An inbox and its address."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            form = MultiDict(parse_qsl(raw.decode(), keep_blank_values=True))
            status = inbox.take(Posted(self.path, form, dict(self.headers.items()), raw))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield inbox, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
