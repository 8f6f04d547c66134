"""An alert outside the product: as a letter, a line on a locked screen, a text, a post to a program. Never a customer's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from uuid import UUID

from smsdesk.rules.durations import spell

TOLD_LATE = timedelta(minutes=1)  # from here on it is worth a word
FIRST = {"escalation": 0, "breach": 1, "watch": 2, "warning": 3}
WORDS = {"escalation": "Still late", "breach": "Late", "watch": "Watch", "warning": "Due soon"}
MOST_LINES_PUSHED, MOST_LINES_TEXTED = 4, 3
LONGEST_NAME = 60


@dataclass(frozen=True)
class Note:
    """What one alert says: whom or what it is about, a sentence, and where to look. `late`: after the moment it was for."""

    alert_id: UUID
    kind: str
    about: str
    sentence: str
    due_at: datetime
    late: timedelta
    url: str

    @property
    def title(self) -> str:
        return f"{WORDS[self.kind]}: {self.about}"

    @property
    def told_late(self) -> str:
        """`Told 37 minutes late.`, or nothing."""
        return f"Told {spell(_rounded(self.late))} late." if self.late >= TOLD_LATE else ""

    @property
    def line(self) -> str:
        return f"{self.sentence} {self.told_late}".strip()


@dataclass(frozen=True)
class Said:
    """A message about one alert or several: `short` where there is little room."""

    subject: str
    short: str
    text: str
    html: str
    url: str


def by_urgency(notes: Sequence[Note]) -> list[Note]:
    """What is worst first, and of that what is oldest."""
    return sorted(notes, key=lambda note: (FIRST[note.kind], note.due_at))


def named(name: str | None, address: str | None) -> str:
    """A customer as outsiders may read of them: their name in one line, or the end of their number."""
    told = " ".join((name or "").split())[:LONGEST_NAME]
    return told or (f"a customer (…{address[-4:]})" if address else "a customer")


def say(notes: Sequence[Note], all_url: str, settings_url: str) -> Said:
    """One message for these alerts, which are at least one; `all_url` lists them all."""
    notes = by_urgency(notes)
    if len(notes) == 1:
        (note,) = notes
        return Said(note.title, note.line, _text(notes, settings_url), _html(notes, settings_url), note.url)
    subject = f"{len(notes)} alerts: {_counted(notes)}"
    return Said(subject, _short(notes), _text(notes, settings_url), _html(notes, settings_url), all_url)


def text_message(notes: Sequence[Note], all_url: str) -> str:
    """As a text to a phone; the first ones by name, and a link to the rest."""
    notes = by_urgency(notes)
    if len(notes) == 1:
        return f"SMSDesk: {notes[0].line} {notes[0].url}"
    lines = "; ".join(note.title for note in notes[:MOST_LINES_TEXTED])
    more = len(notes) - MOST_LINES_TEXTED
    return f"SMSDesk: {len(notes)} alerts. {lines}{f'; and {more} more' if more > 0 else ''}. {all_url}"


def slack(note: Note) -> dict[str, object]:
    """As Slack and programs like it take it (incoming webhooks)."""
    line = f"*{_slack_escaped(note.title)}*\n{_slack_escaped(note.line)}"
    return {
        "text": f"{_slack_escaped(note.title)} — {_slack_escaped(note.line)}",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"{line}\n<{note.url}|Open it>"}}],
    }


def _counted(notes: Sequence[Note]) -> str:
    kinds = [(kind, sum(1 for note in notes if note.kind == kind)) for kind in FIRST]
    return ", ".join(f"{count} {WORDS[kind].lower()}" for kind, count in kinds if count)


def _short(notes: Sequence[Note]) -> str:
    lines = "\n".join(note.title for note in notes[:MOST_LINES_PUSHED])
    more = len(notes) - MOST_LINES_PUSHED
    return f"{lines}\nand {more} more" if more > 0 else lines


def _text(notes: Sequence[Note], settings_url: str) -> str:
    parts = [f"{note.title}\n{note.line}\n{note.url}" for note in notes]
    return "\n\n".join([*parts, f"How you are told: {settings_url}"]) + "\n"


def _html(notes: Sequence[Note], settings_url: str) -> str:
    parts = "".join(
        f'<p><b>{escape(note.title)}</b><br>{escape(note.line)}<br><a href="{escape(note.url)}">Open it</a></p>'
        for note in notes
    )
    return f'{parts}<p><small><a href="{escape(settings_url)}">How you are told</a></small></p>'


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rounded(length: timedelta) -> timedelta:
    """Whole minutes: nobody needs the seconds of a lateness of half an hour."""
    return timedelta(minutes=length // timedelta(minutes=1))
