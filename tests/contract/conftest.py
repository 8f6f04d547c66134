"""The description, and a line to the pretend carrier that is listened to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, load
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN
from tests.contract.description import Description, Exchange, NoNpm, description
from tests.faults.standin import StandIn, standing_in


@pytest.fixture(scope="session")
def twilio() -> Description:
    try:
        return description()
    except NoNpm as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Twilio's description is needed here: {error}. Install Node with npm.")
        pytest.skip(f"NOT CHECKED against Twilio's description: {error}. Install Node with npm.")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[Settings, list[Exchange], StandIn]]:
    """Settings that lead over the line, what went over it, and who is at its end."""
    environ = {
        "SMSDESK_VAR": str(tmp_path),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "CARRIER": "pretend",
    }
    with standing_in(load(environ), "http://127.0.0.1:9") as stand_in:
        heard: list[Exchange] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), _listening(stand_in.carrier.url, heard))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        stand_in.carrier.customers.base_url = address
        yield replace(stand_in.settings, twilio_api_base_url=address), heard, stand_in
        server.shutdown()
        server.server_close()


def _listening(end: str, heard: list[Exchange]) -> type[BaseHTTPRequestHandler]:
    class Line(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            onward = HTTPConnection(end.removeprefix("http://"), timeout=10)
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            content = answer.read()
            heard.append(Exchange(self.command, self.path, headers, body, answer.status, content))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            onward.close()

        do_POST = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Silence."""

    return Line
