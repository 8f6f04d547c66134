"""Proof that an unsafe request comes from our own page: a token that other sites cannot read, and the browser's word on where it was made."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from smsdesk.adapters.ids import new_secret
from smsdesk.web import access, cookies
from smsdesk.web.transaction import READING
from smsdesk.web.wired import wiring

GUARDED_OTHERWISE = {"signature", "token", "operator"}  # no browser sends these along by itself


class Forged(Exception):
    """An unsafe request without the token of its session, or made on another site."""


def token() -> str:
    """What forms and scripts of this page send back as `csrf_token` or `X-CSRF-Token`."""
    signed_in = access.my_session()
    return signed_in.csrf_token if signed_in else _of_browser(_browser())


def attach(app: Flask) -> None:
    app.before_request(enforce)
    app.after_request(_remember_browser)
    app.jinja_env.globals["csrf_token"] = token


def enforce() -> None:
    """Raises Forged."""
    rule = access.rule()
    if request.method in READING or rule is None or rule in GUARDED_OTHERWISE:
        return
    if not _made_here():
        raise Forged("made on another site")
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token") or ""
    if not hmac.compare_digest(given.encode(), _expected().encode()):
        raise Forged("without its token")


def _made_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    # Our no-referrer policy makes browsers say "null" for our own forms; on plain http they say nothing else, so the token decides
    if not origin or origin == "null":
        return True
    public = urlsplit(wiring().settings.public_url)
    return origin in {f"{public.scheme}://{public.netloc}", f"{request.scheme}://{request.host}"}


def _expected() -> str:
    signed_in = access.my_session()
    if signed_in:
        return signed_in.csrf_token
    browser = cookies.read_cookie(cookies.FORM)
    return _of_browser(browser) if browser else new_secret()


def _browser() -> str:
    """A random name for a browser in which nobody is signed in, kept in a cookie."""
    if "browser" not in g:
        known = cookies.read_cookie(cookies.FORM)
        g.browser, g.browser_is_new = known or new_secret(), known is None
    return str(g.browser)


def _of_browser(browser: str) -> str:
    key = wiring().settings.secret_key.encode()
    return hmac.new(key, b"form:" + browser.encode(), hashlib.sha256).hexdigest()


def _remember_browser(response: Response) -> Response:
    if g.get("browser_is_new"):
        cookies.set_cookie(response, g.browser, cookies.FORM)
    return response
