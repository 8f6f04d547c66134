"""What is held about a customer, counted, and how far an erasure has come; in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk import erase, remove_at_carrier, take_along
from smsdesk.desk.remove_at_carrier import Progress
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.erasure import Erasure, ErasureState
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import Message
from smsdesk.models.note import Note
from smsdesk.models.person_export import ExportState, PersonExport
from smsdesk.rules.phone_numbers import shown
from smsdesk.web.agent import words

NOTHING = Progress(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file in which a customer is taken along."""

    id: UUID
    asked_words: str
    state_words: str
    can_be_fetched: bool


@dataclass(frozen=True, slots=True)
class PersonPicture:
    """One customer, as far as their data goes. `erasure_words` is empty while nobody asked for one, as are those about the carrier."""

    id: UUID
    name: str
    phones: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    back: str  # where their newest conversation is
    erasure_words: str
    carrier_words: str
    carrier_trouble: str
    is_erased: bool
    exports: tuple[ExportRow, ...]


def person_picture(session: Session, customer: Customer, now: datetime) -> PersonPicture:
    theirs = select(Conversation.id).where(Conversation.customer_id == customer.id)
    erasure = erase.latest(session, customer.id)
    there = remove_at_carrier.progress(session, erasure.id) if erasure else NOTHING
    newest = session.scalar(theirs.order_by(Conversation.last_message_at.desc()).limit(1))
    return PersonPicture(
        id=customer.id,
        name=customer.called,
        phones=tuple(shown(address.value) for address in customer.addresses),
        facts=_facts(session, customer),
        back=f"/conversations/{newest}",
        erasure_words=_erasure(erasure) if erasure else "",
        carrier_words=_at_carrier(there),
        carrier_trouble=_kept_there(there),
        is_erased=customer.erased_at is not None,
        exports=tuple(_export(one, now) for one in take_along.exports_of(session, customer.id)),
    )


def _facts(session: Session, customer: Customer) -> tuple[tuple[str, str], ...]:
    theirs = select(Conversation.id).where(Conversation.customer_id == customer.id)
    texts = select(func.count()).where(Message.conversation_id.in_(theirs), Message.emptied_at.is_(None))
    texted = select(Message.id).where(Message.conversation_id.in_(theirs))
    files = select(func.count()).where(Media.message_id.in_(texted), Media.state == MediaState.READY)
    notes = select(func.count()).where(Note.conversation_id.in_(theirs), Note.body != "")
    counted = (("Texts", texts), ("Pictures and files", files), ("Notes about them", notes))
    return tuple((what, f"{session.scalar(count) or 0:,}") for what, count in counted)


def _export(export: PersonExport, now: datetime) -> ExportRow:
    asked = f"Asked for on {words.short_day(export.asked_at, 'UTC')}"
    return ExportRow(export.id, asked, _state(export), take_along.is_there(export, now))


def _state(export: PersonExport) -> str:
    if export.state is ExportState.DONE and export.expires_at:
        return f"{_size(export.size or 0)}, here until {words.short_day(export.expires_at, 'UTC')}"
    if export.state is ExportState.RUNNING:
        return f"Being written: {export.done:,} of {_texts(export.total)}"
    return {
        ExportState.WAITING: "Begins within a few seconds",
        ExportState.FAILED: "It could not be written; ask for it once more",
    }.get(export.state, "The file is deleted")


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(count // 1000, 1)} kB"


def _erasure(erasure: Erasure) -> str:
    if erasure.state is ErasureState.DONE and erasure.finished_at:
        return f"Erased on {words.short_day(erasure.finished_at, 'UTC')}: the words of {_texts(erasure.done)} are gone. If they said STOP, it stands."
    if erasure.closed_at is None:
        return "The erasure begins within a few seconds."
    if erasure.part == "calls":
        return "Nearly done: a call to the carrier is still being made."
    return f"Being erased: {erasure.done:,} of {_texts(erasure.total)} so far. You may leave this page."


def _at_carrier(there: Progress) -> str:
    """They go there by themselves; a text that is on its way can take the carrier days."""
    if there.waiting:
        of = there.waiting + there.gone + there.kept
        return f"At the carrier: {there.gone:,} of {_texts(of)} removed so far. The rest follows by itself, for up to 14 days."
    return f"Also removed at the carrier: {_texts(there.gone)}." if there.gone else ""


def _kept_there(there: Progress) -> str:
    if not there.kept:
        return ""
    codes = f" (error {', '.join(map(str, there.codes))})" if there.codes else ""
    return f"The carrier did not remove {_texts(there.kept)}{codes}. Ask its support to remove {', '.join(there.sids)}{' and others' if there.kept > len(there.sids) else ''}."


def _texts(count: int) -> str:
    return f"{count:,} text{'' if count == 1 else 's'}"
