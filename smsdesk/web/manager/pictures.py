"""What the manager's screens show: small frozen facts, already in words, so that a template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from smsdesk.web.agent.pictures import Left
from smsdesk.web.manager.watch_pictures import WatchRow


@dataclass(frozen=True, slots=True)
class Since:
    """A wait that goes on: the browser counts up from `at`; `words` are m:ss when the page was drawn."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class NumberChoice:
    """One tab above the page: all numbers, or one of them."""

    words: str
    address: str
    here: bool


@dataclass(frozen=True, slots=True)
class PromisePicture:
    """The account of today: shares and waits in words, an en dash where nothing has been decided yet."""

    share: str  # 94.1%
    within: str  # within 10 min
    kept_words: str  # 16 of 17 promises kept
    late_words: str  # 1 late; "" where none was
    p50: str  # m:ss
    p90: str
    p99: str
    decided: int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One customer who waits."""

    conversation_id: UUID
    customer: str
    number_label: str
    assignee: str | None
    since: Since
    left: Left | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One who answers; `high` is where the meter turns red: at full."""

    name: str
    state: str
    since_words: str
    load: int
    capacity: int
    high: float
    p50: str
    share: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One number, what it promises, and how that goes today."""

    id: UUID
    label: str
    address: str
    target_words: str
    share: str
    p50: str
    decided: int


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert, with whom it was told and who has seen it; `since` while the customer waits."""

    id: UUID
    kind: str
    conversation_id: UUID
    customer: str
    since: Since | None
    words: str
    told_words: str  # 11:22 · told Ana, Sam
    lateness_words: str
    seen_words: str  # "" until somebody has


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of the record of alerts; `address` "" where what it was about is gone."""

    id: UUID
    kind: str
    kind_words: str
    address: str
    words: str
    told_words: str
    lateness_words: str
    seen_words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One quarter hour; positions are percent of the width and pixels of the height."""

    left: str
    width: str
    top: int
    height: int
    late_top: int
    late_height: int
    words: str
    starts: str
    texts: int
    late: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A word under the axis."""

    left: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to be expected after "now": a line in a box of 1000 by `box`, from `top` on, and what it means."""

    line: str
    top: int
    box: int
    words: str  # expected: 5 people keep 95% within 10 min; "" where only the texts are known
    words_y: int | None  # where they stand in the picture; None where there is no room for them
    rows: tuple[tuple[str, str], ...]  # the quarter hour, and how many texts


@dataclass(frozen=True, slots=True)
class Chart:
    """Texts by quarter hour, and how many of them were answered late; after that, what is expected."""

    bars: tuple[Bar, ...]
    ahead: Ahead | None
    ticks: tuple[Tick, ...]
    words: str
    height: int
    base: int
    tick_base: int
    late: int


@dataclass(frozen=True, slots=True)
class ManagerPicture:
    """The whole page."""

    here: str
    query: str  # ?number=… or nothing: what keeps the choice from page to page
    day: str
    choices: tuple[NumberChoice, ...]
    promise: PromisePicture
    waiting: int
    late: int
    soon: int
    oldest: Since | None
    rows: tuple[WaitingRow, ...]
    people: tuple[PersonRow, ...]
    available: int
    room: int
    chart: Chart
    watches: tuple[WatchRow, ...]
    more_watches: int
    may_watch: bool
    alerts: tuple[AlertRow, ...]
    more_alerts: int
    numbers: tuple[NumberRow, ...]
    quarantined: str  # "", 3, or 99+
    refused: int  # texts that wait because the carrier refuses our credentials
    may_change: bool


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One text that belongs to nobody here."""

    id: UUID
    sender: str
    recipient: str
    body: str
    why: str
    at: datetime
    at_words: str
