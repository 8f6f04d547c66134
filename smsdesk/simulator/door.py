"""Where the pretend carrier listens: HTTP/1.1 over the loopback, and it can be shut and opened again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from smsdesk.simulator.wire import Asked, Reply, of_json, write

MOST_BODY = 64 * 1024 * 1024
Answering = Callable[[Asked, str], Reply]


class Door:
    """Keeps its port while it is shut, so that whoever calls then is refused."""

    def __init__(self, answering: Answering, port: int) -> None:
        self._answering = answering
        self._lock = threading.RLock()
        self._server: _Server | None = None
        self.port = port

    def open(self) -> None:
        with self._lock:
            if self._server is None:
                self._server = _Server(("127.0.0.1", self.port), self._answering)
                self.port = self._server.server_port
                threading.Thread(
                    target=self._server.serve_forever, args=(0.05,), name="carrier-door", daemon=True
                ).start()

    def shut(self) -> None:
        """Stop listening and end every open line."""
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.stopping.set()
            server.shutdown()
            server.server_close()
            server.end_lines()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], answering: Answering) -> None:
        self.answering = answering
        self.stopping = threading.Event()
        self._lines: set[socket.socket] = set()
        self._lines_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lines_lock:
            self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lines_lock:
            self._lines.discard(request)
        super().shutdown_request(request)

    def end_lines(self) -> None:
        with self._lines_lock:
            lines, self._lines = self._lines, set()
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is gone already

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up in the middle is everyday life here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one piece

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _answer(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > MOST_BODY:
            write(self, of_json(413, {"message": "too long"}), self.server.stopping)
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        asked = Asked(self.command, unquote(parts.path), query, headers, self.rfile.read(int(length)))
        write(self, self.server.answering(asked, self.client_address[0]), self.server.stopping)

    def log_message(self, *_: Any) -> None:
        """No access log: it would hold phone numbers."""
