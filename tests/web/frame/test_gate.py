"""More is asked than can be answered: who waited too long is refused before any work, and texts are refused last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from config.line import A_REPORT_WAITS, A_TEXT_WAITS
from config.settings import Settings
from smsdesk.web.gate import A_PAGE_WAITS, WAITED, Gate
from tests.web.test_hooks import form_of

REPORTS = "/webhooks/twilio/statuses/0190a0a0-0000-7000-8000-000000000000"
TEXTS, QUEUE, CONVERSATIONS = "/webhooks/twilio/messages", "/conversations", "/api/v1/conversations"


def answers(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"answered"]


def asked(client: Client, path: str, waited: float = 0.0, **more: Any) -> TestResponse:
    return client.open(path, environ_overrides={WAITED: waited}, **more)


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Not there, and nobody makes it: whoever asks for it is found out."""
    return f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"


@pytest.mark.parametrize(
    ("path", "kind"), [(TEXTS, "text/plain"), (CONVERSATIONS, "application/problem+json"), (QUEUE, "text/html")]
)
def test_whoever_waited_too_long_is_refused_in_their_language_and_told_when_to_come_again(
    app: Flask, settings: Settings, path: str, kind: str
) -> None:
    method = {"method": "POST", "data": form_of(settings)} if path == TEXTS else {}

    answer = asked(app.test_client(), path, A_TEXT_WAITS, **method)

    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, kind, "5")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not list(settings.spool.glob("*")) if settings.spool.exists() else True
    if kind.endswith("json"):
        assert json.loads(answer.text)["status"] == 503


def test_a_text_may_wait_longer_than_a_page() -> None:
    client = Client(Gate(answers, 128))

    assert A_PAGE_WAITS < A_TEXT_WAITS
    assert [asked(client, path, A_PAGE_WAITS).status_code for path in (TEXTS, QUEUE, CONVERSATIONS)] == [200, 503, 503]
    assert asked(client, TEXTS, A_TEXT_WAITS).status_code == 503


def test_a_report_stands_in_no_texts_way() -> None:
    client = Client(Gate(answers, 128))

    assert A_PAGE_WAITS < A_REPORT_WAITS < A_TEXT_WAITS
    assert [asked(client, path, A_REPORT_WAITS).status_code for path in (REPORTS, TEXTS)] == [503, 200]
    assert asked(client, REPORTS, A_PAGE_WAITS).status_code == 200


def test_whether_we_are_alive_and_how_a_page_looks_is_always_said() -> None:
    client = Client(Gate(answers, 128))

    assert [asked(client, path, 60.0).status_code for path in ("/healthz", "/static/1/css/base.css")] == [200, 200]


@pytest.mark.parametrize(("threads", "for_pages"), [(128, 120), (16, 12), (4, 3), (1, 1)])
def test_some_threads_are_kept_for_texts_and_a_page_that_ends_gives_its_own_back(threads: int, for_pages: int) -> None:
    ended: list[bool] = []

    def open_page(_environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("200 OK", [("Content-Type", "text/event-stream")])
        yield b": hello\n\n"
        ended.append(True)

    client = Client(Gate(open_page, threads))
    pages = [asked(client, "/events", buffered=False) for _ in range(for_pages)]

    assert [page.status_code for page in pages] == [200] * for_pages
    assert asked(client, QUEUE).status_code == 503
    assert asked(client, TEXTS).status_code == 200
    pages[0].close()
    assert asked(client, QUEUE).status_code == 200


def test_a_page_that_breaks_gives_its_thread_back() -> None:
    def breaks(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise RuntimeError

    gate = Gate(breaks, 1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            asked(Client(gate), QUEUE)

    assert gate.refused == 0
