"""What the agent's screens show: small frozen facts, already in words, so that a template decides nothing.

Moments are aware and UTC; every `…_words` is ready to be read. Templates put `<bdi>` around whatever a customer wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Left:
    """How long is left of a promise: the browser counts on from `due_at`, turning amber at `soon_at`."""

    started_at: datetime
    soon_at: datetime
    due_at: datetime
    urgency: str  # calm | soon | late
    words: str  # 3:12, or −2:14 when late
    share: int  # of the time that is gone, 0 to 100


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the queue."""

    id: UUID
    name: str
    initials: str
    preview: str
    from_us: bool
    unread: bool
    left: Left | None
    state: str  # waiting_for_us | waiting_for_them | snoozed | resolved
    state_words: str
    assignee: str | None
    failed: bool
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    goodbye: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """One tab above the queue; `count` is capped in words ("99+")."""

    key: str  # mine | unassigned | team | late | all
    words: str
    count: str


@dataclass(frozen=True, slots=True)
class QueuePicture:
    """The list: its tabs, its rows, and where the next page starts."""

    box: str
    boxes: tuple[Box, ...]
    rows: tuple[Row, ...]
    next_url: str | None
    unread: int


@dataclass(frozen=True, slots=True)
class Media:
    """One picture or file of a text; `state` is ready, waiting or refused."""

    id: UUID
    state: str
    is_picture: bool
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """The line between two days."""

    kind: ClassVar[str] = "day"
    words: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text in or out, with what became of it."""

    kind: ClassVar[str] = "bubble"
    id: UUID
    seq: int
    outgoing: bool
    body: str
    media: tuple[Media, ...]
    author: str | None
    at: datetime
    at_words: str
    state_words: str
    ticks: str  # "", ✓ or ✓✓
    error_words: str | None
    mood: str = ""  # "", on-its-way, failed or unconfirmed: how the bubble looks
    choices: tuple[tuple[str, str], ...] = ()  # (path below the message, words) of what the agent can do about it
    first_unread: bool = False
    gone_words: str = ""  # why there are no words any more


@dataclass(frozen=True, slots=True)
class NoteItem:
    """A note between colleagues; the customer never sees it."""

    kind: ClassVar[str] = "note"
    id: UUID
    author: str
    body: str
    at: datetime
    at_words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, in a sentence."""

    kind: ClassVar[str] = "line"
    words: str
    at: datetime
    at_words: str
    bad: bool = False


ThreadItem = Day | Bubble | NoteItem | Line


@dataclass(frozen=True, slots=True)
class ThreadPicture:
    """Everything said, oldest first; `last_seq` is what a sender has seen who has seen all of it."""

    conversation_id: UUID
    customer: str
    last_seq: int
    unread: bool
    items: tuple[ThreadItem, ...]
    older_url: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody or some team that a conversation can be passed on to."""

    field: str  # agent_id | team_id
    id: UUID
    name: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class HeaderPicture:
    """Above the thread: who, on which number, how long is left, and what can be done."""

    conversation_id: UUID
    name: str
    address: str
    number_label: str
    left: Left | None
    state: str
    state_words: str
    assignee: str | None
    assignee_id: UUID | None
    mine: bool
    last_inbound_seq: int
    choices: tuple[Choice, ...]
    needs_reply_after_all: bool = False  # "no reply needed" was said, and can be taken back
    is_goodbye: bool = False
    snoozes: tuple[tuple[str, str], ...] = ()  # words and moment
    is_erased: bool = False  # nothing can be done here any more
    earliest_snooze: str = ""  # for a field that asks for a day and a time where the number is


@dataclass(frozen=True, slots=True)
class ComposerPicture:
    """Where the agent writes: what was half written, and what they had seen when they began."""

    conversation_id: UUID
    customer: str
    body: str
    client_token: str
    seen: int
    measure: str  # "78 chars · 1 segment"
    blocked: bool  # nothing can be sent; what stands above says why


@dataclass(frozen=True, slots=True)
class CollisionPicture:
    """What arrived that the sender had not seen."""

    conversation_id: UUID
    items: tuple[ThreadItem, ...]
    last_seq: int


@dataclass(frozen=True, slots=True)
class AlertPicture:
    """One alert that this person has not acknowledged."""

    id: UUID
    kind: str  # warning | breach | escalation | watch
    words: str
    conversation_id: UUID | None
    address: str  # where it can be looked into; "" for whoever may not


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every signed-in page."""

    name: str
    initials: str
    state: str  # available | busy | away
    state_words: str
    leads: bool
    manages: bool  # may change what is promised
    phones: bool  # whether customers are pretended, and have phones that can be seen
    unread: int
    alerts: tuple[AlertPicture, ...]
    theme: str  # auto | light | dark
    stream_after: str
