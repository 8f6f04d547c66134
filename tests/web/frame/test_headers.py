"""Every answer tells the browser what to refuse; errors, redirects and files too."""

from __future__ import annotations

import logging

import pytest
from flask import url_for

from smsdesk.web.headers import POLICY
from tests.web.frame.browser import PUBLIC, Browser
from tests.web.frame.conftest import PASSWORD, Shop


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "/queue", "/api/v1/nowhere", "/healthz", "/events"])
def test_every_answer_carries_the_policy(shop: Shop, browser: Browser, path: str) -> None:
    headers = browser.get(path).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 32


def test_nothing_inline_is_allowed() -> None:
    assert POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in POLICY


def test_a_file_may_be_kept_for_ever_under_an_address_that_changes_with_it(shop: Shop, browser: Browser) -> None:
    with shop.app.test_request_context():
        address = url_for("static", filename="css/base.css")
    old = address.replace(address.split("/")[2], "0123456789ab")

    now, before = browser.get(address), browser.get(old)

    assert now.status_code == before.status_code == 200
    assert now.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert before.headers["Cache-Control"] == "no-cache"
    assert now.headers["Content-Security-Policy"] == POLICY
    assert browser.get("/static/0/../../app.py").status_code == 404


def test_too_much_is_refused_before_it_is_read(shop: Shop, browser: Browser) -> None:
    browser.get("/sign-in")

    answer = browser.post("/sign-in", {"email": "x" * 20_000, "password": "y"})

    assert answer.status_code == 413
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_an_error_is_told_without_its_cause(shop: Shop) -> None:
    browser = Browser(shop.app)
    shop.wiring.database.engine.dispose()
    shop.app.view_functions["sign_ins.front_door"] = _breaks
    shop.app.testing = False

    answer = browser.get("/")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert browser.get("/healthz").status_code == 200


def test_a_request_is_one_line_without_what_it_carried(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "smsdesk.requests")
    link = shop.link_for(shop.maya)
    browser = Browser(shop.app)

    browser.get(f"/sign-in/link/{link}?and=more")

    line = next(record for record in caplog.records if record.name == "smsdesk.requests")
    assert line.getMessage() == "GET /sign-in/link/<token>"
    assert (line.status, line.actor) == (200, None)  # type: ignore[attr-defined]
    assert link not in caplog.text


def test_the_line_names_who_asked(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    browser = shop.browser_of(shop.maya)
    caplog.clear()
    caplog.set_level(logging.INFO, "smsdesk.requests")

    browser.get("/settings/sessions")

    line = next(record for record in caplog.records if record.name == "smsdesk.requests")
    assert line.actor == str(shop.maya.id)  # type: ignore[attr-defined]


def test_on_plain_http_here_the_cookie_has_a_plain_name(environ: dict[str, str], shop: Shop) -> None:
    from config.settings import load
    from smsdesk.app import create_app

    app = create_app(load({**environ, "PUBLIC_URL": "http://127.0.0.1:8000"}))
    browser = Browser(app, public="http://127.0.0.1:8000")

    answer = browser.tries("maya@shop.test", PASSWORD)

    assert any(cookie.startswith("smsdesk=") for cookie in answer.headers.getlist("Set-Cookie"))
    assert "Strict-Transport-Security" not in answer.headers
    assert PUBLIC.startswith("https")


def _breaks() -> str:
    raise RuntimeError("a secret stands in here")
