"""The carrier's door without a network in between: posts as it makes them, and what each left in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.twilio import sign
from smsdesk.desk import sign_in
from smsdesk.models import Agent, Base, Message, QuarantinedText, TokenScope
from tests.workers.shop import MARIA, NUMBER, Shop

TEXTS = "/webhooks/twilio/messages"
Form = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass
class Door:
    app: Flask
    settings: Settings
    shop: Shop

    def form(self, number: int = 1, body: str = "hello?", **more: str) -> dict[str, str]:
        account = self.settings.twilio_account_sid
        known = {"AccountSid": account, "MessageSid": f"SM{number:032x}", "From": MARIA, "To": NUMBER}
        return {**known, "Body": body, "NumMedia": "0", "NumSegments": "1", **more}

    def signature(self, form: Form, path: str = TEXTS, token: str | None = None, url: str | None = None) -> str:
        token = token or self.settings.twilio_auth_tokens[0]
        return sign((url or self.settings.public_url) + path, MultiDict(form), token)

    def post(self, form: Form, path: str = TEXTS, signature: str | None = None, **request: Any) -> int:
        """The status; signed as the carrier would, unless a signature is given."""
        pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
        body = urlencode(pairs, errors="surrogatepass").encode()
        return self.bring(body, self.signature(form, path) if signature is None else signature, path, **request)

    def bring(self, body: bytes, signature: str | None, path: str = TEXTS, **request: Any) -> int:
        headers = dict(request.pop("headers", {})) | ({} if signature is None else {"X-Twilio-Signature": signature})
        kind = request.pop("content_type", "application/x-www-form-urlencoded")
        answer = self.app.test_client().post(path, data=body, content_type=kind, headers=headers, **request)
        return int(answer.status_code)

    def browser(self, name: str = "Sam") -> FlaskClient:
        """In which this person is signed in. Ask with `base_url=door.settings.public_url`, or the cookie stays away."""
        client = self.app.test_client()
        with self.shop.session() as session:
            cookie = sign_in.begin(session, session.get_one(Agent, self.shop.people[name]), "a browser", clock.now())
        client.set_cookie("__Host-smsdesk", cookie, domain="desk.smsdesk.test", secure=True)
        return client

    def token(self, name: str = "Sam") -> dict[str, str]:
        """The header with which a program of this person calls the API."""
        with self.shop.session() as session:
            person = session.get_one(Agent, self.shop.people[name])
            token = sign_in.issue_token(session, person, "a program", TokenScope.WRITE, clock.now(), None)
        return {"Authorization": f"Bearer {token}"}

    def bodies(self) -> list[str]:
        return [message.body for message in self.shop.messages()]

    def in_quarantine(self) -> list[QuarantinedText]:
        return self.shop.all(select(QuarantinedText).order_by(QuarantinedText.id))

    def raw(self) -> list[bytes]:
        with self.shop.wiring.database.reading() as session:
            return list(session.scalars(select(Message.raw).order_by(Message.id)))

    def everything(self, *without: str) -> str:
        """One word for every row of every table: it is another where anything changed, save in the tables named."""
        found = hashlib.sha256()
        with self.shop.wiring.database.reading() as session:
            for table in (one for one in Base.metadata.sorted_tables if one.name not in without):
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                found.update(f"{table.name}{rows}".encode(errors="surrogatepass"))
        return found.hexdigest()
