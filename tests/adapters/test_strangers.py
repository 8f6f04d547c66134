"""An address that somebody typed is called over https only, never inside a private network, and never for long."""

from __future__ import annotations

import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from smsdesk.adapters.strangers import Answered, BadAddress, Strangers
from smsdesk.rules.alert_tries import Ended, Outcome
from tests.listeners import receiver

HERE, OUTSIDE = Strangers(may_be_local=True, total=timedelta(seconds=1)), Strangers(may_be_local=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://localhost./",
        "https://a.localhost/",
        "https://metadata.google.internal/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://[fd00::1]/",
        "https://100.64.0.1/",
        "https://name:word@example.com/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
        "https://ex\u00e4mple.com/",
        "ftp://example.com/",
        "example.com",
        "",
        "https://example.com/" + "a" * 2048,
    ],
)
def test_what_may_not_be_called_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        OUTSIDE.ensure_may_call(url)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("url", ["https://2130706433/", "https://0x7f.1/", "https://localtest.example.invalid/"])
def test_a_name_that_leads_nowhere_or_inside_is_found_out_when_it_is_called(url: str) -> None:
    outcome = OUTSIDE.post(url, {}, b"")

    assert isinstance(outcome, Outcome)
    assert outcome.ended in {Ended.NEVER, Ended.LATER}


def test_on_a_developers_machine_a_private_network_is_as_closed_as_elsewhere() -> None:
    HERE.ensure_may_call("http://127.0.0.1:9/")
    with pytest.raises(BadAddress):
        HERE.ensure_may_call("http://10.0.0.8/")
    with pytest.raises(BadAddress):
        HERE.ensure_may_call("https://169.254.169.254/")


def test_an_answer_comes_back_with_when_to_come_again() -> None:
    def slow_down(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(429)
        handler.send_header("Retry-After", "17")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with receiver() as program:
        program.answers = [slow_down]
        assert HERE.post(f"{program.url}/a#secret", {"X-Id": "1"}, b"hello") == Answered(429, timedelta(seconds=17))

    (post,) = program.posts
    assert (post.path, post.body, post.headers["x-id"]) == ("/a", b"hello", "1")


def test_a_redirect_is_not_followed() -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{program.url}/inside")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with receiver() as program:
        program.answers = [elsewhere]
        answered = HERE.post(f"{program.url}/a", {}, b"")

    assert isinstance(answered, Answered)
    assert (answered.status, len(program.posts)) == (302, 1)


def hang(_: BaseHTTPRequestHandler) -> None:
    time.sleep(3)  # longer than anybody waits


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.1)


def close(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b"x" * 65536)


@pytest.mark.parametrize("behaviour", [hang, drip, close, flood])
def test_a_program_that_does_not_answer_leaves_it_in_doubt_and_holds_nobody_up(behaviour: object) -> None:
    with receiver() as program:
        program.answers = [behaviour]  # type: ignore[list-item]
        outcome = HERE.post(program.url, {}, b"")

    assert isinstance(outcome, Outcome)
    assert outcome.ended is Ended.IN_DOUBT


def test_a_program_that_is_away_was_not_reached() -> None:
    with receiver() as program:
        url = program.url

    outcome = HERE.post(url, {}, b"")

    assert isinstance(outcome, Outcome)
    assert outcome.ended is Ended.LATER
