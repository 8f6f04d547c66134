"""The floor of the inbound path: a route, the form, the official signature check, one INSERT, its commit. Nothing less would do."""

from __future__ import annotations

import os
import sqlite3
import threading
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

URL = os.environ["DATABASE_URL"]
SQL = "INSERT INTO floor_text (id, sid, sender, recipient, body, raw) VALUES ({0}, {0}, {0}, {0}, {0}, {0})"
SCHEMA = "CREATE TABLE IF NOT EXISTS floor_text (id {id} PRIMARY KEY, sid text UNIQUE, sender text, recipient text, body text, raw {raw})"

app = Flask(__name__)
app.extensions["smsdesk"] = SimpleNamespace(listener=SimpleNamespace(close=lambda: None))
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
mine = threading.local()
is_sqlite = URL.startswith("sqlite")
insert = SQL.format("?" if is_sqlite else "%s")


def connection() -> Any:
    if not hasattr(mine, "connection"):
        mine.connection = _sqlite() if is_sqlite else psycopg.connect(URL.replace("+psycopg", ""), prepare_threshold=1)
    return mine.connection


def _sqlite() -> sqlite3.Connection:
    made = sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("PRAGMA synchronous=FULL")
    return made


def make_table() -> None:
    """Once, before the first post."""
    with connection() as opened:
        opened.execute(SCHEMA.format(id="text" if is_sqlite else "uuid", raw="blob" if is_sqlite else "bytea"))


@app.post("/webhooks/twilio/messages")
def messages() -> Response:
    raw, form = request.get_data(cache=True), request.form
    if not validator.validate(os.environ["PUBLIC_URL"] + request.path, form, request.headers["X-Twilio-Signature"]):
        return Response(status=403)
    opened, key = connection(), uuid4()
    if is_sqlite:
        opened.execute("BEGIN IMMEDIATE")
    opened.execute(
        insert, (str(key) if is_sqlite else key, form["MessageSid"], form["From"], form["To"], form["Body"], raw)
    )
    opened.commit()
    return Response("<Response/>", content_type="text/xml")


@app.get("/healthz")
def healthz() -> str:
    return "ok"
