"""How a person proves who they are: sessions that can be ended, one-time links and API tokens. Only hashes are kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.agent import Agent
from smsdesk.models.base import Base, Identified, one_of


class SignInSession(Identified, Base):
    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    agent: Mapped[Agent] = relationship(lazy="joined", innerjoin=True)


class SignInLink(Identified, Base):
    """A link that signs one person in, once."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TokenScope(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ApiToken(Identified, Base):
    """Lets a program act as a person, within a scope."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]  # shown in lists, so that a token can be told from another
    name: Mapped[str]
    scope: Mapped[TokenScope] = one_of(TokenScope)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    agent: Mapped[Agent] = relationship(lazy="joined", innerjoin=True)
