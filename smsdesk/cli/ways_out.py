"""`desk doctor`, the ways by which alerts leave: the mail server, the key of browser push, and the programs that hear them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from smsdesk.adapters.mail import Mailer
from smsdesk.adapters.push import Pusher
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk.examine import Finding
from smsdesk.models.alert import OutgoingWebhook


def ways_out(parts: Wiring) -> Iterator[Finding]:
    """Sends nothing to anybody."""
    yield _mail(parts)
    yield Finding("browser push", True, f"browsers know us by …{Pusher(parts.settings).public_key[-8:]}")
    yield from _programs(parts)


def _mail(parts: Wiring) -> Finding:
    server = parts.settings.mail
    if server is None:
        return Finding("e-mail", True, "not set up, and not offered")
    problem = Mailer(server).check()
    fix = "Start the mail server, or correct SMTP_URL; letters wait meanwhile." if problem else ""
    return Finding("e-mail", problem is None, problem or f"{server.host} takes letters from {server.sender}", fix)


def _programs(parts: Wiring) -> Iterator[Finding]:
    with parts.database.reading() as session:
        programs = list(session.scalars(select(OutgoingWebhook).where(OutgoingWebhook.is_on).order_by(OutgoingWebhook.label)))  # fmt: skip
    for program in programs:
        name, since = f"program “{program.label}”", program.failing_since
        if since is None:
            yield Finding(name, True, "hears alerts, as far as is known")
            continue
        found = f"fails since {since:%Y-%m-%d %H:%M} UTC: {program.last_error}"
        yield Finding(
            name, False, found, f"Mend it, or switch it off: {parts.settings.public_url}/manager/webhooks/{program.id}"
        )
