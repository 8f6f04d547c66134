"""What can happen in an hour at the shop: texts come in by signed posts, people answer, the carrier carries, time passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters.twilio import sign
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import deliver, figures
from smsdesk.models import Agent, AuthorKind, Availability, Direction, Message
from smsdesk.rules.delivery_status import State
from tests.cast import NINE, OUR_NUMBER, Customer, Person, Shop, new_sid
from workers.outbox import carry

PROMISE = timedelta(minutes=10)
TICK = timedelta(seconds=10)
REACHED = {State.ACCEPTED, State.SENT, State.DELIVERED}


class Hour:
    """Tell it in order: each deed names its minute, and until then the shop runs by itself."""

    def __init__(self, app: Flask, settings: Settings, shop: Shop) -> None:
        self._client, self._settings, self.shop = app.test_client(), settings, shop
        self._wiring: Wiring = app.extensions["smsdesk"]
        self._wiring.carrier = shop.carrier
        self._phones = {
            "Maria": shop.customer("Maria", "+14155550142"),
            "Priya": shop.customer("Priya", "+14155550143"),
            "Tom": shop.customer("Tom", "+14155550144"),
        }
        self._people = {agent.name: Person(shop, agent.name, agent.id) for agent in shop.all(select(Agent))}

    # ------------------------------------------------------------------ what people do

    def texts(self, minute: float, customer: str, words: str) -> None:
        """The carrier brings a text, as it would: signed, and answered with 200 once it is stored."""
        self._until(minute)
        form = {
            "MessageSid": new_sid(),
            "From": self._phones[customer].address,
            "To": OUR_NUMBER,
            "Body": words,
            "NumMedia": "0",
            "NumSegments": "1",
        }
        assert self._post("/webhooks/twilio/messages", form) == 200
        self._run()

    def answers(self, minute: float, agent: str, customer: str, words: str) -> None:
        self._until(minute)
        self._people[agent].replies_to(self._phones[customer], words)
        self._run()

    def resolves(self, minute: float, agent: str, customer: str) -> None:
        self._until(minute)
        self._people[agent].resolves(self._phones[customer])

    def becomes(self, minute: float, agent: str, availability: Availability) -> None:
        self._until(minute)
        self._people[agent].becomes(availability)
        self._run()

    def does_not_arrive(self, minute: float, customer: str) -> None:
        """The carrier reports that the last text to a customer did not reach the phone."""
        self._until(minute)
        last = [message for message in self._phones[customer].messages if message.direction is Direction.OUT][-1]
        form = {
            "MessageSid": last.carrier_sid or "",
            "MessageStatus": "undelivered",
            "ErrorCode": "30003",
            "From": last.sender,
            "To": last.recipient,
        }
        assert self._post(f"/webhooks/twilio/statuses/{last.id}", form) == 200
        self._run()

    def ends(self) -> None:
        self._until(60)

    # ------------------------------------------------------------------ what can be seen afterwards

    def phone(self, customer: str) -> Customer:
        return self._phones[customer]

    def holder(self, customer: str) -> str | None:
        names = {person.id: name for name, person in self._people.items()}
        assignee_id = self._phones[customer].conversation.assignee_id
        return names[assignee_id] if assignee_id else None

    def told(self, agent: str) -> list[tuple[int, str, str]]:
        """(minute, customer, step) of each alert that this person was told of."""
        who = {phone.conversation.id: name for name, phone in self._phones.items()}
        person = self._people[agent]
        return [
            (round((alert.told_at - NINE) / timedelta(minutes=1)), who[alert.conversation_id], alert.step)
            for alert in self.shop.alerts()
            if alert.conversation_id
            and alert.told_at
            and person.id in {recipient.agent_id for recipient in alert.recipients}
        ]

    def left_alone(self) -> list[str]:
        """Texts without an answer of a person and without an alert, unless they are too young for one or a STOP took them back."""
        clocks = {clock.id: clock.started_at for clock in self.shop.clocks()}
        alerted = {(alert.conversation_id, clocks[alert.clock_id]) for alert in self.shop.alerts() if alert.clock_id}
        stopped = {
            message.conversation_id
            for phone in self._phones.values()
            for message in phone.messages
            if message.body == "STOP"
        }
        return [
            text.body
            for text, answer in self._waits()
            if answer is None
            and (text.conversation_id, text.created_at) not in alerted
            and self.shop.now() - text.created_at >= PROMISE / 2
            and text.conversation_id not in stopped
        ]

    def account_of_the_manager(self) -> Account:
        """What the manager's page says."""
        today = self.shop.read(
            lambda session: figures.today(session, session.get_one(Agent, self._people["Sam"].id), self.shop.now())
        )
        promise = today.promise
        return Account(promise.count, today.kept, promise.p50, promise.p90, promise.p99)

    def account_by_hand(self) -> Account:
        """The same from nothing but the texts: who wrote when, and when the carrier had the answer."""
        decided = [
            ((answer or self.shop.now()) - text.created_at, answer is not None)
            for text, answer in self._waits()
            if answer or self.shop.now() - text.created_at >= PROMISE + timedelta(seconds=1)
        ]
        waits = sorted(wait for wait, _ in decided)
        kept = sum(answered and wait < PROMISE + timedelta(seconds=1) for wait, answered in decided)

        def rank(percent: int) -> timedelta:
            return waits[max(0, -(-percent * len(waits) // 100) - 1)]

        return Account(len(waits), kept, rank(50), rank(90), rank(99))

    def _waits(self) -> list[tuple[Message, datetime | None]]:
        """Each text that a customer waited with, oldest first, and when it was answered; later ones of one wait stand behind it."""
        found: list[tuple[Message, datetime | None]] = []
        for phone in self._phones.values():
            answers = [
                message
                for message in phone.messages
                if message.author_kind is AuthorKind.AGENT and message.state in REACHED
            ]
            covered = 0
            for text in phone.messages:
                if text.direction is Direction.OUT or text.seq <= covered or text.body in {"STOP", "START"}:
                    continue
                covering = [one for one in answers if (one.answered_through or 0) >= text.seq]
                first = min(covering, key=lambda one: one.accepted_at or NINE, default=None)
                found.append((text, first.accepted_at if first else None))
                covered = first.answered_through or 0 if first else phone.conversation.last_seq
        return found

    # ------------------------------------------------------------------ what the shop does by itself

    def _until(self, minute: float) -> None:
        end = NINE + timedelta(minutes=minute)
        while self.shop.now() + TICK < end:
            self.shop.now.at += TICK
            self._run()
        self.shop.now.at = end
        self._run()

    def _run(self) -> None:
        """What the workers and the clock process do."""
        self.shop.routes()
        self._send()
        self.shop.looks_at_the_clock()

    def _send(self) -> None:
        with self._wiring.database.reading() as session:
            waiting = deliver.look(session, self.shop.now(), 16, set())
        if waiting:
            with self._wiring.database.transaction() as session:
                claims = deliver.claim(session, waiting, self.shop.now())
            for claim in claims:
                carry(self._wiring, claim)

    def _post(self, path: str, form: dict[str, str]) -> int:
        form = {"AccountSid": self._settings.twilio_account_sid, **form}
        signature = sign(self._settings.public_url + path, form, self._settings.twilio_auth_tokens[0])
        return self._client.post(
            path,
            data=urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        ).status_code


@dataclass(frozen=True)
class Account:
    """How the promise was kept: how many were decided, how many kept, and the waits."""

    decided: int
    kept: int
    p50: timedelta | None
    p90: timedelta | None
    p99: timedelta | None
