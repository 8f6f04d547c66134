"""A request is a transaction: answering commits, refusing or raising rolls back, and promises are kept after the commit."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import promised
from smsdesk.web.wired import wiring

READING = {"GET", "HEAD", "OPTIONS"}


def session() -> Session:
    """The session of this request, begun by the first look: GET and HEAD only read, the others write in one transaction."""
    if "session" not in g:
        database = wiring().database
        g.session = database.readers() if request.method in READING else database.sessions()
    return cast(Session, g.session)


def let_go() -> None:
    """End what was only looked at so far: no lock is held while something slow is done."""
    _abandon(None)
    g.pop("signed_in", None)
    g.pop("seen", None)


def attach(app: Flask) -> None:
    app.after_request(_finish)
    app.teardown_request(_abandon)


def _finish(response: Response) -> Response:
    """Before the answer leaves, so that a 2xx means that it is written down."""
    opened: Session | None = g.pop("session", None)
    if opened is None:
        return response
    with opened:  # leaving it ends what was not committed, and lets rows keep what was read of them
        if request.method not in READING and response.status_code < 400:
            opened.commit()
            wiring().database.keep(promised(opened))
    return response


def _abandon(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()
