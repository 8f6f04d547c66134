"""A person chooses how alerts reach them: the ways that are on, their browsers, and a phone that is proven to be theirs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.push import Browser
from smsdesk.desk.record import record
from smsdesk.desk.see import NotThere
from smsdesk.desk.text_staff import text_staff
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Channel, PhoneProof, PushSubscription
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import State

CHOSEN = (Channel.PUSH, Channel.EMAIL, Channel.PHONE)
MOST_BROWSERS = 10
CODE_LASTS = timedelta(minutes=10)
AGAIN_AFTER = timedelta(minutes=1)
CODES_A_DAY, TRIES = 5, 5
CODE_TEXT = "SMSDesk: your code is {code}. It shows that this phone is yours. Nobody will ask you for it."


class NotThisCode(ValueError):
    """It is not the code, or no longer; one sentence says what to do."""


class NotNow(ValueError):
    """Another code may not be texted yet; one sentence says when."""


class NoPhone(ValueError):
    """Texts need a phone that was proven first."""

    def __init__(self) -> None:
        super().__init__("Show us first which phone is yours.")


def switch(session: Session, agent: Agent, channel: Channel, on: bool, now: datetime) -> None:
    """From the next alert on. Raises NoPhone."""
    if channel is Channel.PHONE and on and not agent.phone:
        raise NoPhone
    chosen = set(agent.alert_channels) - {channel.value} | ({channel.value} if on else set())
    agent.alert_channels = sorted(chosen)
    record(session, "agent.channel", now, actor_id=agent.id, subject_id=agent.id, channel=channel.value, on=on)


def browsers(session: Session, agent: Agent) -> list[PushSubscription]:
    """Those that still take alerts, newest first."""
    mine = (PushSubscription.agent_id == agent.id) & PushSubscription.gone_at.is_(None)
    return list(session.scalars(select(PushSubscription).where(mine).order_by(PushSubscription.id.desc())))


def add_browser(session: Session, agent: Agent, browser: Browser, words: str, now: datetime) -> PushSubscription:
    """This browser takes this person's alerts; whoever signed in there before gets theirs there no more."""
    row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint == browser.endpoint))
    if row is None:
        _make_room(session, agent, now)
        row = PushSubscription(endpoint=browser.endpoint, created_at=now)
        session.add(row)
    row.agent_id, row.public_key, row.auth = agent.id, browser.public_key, browser.auth
    row.browser, row.gone_at = words, None
    session.flush()
    switch(session, agent, Channel.PUSH, True, now)
    return row


def remove_browser(session: Session, agent: Agent, subscription_id: UUID, now: datetime) -> None:
    """Raises NotThere for one that is not theirs."""
    gone = session.execute(
        update(PushSubscription)
        .where(
            PushSubscription.id == subscription_id,
            PushSubscription.agent_id == agent.id,
            PushSubscription.gone_at.is_(None),
        )
        .values(gone_at=now),
        execution_options={"synchronize_session": False},
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotThere


def text_code(session: Session, agent: Agent, phone: str, now: datetime) -> None:
    """Text a code to a phone that they say is theirs. Raises NotNow, OptedOut, NoNumberOfOurs."""
    before = session.get(PhoneProof, agent.id, with_for_update=True)
    sent_today = before.codes_today if before and now - before.sent_at < timedelta(days=1) else 0
    if before and now - before.sent_at < AGAIN_AFTER:
        raise NotNow("A code was texted a moment ago. Wait a minute, then ask for another.")
    if sent_today >= CODES_A_DAY:
        raise NotNow("That were many codes for one day. Ask for another tomorrow.")
    code = f"{secrets.randbelow(1_000_000):06}"
    message = text_staff(session, agent, phone, CODE_TEXT.format(code=code), now, CODE_LASTS)
    session.flush()
    proof = before or PhoneProof(agent_id=agent.id)
    proof.phone, proof.code_hash, proof.message_id = phone, _hash(agent.id, code), message.id
    proof.sent_at, proof.codes_today, proof.tries = now, sent_today + 1, 0
    session.add(proof)


def proof_of(session: Session, agent: Agent, now: datetime) -> PhoneProof | None:
    """The phone that waits for its code; None where none does."""
    proof = session.get(PhoneProof, agent.id)
    return proof if proof and proof.phone and now - proof.sent_at < CODE_LASTS else None


def prove(session: Session, agent: Agent, code: str, now: datetime) -> bool:
    """Whether it was the code: then the phone is theirs, and texts are on. A wrong try counts, so the caller must commit.

    Raises NotThisCode where there is nothing left to try.
    """
    counted = session.execute(
        update(PhoneProof)
        .where(PhoneProof.agent_id == agent.id, PhoneProof.tries < TRIES, PhoneProof.sent_at > now - CODE_LASTS)
        .values(tries=PhoneProof.tries + 1),
        execution_options={"synchronize_session": False},
    )
    proof = session.get(PhoneProof, agent.id, populate_existing=True)
    if proof is None or not proof.phone or not counted.rowcount:  # type: ignore[attr-defined]
        raise NotThisCode("That code is used up. Ask for another one.")
    if not hmac.compare_digest(proof.code_hash, _hash(agent.id, code)):
        return False
    agent.phone, proof.phone = proof.phone, ""
    record(session, "agent.phone", now, actor_id=agent.id, subject_id=agent.id)
    switch(session, agent, Channel.PHONE, True, now)
    return True


def forget_phone(session: Session, agent: Agent, now: datetime) -> None:
    """No text goes there any more, and a code that is on its way proves nothing."""
    agent.phone = None
    if proof := session.get(PhoneProof, agent.id):
        proof.phone = ""
    record(session, "agent.phone_forgotten", now, actor_id=agent.id, subject_id=agent.id)
    switch(session, agent, Channel.PHONE, False, now)


def shows_codes(session: Session) -> bool:
    """Whether a code that has left can still be read in its conversation. Only reads."""
    return session.scalar(_LEFT.limit(1)) is not None


def hide_codes(session: Session) -> None:
    """A code that has left is not for colleagues to read."""
    session.execute(
        update(Message).where(Message.id.in_(list(session.scalars(_LEFT)))).values(body=_HIDDEN),
        execution_options={"synchronize_session": False},
    )


_HIDDEN = CODE_TEXT.format(code="••••••")
_WAITS = (State.READY, State.RETRY_WAIT, State.SENDING, State.UNKNOWN)
_LEFT = (
    select(Message.id)
    .join(PhoneProof, PhoneProof.message_id == Message.id)
    .where(Message.state.not_in(_WAITS), Message.body != _HIDDEN)
)


def _hash(agent_id: UUID, code: str) -> str:
    return hashlib.sha256(f"{agent_id} {code.strip()}".encode()).hexdigest()


def _make_room(session: Session, agent: Agent, now: datetime) -> None:
    """The oldest one goes, so that the list stays one that a person can look through."""
    count = session.scalar(
        select(func.count()).select_from(PushSubscription).where(
            PushSubscription.agent_id == agent.id, PushSubscription.gone_at.is_(None)
        )
    )  # fmt: skip
    if (count or 0) >= MOST_BROWSERS:
        oldest = browsers(session, agent)[-1]
        oldest.gone_at = now
