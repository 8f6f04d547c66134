"""Texts of ours that the carrier has, and its reports about them as signed posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import func, select, text
from werkzeug.datastructures import MultiDict

from bench import history
from bench.ground import ACCOUNT, TOKEN
from bench.open_loop import Ask, at_rate
from smsdesk.adapters.database import Database
from smsdesk.adapters.twilio import sign
from smsdesk.models import DeliveryReport

WORDS = ("queued", "sent", "delivered")
TEXT = (
    "INSERT INTO message (id, conversation_id, episode_id, seq, direction, author_kind, author_id, body, state, sender, recipient, segments, "
    "media_count, carrier_account, carrier_sid, created_at, accepted_at, not_before, source, attempts, purpose) {series} SELECT "
    "{id:6}, {id:3}, {id:4}, 2, 'out', 'agent', :agent, 'It is on its way', 'accepted', :shop, '+1' || (2000000000 + n), 1, 0, :account, "
    "{sid}, :past, :past, :later, 'web', 1, 'answer' FROM s"
)
SID = {"sqlite": "printf('SM%032x', n)", "postgresql": "'SM' || lpad(to_hex(n::int), 32, '0')"}


def fill(database_url: str, count: int, people: int) -> None:
    """So many resolved conversations, in each of which the carrier has a text of ours."""
    ids = history.fill(database_url, count, waiting=0, people=people)
    now = datetime.now(UTC)
    facts = {"agent": ids["agent"], "shop": history.SHOP, "account": ACCOUNT, "count": count}
    facts |= {"past": now - timedelta(seconds=30), "later": now + timedelta(hours=1)}
    database = Database(database_url)
    with database.engine.begin() as connection:
        dialect = connection.dialect.name
        history.take_ones_time(connection)
        statement = TEXT.replace("{series}", history.SERIES[dialect]).replace("{sid}", SID[dialect])
        connection.execute(text(history.said(statement, dialect)), history.bound(facts, dialect))
        mine = history.bound({"agent": ids["agent"]}, dialect)
        connection.execute(text("UPDATE conversation SET last_seq = 2, assignee_id = :agent"), mine)
    database.close()


def reports(port: int, rate: float, seconds: float, mark: str = "report") -> list[Ask]:
    """Of each text in turn every word, the later ones close behind the first."""
    made = [
        (mark, _post(port, 1 + place // len(WORDS), WORDS[place % len(WORDS)])) for place in range(int(rate * seconds))
    ]
    return at_rate(rate, made)


def kept(database_url: str) -> int:
    """How many reports the database holds."""
    database = Database(database_url)
    with database.reading() as session:
        count = session.scalar(select(func.count()).select_from(DeliveryReport))
    database.close()
    return count or 0


def _post(port: int, number: int, word: str) -> bytes:
    path, sid = f"/webhooks/twilio/statuses/{UUID(f'6{number:031x}')}", f"SM{number:032x}"
    form = {
        "ApiVersion": "2010-04-01", "AccountSid": ACCOUNT, "MessageSid": sid, "SmsSid": sid, "MessageStatus": word, "SmsStatus": word,
        "From": history.SHOP, "To": f"+1{2000000000 + number}",
    }  # fmt: skip
    content = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        f"X-Twilio-Signature: {sign(f'http://127.0.0.1:{port}{path}', MultiDict(form), TOKEN)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + content
