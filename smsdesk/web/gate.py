"""Whoever waited too long for a thread is refused at once, before anything is read: the line stays short, and those in it are answered.

Texts of customers may wait longest, and some threads are theirs alone. A refused text is brought again by the carrier, or fetched from its log.
The carrier's posts are mostly turned away earlier, while they stand in line (config/line.py): what comes here had its turn late.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from config.line import A_REPORT_WAITS, A_TEXT_WAITS
from smsdesk.web.headers import ALWAYS
from smsdesk.web.seats import Seats
from smsdesk.web.wired import wiring

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

GATE = "smsdesk.gate"
WAITED = "smsdesk.waited"  # in a request's environ: seconds that it stood in line for a thread (config/gunicorn.py); without it there is no line
A_PAGE_WAITS = 0.75  # seconds
FOR_TEXTS = 8  # threads, of many
HOOKS, REPORTS, API, STATIC, HEALTH = "/webhooks/", "/webhooks/twilio/statuses/", "/api/", "/static/", "/healthz"
WORDS = "SMSDesk has more to do than it can do at once. Try again in a few seconds."
PAGE = f'<!doctype html><html lang="en"><title>One moment</title><h1>One moment</h1><p>{WORDS}</p></html>'
PROBLEM = json.dumps({"type": "about:blank", "title": "One moment", "status": 503, "detail": WORDS})


def attach(app: Flask) -> None:
    """The last part that is attached is the first that a request meets."""
    with app.app_context():
        threads = wiring().settings.web_threads
    app.extensions[GATE] = gate = Gate(app.wsgi_app, threads)
    app.wsgi_app = gate  # type: ignore[assignment, method-assign]


class Gate:
    """`refused`: how many requests this process has turned away."""

    def __init__(self, app: WSGIApplication, threads: int) -> None:
        self._app = app
        self._pages = Seats(threads - min(FOR_TEXTS, threads // 4))
        self._lock = threading.Lock()
        self._said_at = 0.0
        self.refused = 0

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        path, waited = environ.get("PATH_INFO", ""), environ.get(WAITED)
        if waited is None or path == HEALTH or path.startswith(STATIC):
            return self._app(environ, start)
        if path.startswith(HOOKS):
            longest = A_REPORT_WAITS if path.startswith(REPORTS) else A_TEXT_WAITS
            return self._app(environ, start) if waited < longest else self._refuse(path, start)
        if waited >= A_PAGE_WAITS or not self._pages.take():
            return self._refuse(path, start)
        return self._seated(environ, start, self._pages.give_back)

    def _seated(self, environ: dict[str, Any], start: StartResponse, leave: Callable[[], None]) -> Iterable[bytes]:
        """The seat is free again when the answer has been sent, which for an open page takes hours."""
        try:
            return ClosingIterator(self._app(environ, start), leave)
        except BaseException:
            leave()
            raise

    def _refuse(self, path: str, start: StartResponse) -> Iterable[bytes]:
        self.count()
        kind, words = "text/html; charset=utf-8", PAGE
        if path.startswith(HOOKS):
            kind, words = "text/plain; charset=utf-8", "not stored; bring it again\n"
        elif path.startswith(API):
            kind, words = "application/problem+json", PROBLEM
        body = words.encode()
        told = {"Content-Type": kind, "Content-Length": str(len(body)), "Retry-After": "5", "Cache-Control": "no-store"}
        start("503 Service Unavailable", list((told | ALWAYS).items()))
        return [body]

    def count(self) -> None:
        """One more was refused, here or while it stood in line (config/line.py)."""
        with self._lock:
            self.refused += 1
            is_quiet = time.monotonic() - self._said_at < 1
            if not is_quiet:
                self._said_at = time.monotonic()
        if not is_quiet:  # a line for each would be more work than the refusal
            log.error("more is asked than can be answered: %d requests refused since the start", self.refused)
