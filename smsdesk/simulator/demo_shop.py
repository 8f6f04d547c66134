"""The shop of a first start: teams, people and a day's conversations, told from config/demo.toml through the real deeds."""

from __future__ import annotations

import secrets
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings
from smsdesk.adapters.carrier import InboundText
from smsdesk.desk import annotate, hand_over, promise, receive, reply, resolve, route, set_up, settle, tend_watch
from smsdesk.models.agent import Agent, Availability
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.message import Direction, Message
from smsdesk.models.team import Team
from smsdesk.rules.delivery_status import State
from smsdesk.rules.durations import parse
from smsdesk.rules.roles import Role
from smsdesk.rules.watch_typing import read
from smsdesk.simulator import demo_past, demo_rules
from smsdesk.simulator.ledger import Ledger, Text

PLAN = Path(__file__).resolve().parents[2] / "config" / "demo.toml"
PAST = timedelta(weeks=demo_past.WEEKS, days=2)
THINKING = timedelta(seconds=2)  # from "send" to "accepted"


def is_open(session: Session) -> bool:
    """True where anything has been set up: a demo is only for an empty house."""
    return session.scalar(select(Team.id).limit(1)) is not None


def open_shop(session: Session, settings: Settings, now: datetime) -> list[Agent]:
    """Fill an empty database with the demo; returns its people."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    opened_at = now - PAST
    for team in plan["team"]:
        set_up.add_team(session, team["name"], opened_at)
    for number in plan["number"]:
        set_up.add_number(
            session, number["address"], number["team"], number["label"], parse(number["target"]), opened_at
        )
    people = {row["name"].split()[0].lower(): _person(session, row, opened_at) for row in plan["agent"]}
    session.flush()
    demo_past.make_past(session, settings.twilio_account_sid, people, now)
    for story in plan["conversation"]:
        _tell(session, settings, story, people, now)
    for person in people.values():
        if person.role is Role.MANAGER:
            person.availability_since = now - timedelta(hours=5)
        else:
            hand_over.set_availability(session, person, Availability.AVAILABLE, now)
    session.flush()
    route.drain(session, now)
    for row in plan["watch"]:
        _watch(session, row, people, now)
    demo_rules.lay_down(session, plan, people["sam"], now)
    return list(people.values())


def remind_carrier(session: Session, settings: Settings) -> None:
    """Write today's texts of the demo into the pretend carrier's ledger, so that the customers' phones show them too.

    Call it after the commit. The weeks before are nobody's phone any more.
    """
    if not settings.pretends:
        return
    ledger = Ledger(settings.var / "carrier.db")
    try:
        told = select(Message).where(Message.source == "demo").order_by(Message.created_at, Message.seq)
        for message in session.scalars(told):
            ledger.write(_carried(message))
    finally:
        ledger.close()


def _carried(message: Message) -> Text:
    is_theirs = message.direction is Direction.IN
    direction, state = ("inbound", "received") if is_theirs else ("outbound-api", "delivered")
    return Text(
        sid=message.carrier_sid or "",
        direction=direction,
        to=message.recipient,
        sender=message.sender,
        body=message.body,
        created_at=message.created_at,
        state=state,
    )


def _person(session: Session, row: dict[str, Any], now: datetime) -> Agent:
    return set_up.add_agent(session, row["email"], row["name"], Role(row["role"]), row["teams"], now)


def _watch(session: Session, row: dict[str, Any], people: dict[str, Agent], now: datetime) -> None:
    tells = tuple(people[name].id for name in row["tells"])
    typed = {name: str(value) for name, value in row.items() if name != "tells"}
    tend_watch.create(session, tend_watch.WatchPlan(read(typed), row.get("name", ""), owners=tells), None, now)


def _tell(session: Session, settings: Settings, story: dict[str, Any], people: dict[str, Agent], now: datetime) -> None:
    conversation_id = None
    for minutes, who, words in story["lines"]:
        at = now - timedelta(minutes=minutes)
        if who == "customer":
            conversation_id = receive.receive(session, _text(settings, story, words), at, source="demo").conversation_id
            continue
        conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
        if who.startswith("note:"):
            annotate.write_note(session, conversation, words, people[who.removeprefix("note:")], at)
        else:
            _answer(session, conversation, words, people[who], at)
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    if name := story.get("customer"):
        session.get_one(Customer, conversation.customer_id).name = name
    if story.get("resolved"):
        resolve.resolve(session, conversation, people[story["lines"][-1][1]], at)


def _answer(session: Session, conversation: Conversation, words: str, author: Agent, at: datetime) -> None:
    message = reply.reply(
        session, conversation.id, words, author, at, seen=None, client_token=secrets.token_hex(16), source="demo"
    )
    # It was sent before this database existed: nothing is to go out now
    message.state, message.accepted_at, message.not_before = State.DELIVERED, at + THINKING, None
    message.carrier_sid, message.block_reason = f"SM{secrets.token_hex(16)}", None
    settle.told(session, message, at + THINKING)
    promise.answer(session, message, at + THINKING)


def _text(settings: Settings, story: dict[str, Any], words: str) -> InboundText:
    return InboundText(
        account_sid=settings.twilio_account_sid,
        carrier_sid=f"SM{secrets.token_hex(16)}",
        to=story["to"],
        sender=story["from"],
        body=words,
        media=(),
        segments=1,
        opt_out_type=None,
        raw=b"",
    )
