"""A shop on a real port and a pretend carrier beside it: what is typed on a phone goes the whole way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.wiring import Wiring
from smsdesk.app import create_app
from smsdesk.desk.reply import reply
from smsdesk.models import Agent, Conversation, Message
from smsdesk.simulator.carrier import PretendCarrier
from tests.faults.standin import standing_in
from tests.web.frame.browser import Browser
from tests.workers.shop import Shop
from workers.outbox import Outbox


class Street:
    """`visitor` is a browser in which nobody is signed in; `shop` is where the texts arrive."""

    def __init__(self, app: Flask, carrier: PretendCarrier, settings: Settings, web_address: str) -> None:
        self.app, self.carrier, self.settings, self.web_address = app, carrier, settings, web_address
        self.wiring: Wiring = app.extensions["smsdesk"]
        self.shop = Shop(self.wiring, settings).opens()
        self.visitor = Browser(app)

    def types(self, sender: str, to: str, body: str = "", **more: Any) -> Any:
        self.visitor.get("/phone")
        return self.visitor.post("/phone/texts", {"from": sender, "to": to, "body": body, **more})

    def messages(self, sender: str) -> list[Message]:
        return self.shop.all(select(Message).where(Message.sender == sender).order_by(Message.seq))

    def answer(self, address: str, body: str) -> None:
        """Maya replies, and what waits to be sent is sent."""
        with self.wiring.database.transaction() as session:
            texts = select(Message.conversation_id).where(Message.sender == address)
            conversation = session.scalars(select(Conversation).where(Conversation.id.in_(texts))).one()
            maya = session.get_one(Agent, self.shop.people["Maya"])
            reply(session, conversation.id, body, maya, clock.now(), seen=None, client_token=uuid4().hex)
        Outbox(lambda: self.wiring).drain()


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `holds` gives as soon as it gives anything."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
    return found


@contextmanager
def opened(settings: Settings, **habits: float | bool) -> Iterator[Street]:
    serving: list[Flask] = []
    server = make_server("127.0.0.1", 0, lambda environ, start: serving[0](environ, start), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        with standing_in(settings, address, **habits) as stand_in:
            serving.append(create_app(stand_in.settings))
            yield Street(serving[0], stand_in.carrier, stand_in.settings, address)
    finally:
        server.shutdown()
        server.server_close()
