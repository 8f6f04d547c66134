"""What the process is wired to, for whoever answers a request."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from smsdesk.adapters.wiring import Wiring

NAME = "smsdesk"


def attach(app: Flask, wiring: Wiring) -> None:
    app.extensions[NAME] = wiring


def wiring() -> Wiring:
    """The database, the queue, the news and the carrier of this process."""
    return cast(Wiring, current_app.extensions[NAME])
