"""E-mail: one letter at a time to the mail server that the operator named."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import certifi

from config.mail import MailServer, Security
from smsdesk.rules.alert_tries import TAKEN, Outcome, in_doubt, later, never

PATIENCE = timedelta(seconds=15)  # for each step of the conversation with the server


@dataclass(frozen=True)
class Letter:
    """`id` names it for ever: whoever gets it twice can tell. It becomes the Message-ID."""

    id: str
    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    written_at: datetime


class Mailer:
    """Sends letters; a new line to the server for each, since alerts are few."""

    def __init__(self, server: MailServer, patience: timedelta = PATIENCE) -> None:
        self._server = server
        self._patience = patience.total_seconds()

    def send(self, letter: Letter) -> Outcome:
        """Try once. Only when the letter itself was being handed over can its fate be in doubt."""
        try:
            with self._line() as line:
                return self._hand_over(line, letter)
        except smtplib.SMTPAuthenticationError:
            return later("The mail server refuses our name and password.")
        except smtplib.SMTPException as error:
            return later(f"The mail server does not talk to us: {_said(error)}.")
        except OSError as error:
            return later(f"The mail server cannot be reached: {type(error).__name__}.")

    def check(self) -> str | None:
        """What stands in the way of sending, or None. Sends nothing."""
        try:
            with self._line() as line:
                line.noop()
        except (OSError, smtplib.SMTPException) as error:
            return _said(error)
        return None

    def _hand_over(self, line: smtplib.SMTP, letter: Letter) -> Outcome:
        try:
            line.send_message(_written(letter, self._server.sender))
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()), (550, b""))[0]
            words = f"The mail server does not take letters for this address ({code})."
            return later(words) if code < 500 else never(words)
        except smtplib.SMTPResponseException as error:
            words = f"The mail server refused the letter ({error.smtp_code})."
            return later(words) if error.smtp_code < 500 else never(words)
        except (OSError, smtplib.SMTPException):
            return in_doubt("The mail server fell silent while it took the letter.")
        return TAKEN

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        server, context = self._server, _tls()
        if server.security is Security.TLS:
            line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self._patience, context=context)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=self._patience)
        try:
            if server.security is Security.STARTTLS:
                line.starttls(context=context)
            if server.name and server.password:
                line.login(server.name, server.password)
            yield line
        finally:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()


def _written(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"], message["Message-ID"] = format_datetime(letter.written_at), f"<{letter.id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: a holiday notice must not answer it
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _said(error: Exception) -> str:
    """The server's code, never its words: these may repeat what we sent."""
    code = getattr(error, "smtp_code", None)
    return f"it answered {code}" if code else type(error).__name__


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
