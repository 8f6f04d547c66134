"""Programs that listen on 127.0.0.1 as a receiver of alerts would: a web server that remembers, and a mail server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.ports import free_port


@dataclass(frozen=True)
class Post:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it got. `answers` are given one after another, then `usually`; an answer may be a deed done with the handler."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    usually: int | Callable[[BaseHTTPRequestHandler], None] = 200


@contextmanager
def receiver() -> Iterator[Receiver]:
    got = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                got.posts.append(Post(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = got.answers.pop(0) if got.answers else got.usually
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    got.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    try:
        yield got
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Postbox:
    """Letters as they came. `says`: answers to DATA, one after another, then 250."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    refuses: str = ""  # an address that it does not take

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address == self.refuses:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.says.pop(0) if self.says else "250 OK"
        if answer == "hang up":
            self.letters.append(message_from_bytes(envelope.content, policy=default))
            server.transport.abort()
            return "250 OK"
        if answer.startswith("2"):
            self.letters.append(message_from_bytes(envelope.content, policy=default))
        return answer


@contextmanager
def postbox(password: str | None = None) -> Iterator[Postbox]:
    """A mail server; with a password it wants the name `desk` and that."""
    box = Postbox()
    more: dict[str, Any] = {}
    if password is not None:
        more = {
            "authenticator": lambda *given: AuthResult(success=given[-1].password == password.encode(), handled=False),
            "auth_require_tls": False,
            "auth_required": True,
        }
    controller = Controller(box, hostname=box.host, port=free_port(), **more)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
