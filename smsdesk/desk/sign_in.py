"""A person proves who they are, and a program that it acts for one: sessions, one-time links, API tokens."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from smsdesk.adapters.ids import new_secret
from smsdesk.adapters.promises import announce
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.sign_in import ApiToken, SignInLink, SignInSession, TokenScope

IDLE = timedelta(hours=12)  # docs/decisions: a shift, so that nobody signs in twice a day
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
LINK_LASTS = timedelta(hours=24)
TOKEN_IS_FRESH = timedelta(days=1)
TOKEN_MARK = "smsdesk_"  # noqa: S105 - lets leak scanners find ours
SHOWN = len(TOKEN_MARK) + 6


class CannotSignIn(Exception):
    """Unknown, wrong, disabled, used or expired: outside they all look the same."""


def with_password(session: Session, email: str, verified: str, fresh: str | None) -> Agent:
    """The person whose kept password was `verified`, if it is still theirs; `fresh` replaces it. Raises CannotSignIn."""
    agent = by_email(session, email)
    if agent is None or agent.disabled_at is not None or agent.password_hash != verified:
        raise CannotSignIn
    agent.password_hash = fresh or verified
    return agent


def begin(session: Session, agent: Agent, device: str, now: datetime) -> str:
    """Open a session; returns what the cookie holds. Raises CannotSignIn for somebody who was disabled."""
    if agent.disabled_at is not None:
        raise CannotSignIn
    secret = new_secret()
    session.add(
        SignInSession(
            token_hash=_hash(secret),
            agent_id=agent.id,
            csrf_token=new_secret(),
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    record(session, "person.signed_in", now, actor_id=agent.id)
    return secret


def look_up(session: Session, secret: str, now: datetime) -> SignInSession | None:
    """The live session that a cookie belongs to, with its person and their teams, in one query."""
    return _live(session, SignInSession.token_hash == _hash(secret), now)


def still_there(session: Session, session_id: UUID, now: datetime) -> Agent | None:
    """The person of a session as they are now, or None where it has ended."""
    found = _live(session, SignInSession.id == session_id, now)
    return found.agent if found else None


def _live(session: Session, which: object, now: datetime) -> SignInSession | None:
    return (
        session.scalars(
            select(SignInSession)
            .join(SignInSession.agent)
            .options(contains_eager(SignInSession.agent).joinedload(Agent.teams))
            .where(
                which,  # type: ignore[arg-type]
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > now,
                SignInSession.seen_at > now - IDLE,
                Agent.disabled_at.is_(None),
            )
        )
        .unique()
        .one_or_none()
    )


def see_again(session: Session, session_id: UUID, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.seen_at <= now - SEEN_EVERY)
        .values(seen_at=now)
    )


def end(session: Session, signed_in: SignInSession, now: datetime) -> None:
    """End one session; its open pages close."""
    if signed_in.ended_at is None:
        signed_in.ended_at = now
        record(session, "person.signed_out", now, actor_id=signed_in.agent_id)
    announce(session, "session", signed_in.id, agent_id=signed_in.agent_id)


def change_password(session: Session, agent: Agent, password_hash: str, now: datetime) -> None:
    """A new password; whoever is signed in with the old one is not any more."""
    agent.password_hash = password_hash
    end_all(session, agent.id, now)


def disable(session: Session, agent: Agent, now: datetime) -> None:
    """They may no longer sign in, and are signed out everywhere. What they had in hand is handed back by hand_over."""
    agent.disabled_at = agent.disabled_at or now
    end_all(session, agent.id, now)


def end_all(session: Session, agent_id: UUID, now: datetime) -> None:
    """End every session and unused link of a person: they were disabled, or their password changed."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.agent_id == agent_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.execute(
        update(SignInLink).where(SignInLink.agent_id == agent_id, SignInLink.used_at.is_(None)).values(used_at=now)
    )
    record(session, "person.signed_out_everywhere", now, subject_id=agent_id)
    announce(session, "session", None, agent_id=agent_id)


def sessions_of(session: Session, agent_id: UUID, now: datetime) -> list[SignInSession]:
    """Where a person is signed in, last seen first."""
    return list(
        session.scalars(
            select(SignInSession)
            .where(
                SignInSession.agent_id == agent_id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > now,
                SignInSession.seen_at > now - IDLE,
            )
            .order_by(SignInSession.seen_at.desc())
        )
    )


def by_email(session: Session, email: str) -> Agent | None:
    """The person with this address, in any case of letters."""
    return session.scalars(select(Agent).where(Agent.email == email.strip().lower())).one_or_none()


def issue_link(session: Session, agent: Agent, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """A secret that signs this person in once, for `/sign-in/link/<secret>`; it is known only now."""
    secret = new_secret()
    session.add(SignInLink(token_hash=_hash(secret), agent_id=agent.id, created_at=now, expires_at=now + lasts))
    return secret


def use_link(session: Session, secret: str, now: datetime) -> Agent:
    """Whom a link signs in; of two who use it at once one wins. Raises CannotSignIn."""
    agent_id = session.scalar(
        update(SignInLink)
        .where(SignInLink.token_hash == _hash(secret), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.agent_id)
    )
    agent = session.get(Agent, agent_id) if agent_id else None
    if agent is None or agent.disabled_at is not None:
        raise CannotSignIn
    return agent


def issue_token(
    session: Session, agent: Agent, name: str, scope: TokenScope, now: datetime, expires_at: datetime | None = None
) -> str:
    """A token that lets a program act as this person within a scope; it is known only now."""
    secret = TOKEN_MARK + new_secret()
    token = ApiToken(
        token_hash=_hash(secret),
        prefix=secret[:SHOWN],
        name=name,
        scope=scope,
        agent_id=agent.id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    record(session, "token.issued", now, actor_id=agent.id, subject_id=token.id, scope=scope.value)
    return secret


def check_token(session: Session, secret: str, now: datetime) -> ApiToken | None:
    """The live token with its person and their teams, in one query; None where it is unknown, revoked, expired or theirs no more."""
    found = (
        session.scalars(
            select(ApiToken)
            .options(joinedload(ApiToken.agent).joinedload(Agent.teams))
            .where(ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None))
        )
        .unique()
        .one_or_none()
    )
    if found is None or found.agent.disabled_at is not None:
        return None
    return None if found.expires_at and found.expires_at <= now else found


def use_token(session: Session, token_id: UUID, now: datetime) -> None:
    """Note that a token is in use."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, (ApiToken.used_at.is_(None)) | (ApiToken.used_at <= now - SEEN_EVERY))
        .values(used_at=now)
    )


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash
    return hashlib.sha256(secret.encode()).hexdigest()
