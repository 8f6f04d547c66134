"""Where e-mail leaves from: SMTP_URL and MAIL_FROM, read and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import unquote, urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EXAMPLE = "smtps://name:password@mail.example.com:465"


class BadMail(ValueError):
    """One sentence that names the fix."""


class Security(StrEnum):
    """How the line to the mail server is kept private."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True)
class MailServer:
    """`sender`: as MAIL_FROM has it, such as `Support <desk@shop.example>`."""

    host: str
    port: int
    security: Security
    sender: str
    name: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def sender_address(self) -> str:
        """As a link: `mailto:desk@shop.example`."""
        return f"mailto:{parseaddr(self.sender)[1]}"


def read(url: str, sender: str) -> MailServer | None:
    """None where neither is set: then no e-mail is offered. Raises BadMail."""
    if not url and not sender:
        return None
    if not url or not sender:
        raise BadMail("Only one of SMTP_URL and MAIL_FROM is set; set both or neither.")
    security, parts = _security(url), urlsplit(url)
    server = MailServer(
        host=parts.hostname or "",
        port=_port(url) or PORTS[security],
        security=security,
        sender=_sender(sender),
        name=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
    if not server.host or parts.path not in {"", "/"}:
        raise _unreadable(url)
    if bool(server.name) != bool(server.password):
        raise BadMail("SMTP_URL has only one of a name and a password; write both or neither.")
    if server.password and security is Security.NONE and server.host not in LOOPBACK:
        raise BadMail("SMTP_URL would send its password readably; begin it with smtps:// or end it with ?starttls.")
    return server


def _security(url: str) -> Security:
    parts = urlsplit(url)
    if parts.scheme == "smtps" and not parts.query:
        return Security.TLS
    if parts.scheme == "smtp" and parts.query in {"", "starttls", "starttls=1"}:
        return Security.STARTTLS if parts.query else Security.NONE
    raise _unreadable(url)


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as error:
        raise _unreadable(url) from error


def _sender(sender: str) -> str:
    _, address = parseaddr(sender)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or re.search(r"[\r\n]", sender):
        raise BadMail(f"MAIL_FROM is “{sender[:80]}”; set it to an address such as Support <desk@example.com>.")
    return sender


def _unreadable(url: str) -> BadMail:
    # Not the address itself: it may hold a password
    return BadMail(f"SMTP_URL begins with “{url[:5]}” and cannot be read; set it to an address such as {EXAMPLE}.")
