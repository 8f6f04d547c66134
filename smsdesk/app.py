"""Puts the web together: settings, wiring, every way in, and what each request passes on its way."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings, load
from smsdesk.adapters.wiring import wire
from smsdesk.cli import desk
from smsdesk.web import (
    access,
    assets,
    blueprints,
    csrf,
    errors,
    gate,
    headers,
    limits,
    request_log,
    sizes,
    transaction,
    wired,
)

PATIENCE = 6  # seconds for which a page waits for SQLite's pen before it says that all is busy


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Raises BadSettings, or NoAccessRule for a route that nobody has given a rule."""
    settings = settings or load()
    app = Flask(__name__, static_folder=None, template_folder="web/templates")  # assets.py serves what is static
    wired.attach(app, wire(settings, PATIENCE))
    # Before a view it goes down this list, after it up again
    for part in (request_log, headers, errors, sizes, access, transaction, csrf, assets, limits):
        part.attach(app)
    blueprints.register(app)
    app.cli.add_command(desk)
    if settings.trusted_proxies:  # what others claim about where they come from changes nothing
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, settings.trusted_proxies)  # type: ignore[method-assign]
    gate.attach(app)
    return app
