"""Puts the web together: settings, wiring, every way in, and what each request passes on its way."""

from __future__ import annotations

from apiflask import APIFlask

from config.settings import Settings, load
from smsdesk.adapters.wiring import wire
from smsdesk.web import (
    access,
    assets,
    blueprints,
    csrf,
    errors,
    headers,
    limits,
    request_log,
    sizes,
    transaction,
    wired,
)


def create_app(settings: Settings | None = None) -> APIFlask:
    """The WSGI application. Raises BadSettings, or NoAccessRule for a route that nobody has given a rule."""
    settings = settings or load()
    app = APIFlask(
        __name__,
        title="SMSDesk",
        version="1",
        enable_openapi=False,  # its pages load scripts from elsewhere; the API serves its own description
        json_errors=False,  # errors.py answers in the language of each way in
        static_folder=None,  # type: ignore[arg-type]  # assets.py serves them
        template_folder="web/templates",
    )
    wired.attach(app, wire(settings))
    # Before a view it goes down this list, after it up again
    for part in (request_log, headers, errors, sizes, access, transaction, csrf, assets, limits):
        part.attach(app)
    blueprints.register(app)
    return app
