"""What must hold whatever broke (trust.md 6.2): the three ledgers compared, and where each invariant is asked.

The ledgers are what the carrier took and delivered, what SMSDesk acknowledged to it, and what the database says. What the database
alone can answer is asked by `desk doctor` in production with the same code: `smsdesk/desk/examine.py` and its neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.adapters.database import Database
from smsdesk.desk.examine import IN_FLIGHT_MOMENT, invariants
from smsdesk.models import ConsentEvent, Direction, Message
from smsdesk.models.consent import ConsentKind
from smsdesk.models.customer import Address
from smsdesk.models.message import AuthorKind, Purpose
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.delivery_status import FINAL, State
from smsdesk.simulator.ledger import Text
from tests.faults.standin import StandIn

# Invariant → what it says, and the places that ask it
WHERE: dict[str, tuple[str, tuple[str, ...]]] = {
    "I1": (
        "An acknowledged text is in exactly one thread, once, byte for byte.",
        ("tests/faults/oracles.py", "smsdesk/desk/examine_texts.py", "migrations/versions/0001_the_first_schema.py"),
    ),
    "I2": ("An approved answer is accepted by the carrier at most once.", ("tests/faults/oracles.py",)),
    "I3": (
        "No answer disappears: it ended, waits for its moment, or is shown to be in doubt.",
        ("tests/faults/oracles.py", "smsdesk/desk/examine.py", "smsdesk/desk/examine_texts.py"),
    ),
    "I4": (
        "The carrier gets the answers of a conversation in the order of their approval.",
        ("tests/faults/oracles.py", "smsdesk/desk/examine.py"),
    ),
    "I5": ("Nothing is accepted after a STOP.", ("tests/faults/oracles.py", "smsdesk/desk/examine.py")),
    "I6": (
        "There is one conversation for a phone and a number.",
        ("migrations/versions/0001_the_first_schema.py", "tests/house/test_schema.py"),
    ),
    "I7": ("A text never falls behind its delivery reports, and all reports are kept.", ("smsdesk/desk/examine.py",)),
    "I8": (
        "A missed deadline has exactly one alert, and one that was met has none.",
        ("smsdesk/desk/examine_clocks.py", "tests/desk/naive_clocks.py", "smsdesk/desk/audit/read_clocks.py"),
    ),
    "I9": ("Nobody is shown what is not theirs.", ("tests/web/api/test_access.py", "tests/house/test_routes.py")),
    "I10": ("Every change of a text's state is in the log.", ("smsdesk/desk/examine_texts.py",)),
    "I11": (
        "Logs hold nobody's words and nobody's number.",
        ("tests/faults/test_canary.py", "tests/config/test_logging.py"),
    ),
    "I12": (
        "Posts of the carrier are answered in time, whatever is away.",
        ("tests/faults/test_dependencies.py", "tests/faults/test_load.py"),
    ),
    "I13": (
        "What was away and is back is caught up within half a minute, without anybody's help, and oldest first.",
        ("tests/faults/test_soak.py", "tests/faults/test_backlogs.py"),
    ),
    "I14": ("A post without a valid signature changes nothing.", ("tests/web/test_hooks.py",)),
    "I15": (
        "After any crash the database is whole, and all of this holds.",
        ("smsdesk/cli/storage.py", "tests/faults/test_soak.py"),
    ),
    "I16": ("One customer's flood does not slow down the others.", ("tests/faults/test_load_long.py",)),
}

ENDS = {ConsentKind.STARTED, ConsentKind.TAKEN_BACK, ConsentKind.LIFTED}
WITH_SOMEBODY = {State.ACCEPTED, State.SENT, State.UNCONFIRMED}  # the carrier, or a person who decides


@dataclass(frozen=True)
class Verdict:
    """What was counted when the ledgers were compared; `broken` says in words what does not hold, and must be empty."""

    texts_in: int
    texts_out: int
    lost: int
    twice: int
    broken: tuple[str, ...]


def judge(database: Database, witness: StandIn, acknowledged: frozenset[str] = frozenset()) -> Verdict:
    """`acknowledged`: sids that somebody else than the pretend carrier posted, and was answered 2xx for."""
    with database.reading() as session:
        messages = list(session.scalars(select(Message).order_by(Message.conversation_id, Message.seq)))
        stored = list(session.execute(select(Message.carrier_sid).where(Message.direction == Direction.IN)).scalars())
        stored += session.scalars(select(QuarantinedText.carrier_sid))
        stops = _stops(list(session.execute(select(ConsentEvent, Address.value).join(Address, Address.id == ConsentEvent.address_id).order_by(ConsentEvent.at, ConsentEvent.id))))  # fmt: skip
        unsound = [f"{found.name}: {found.found}" for found in invariants(session, clock.now()) if not found.ok]
    accepted, promised = witness.accepted(), acknowledged | witness.acknowledged()
    lost, twice = promised - set(stored), [ours for ours, texts in accepted.items() if len(texts) > 1]
    broken = [
        *(f"I1 an acknowledged text is not stored: {sid}" for sid in lost),
        *(f"I1 a text is stored twice: {sid}" for sid in set(stored) if stored.count(sid) > 1),
        *(f"I2 a text was sent twice: {ours}" for ours in twice),
        *_unlike(messages, accepted),
        *_out_of_order(messages, accepted),
        *_sent_in_spite(stops, messages, accepted),
        *(f"doctor: {words}" for words in unsound),
    ]
    return Verdict(len(stored), len(accepted), len(lost), len(twice), tuple(broken))


def unsettled(messages: list[Message], now: datetime) -> list[str]:
    """Ours that have neither ended, nor wait for a moment to come, nor stand before a person: after a quiet hour there are none."""
    waits, held = {State.READY, State.RETRY_WAIT}, set[object]()
    found = []
    for message in sorted(messages, key=lambda one: one.seq):
        if message.direction is not Direction.OUT or message.state in FINAL | WITH_SOMEBODY:
            continue
        may_wait = message.state in waits and message.not_before is not None and message.not_before > now
        if may_wait or (message.state in waits and message.conversation_id in held):
            held.add(message.conversation_id)
        else:
            found.append(f"I3 {message.id} is {message.state.value}")
    return found


def _unlike(messages: list[Message], accepted: dict[str, list[Text]]) -> Iterator[str]:
    """I3: what we take for accepted is in the carrier's ledger, and the other way round, where nobody is in doubt."""
    doubted = {State.UNKNOWN, State.UNCONFIRMED, State.SENDING}
    for message in messages:
        if message.direction is not Direction.OUT or message.state in doubted:
            continue
        # Not by accepted_at: a person may say that it arrived, and a report may say that it failed at once
        was_taken, is_known = str(message.id) in accepted, message.carrier_sid is not None
        if was_taken and not is_known:
            yield f"I3 the carrier took what is {message.state.value}: {message.id}"
        elif is_known and not was_taken:
            yield f"I3 the carrier never took what is {message.state.value}: {message.id}"


def _out_of_order(messages: list[Message], accepted: dict[str, list[Text]]) -> Iterator[str]:
    """I4, by the carrier's own count."""
    threads: dict[object, list[int]] = defaultdict(list)
    for message in messages:
        if message.author_kind is AuthorKind.AGENT and str(message.id) in accepted:
            threads[message.conversation_id].append(accepted[str(message.id)][0].seq)
    for conversation_id, places in threads.items():
        if any(later < earlier for earlier, later in pairwise(places)):
            yield f"I4 answers overtook each other in {conversation_id}"


def _stops(rows: list[tuple[ConsentEvent, str]]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Phone → the spans in which a STOP was in force."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    since: dict[str, datetime] = {}
    for event, phone in rows:
        if event.kind is ConsentKind.STOPPED:
            since.setdefault(phone, event.at)
        elif event.kind in ENDS and phone in since:
            spans[phone].append((since.pop(phone), event.at))
    for phone, at in since.items():
        spans[phone].append((at, at + timedelta(days=365)))
    return spans


def _sent_in_spite(
    stops: dict[str, list[tuple[datetime, datetime]]], messages: list[Message], accepted: dict[str, list[Text]]
) -> Iterator[str]:
    """I5: a call that had begun may still end, and one text may say that texts have stopped; no other call may begin."""
    confirmations: dict[str, int] = defaultdict(int)
    for message in messages:
        for text in accepted.get(str(message.id), []):
            if message.purpose is Purpose.CONFIRMATION:
                confirmations[text.to] += 1
            elif text.created_at and _within(text.created_at, stops.get(text.to, [])):
                yield f"I5 a text was sent after a STOP: {text.sid}"
    for phone, count in confirmations.items():
        if count > len(stops.get(phone, [])):
            yield f"I5 {count} texts said that texts have stopped after {len(stops.get(phone, []))} STOPs"


def _within(at: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(since + IN_FLIGHT_MOMENT < at < until for since, until in spans)
