"""What promises come to, worked out a second time from the plain list of what happened, and without a line of the product.

Business time is a list of minutes. Who waits is asked of the texts themselves: each is open until an answer that reaches the
customer covers it or a person, or a STOP, lets it go. It is slow, and meant to be read beside product.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
SOFT, REOPENS = timedelta(minutes=10), timedelta(hours=4)
HORIZON = 40 * 24 * 60  # minutes that are laid out from the first day on


@dataclass(frozen=True)
class Week:
    """Minutes of each local day from Monday on, over midnight where they end after 1440; nobody comes on a `closed` date."""

    zone: str
    first: date  # nothing before this day is asked for
    spans: tuple[tuple[tuple[int, int], ...], ...]
    closed: frozenset[date] = frozenset()

    def opening_on(self, day: date) -> tuple[tuple[int, int], ...]:
        return () if day in self.closed else self.spans[day.weekday()]


@cache
def minutes_of(week: Week) -> list[bool]:
    """Whether it is open in each minute, counted in UTC from the midnight of the first day."""
    zone, at, found = ZoneInfo(week.zone), datetime(week.first.year, week.first.month, week.first.day, tzinfo=UTC), []
    for _ in range(HORIZON):
        wall = at.astimezone(zone)
        today, minute = wall.date(), wall.hour * 60 + wall.minute
        found.append(
            any(opens <= minute < closes for opens, closes in week.opening_on(today))
            or any(opens <= minute + 1440 < closes for opens, closes in week.opening_on(today - DAY))
        )
        at += MINUTE
    return found


def slices(week: Week | None, since: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    """Stretches of a minute at most, with whether it is open."""
    if week is None:
        yield since, since + 400 * DAY, True
        return
    start = datetime(week.first.year, week.first.month, week.first.day, tzinfo=UTC)
    place = (since - start) // MINUTE
    for number, is_open in enumerate(minutes_of(week)[place:], place):
        yield max(since, start + number * MINUTE), start + (number + 1) * MINUTE, is_open


def due(week: Week | None, since: datetime, length: timedelta) -> datetime:
    """When so much open time is over; for nothing at all, the next open moment."""
    if length <= timedelta(0):
        return opened(week, since)
    for begins, ends, is_open in slices(week, since):
        if is_open and ends - begins >= length:
            return begins + length
        length -= (ends - begins) if is_open else timedelta(0)
    raise AssertionError("nobody comes")


def spent(week: Week | None, since: datetime, until: datetime) -> timedelta:
    total = timedelta(0)
    for begins, ends, is_open in slices(week, since):
        if begins >= until:
            return total
        total += (min(ends, until) - begins) if is_open else timedelta(0)
    return total


def opened(week: Week | None, at: datetime) -> datetime:
    """`at` itself, if it is open or just closing."""
    if week is None or spent(week, at - SECOND / 1000, at):
        return at
    return next(begins for begins, _, is_open in slices(week, at) if is_open)


@dataclass(frozen=True)
class Promise:
    """In seconds. `ladder`: how long after the deadline each rung speaks, from 0 on."""

    target: int
    shares: tuple[float, ...] = (0.5, 0.8)
    leads: tuple[int, ...] = ()
    ladder: tuple[int, ...] = (0,)
    repeat: int = 0
    repeats: int = 0
    by_calendar: bool = False
    at_any_time: bool = False
    week: Week | None = None

    @cache  # noqa: B019 - a test's own, and promises are few
    def moments(self, since: datetime, before: timedelta) -> list[tuple[float, str, datetime]]:
        """(how grave, which step, when), in order; of two that stand at one place, the first."""
        spends = None if self.by_calendar else self.week
        target = timedelta(seconds=self.target)
        found: dict[float, tuple[str, datetime]] = {}
        for share in self.shares:
            left = target * share - before
            at = due(spends, since, left) if left > timedelta(0) else since
            found.setdefault(round(share * 100) / 100, (f"warn_{round(share * 100)}", at))
        for lead in self.leads:
            if lead < self.target:
                ahead = target - timedelta(seconds=lead) - before
                at = due(spends, since, ahead) if ahead > timedelta(0) else since
                found.setdefault(self.gravity(f"lead_{lead}"), (f"lead_{lead}", at))
        deadline, climbs = self.due(since, before), None if self.at_any_time else self.week
        for place, rung in enumerate(self.ladder):
            at = due(climbs, deadline, timedelta(seconds=rung)) if rung else deadline
            found[float(1 + place)] = (f"rung_{place}" if place else "breach", at)
        for count in range(1, self.repeats + 1):
            at = due(climbs, deadline, timedelta(seconds=self.ladder[-1] + self.repeat * count))
            found[1000.0 + count] = (f"repeat_{count}", at)
        told_while = None if self.at_any_time else self.week
        return [(grave, step, opened(told_while, at)) for grave, (step, at) in sorted(found.items())]

    def due(self, since: datetime, before: timedelta = timedelta(0)) -> datetime:
        spends = None if self.by_calendar else self.week
        return due(spends, since, max(timedelta(0), timedelta(seconds=self.target) - before))

    def gravity(self, step: str) -> float:
        what, _, number = step.partition("_")
        if what == "breach":
            return 1.0
        if what == "warn":
            return int(number) / 100
        return (
            1 - min(0.999, int(number) / self.target)
            if what == "lead"
            else float(number) + {"rung": 1, "repeat": 1000}[what]
        )


@dataclass(frozen=True)
class Policy:
    promise: Promise  # its target is that of a reply
    resolution: int | None = None
    team: str | None = None
    priority: str | None = None


@dataclass
class Text:
    seq: int
    at: datetime
    needs: bool
    episode: int
    let_go: tuple[str, datetime] | None = None


@dataclass
class Answer:
    through: int
    approved: datetime
    accepted: datetime | None = None
    state: str = "ready"

    @property
    def reaches(self) -> bool:
        return self.state in {"accepted", "sent", "delivered"}


@dataclass
class Run:
    """A clock: of the text `seq`, or of a whole episode."""

    kind: str
    seq: int
    began: datetime
    promise: Promise
    due: datetime
    since: datetime
    state: str = "running"
    spent: timedelta = timedelta(0)
    stopped: datetime | None = None  # paused, or ended where it could go on
    fulfilled: datetime | None = None
    by: int | None = None
    told: set[str] = field(default_factory=set)
    broken: datetime | None = None
    seen: bool = False

    def untold(self) -> list[tuple[float, str, datetime]]:
        gravest = max((self.promise.gravity(step) for step in self.told), default=-1.0)
        most = 1.0 if self.seen else float("inf")
        return [one for one in self.promise.moments(self.since, self.spent) if gravest < one[0] <= most]

    def promised(self, promise: Promise) -> None:
        if self._counted(promise) != self._counted(self.promise):
            self.due = promise.due(self.since, self.spent)
        self.promise = promise

    @staticmethod
    def _counted(promise: Promise) -> tuple[int, Week | None]:
        """What a deadline depends on; whom it is told to does not move it."""
        return promise.target, None if promise.by_calendar else promise.week


@dataclass
class Thread:
    """Everything between one customer and the shop."""

    team: str = "Support"
    priority: str = "normal"
    state: str = "waiting_for_them"
    texts: list[Text] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)
    seq: int = 0
    last_in: int = 0
    is_stopped: bool = False
    episode: int = 0
    resolved: datetime | None = None  # the episode
    replied: dict[int, int] = field(default_factory=dict)  # episode → the answer that replied first
    goodbye: Text | None = None
    last_let_go: tuple[str, datetime] | None = None
    snoozed_until: datetime | None = None
    replies: dict[int, Run] = field(default_factory=dict)  # by the text's seq
    resolutions: dict[int, Run] = field(default_factory=dict)  # by episode

    def is_covered(self, text: Text) -> bool:
        return any(answer.reaches and answer.through >= text.seq for answer in self.answers.values())

    def is_open(self, text: Text) -> bool:
        return text.needs and text.let_go is None and not self.is_covered(text)

    def open(self) -> list[Text]:
        return [text for text in self.texts if self.is_open(text)]

    @property
    def running(self) -> Run | None:
        return next((run for run in self.replies.values() if run.state == "running"), None)


@dataclass(frozen=True)
class Said:
    """One alert: of which clock, which step, for which moment, and when it was claimed."""

    who: str
    kind: str
    seq: int
    step: str
    due: datetime
    claimed: datetime


class Refused(Exception):
    """The desk has to refuse it as well."""


class NaiveShop:
    """Hears what happened, in order, and knows at every moment who waits and what must have been said."""

    def __init__(self, number: Promise) -> None:
        self.number = number  # its own target and hours
        self.policies: list[Policy] = []
        self.threads: dict[str, Thread] = {}
        self.said: list[Said] = []

    # ------------------------------------------------------------------ what happens

    def text(self, who: str, at: datetime, kind: str) -> None:
        """`kind`: question, goodbye, stop, start."""
        thread = self.threads.setdefault(who, Thread())
        is_goodbye = kind == "goodbye" and not thread.open() and thread.episode in thread.replied
        thread.seq += 1
        thread.last_in = thread.seq
        text = Text(thread.seq, at, kind in {"question", "goodbye"} and not is_goodbye, thread.episode)
        thread.texts.append(text)
        if is_goodbye and (thread.goodbye is None or at - thread.goodbye.at > SOFT):
            thread.goodbye = text
        if text.needs:
            self._ask(who, thread, text, at)
        if kind == "stop":
            self._let_go(thread, "stop", at)
            thread.is_stopped = True
            if thread.state != "resolved":
                thread.state, thread.snoozed_until = "waiting_for_them", None
        if kind == "start":
            thread.is_stopped = False
        self._settle(who, at)

    def _ask(self, who: str, thread: Thread, text: Text, at: datetime) -> None:
        if thread.episode == 0 or (thread.resolved is not None and at - thread.resolved > REOPENS):
            thread.episode = text.seq
            promise = self.promise("resolution", thread)
            if promise is not None:
                thread.resolutions[text.seq] = Run("resolution", text.seq, at, promise, promise.due(at), at)
        text.episode, thread.resolved = thread.episode, None
        if thread.goodbye is not None and at - thread.goodbye.at <= SOFT and len(thread.open()) == 1:
            thread.goodbye.needs, thread.goodbye.episode = True, thread.episode  # waits since then
        thread.goodbye = None

    def approve(self, who: str, at: datetime, id: int) -> None:
        thread = self.threads[who]
        if thread.is_stopped:
            raise Refused
        thread.seq += 1
        thread.answers[id] = Answer(thread.last_in, at)

    def report(self, who: str, at: datetime, id: int, state: str) -> None:
        """A report of the carrier, in whatever order."""
        thread, answer = self.threads[who], self.threads[who].answers[id]
        order = ["ready", "accepted", "sent", "delivered"]
        if answer.state in {"undelivered", "delivered"}:
            if (answer.state, state) != ("undelivered", "delivered"):
                return
        elif state != "undelivered" and order.index(state) <= order.index(answer.state):
            return
        reached_before, answer.state = answer.reaches, state
        if state == "undelivered":
            self._failed(thread, id, at)
        elif not reached_before:
            answer.accepted = answer.accepted or at
            self._reached(who, thread, id, at)
        self._settle(who, at)

    def _failed(self, thread: Thread, id: int, at: datetime) -> None:
        answer = thread.answers[id]
        for text in thread.texts:
            if text.seq > answer.through:
                continue
            run = thread.replies.get(text.seq)
            if text.let_go and text.let_go[0] == "resolve" and text.let_go[1] >= answer.approved:
                text.let_go = None  # resolved because it seemed to be answered
            elif not (run is not None and run.by == id) and not thread.is_open(text):
                continue
            if thread.is_stopped and thread.is_open(text):
                text.let_go = ("stop", at)
        for episode, first in list(thread.replied.items()):
            if first == id:
                others = self._covering(thread, episode)
                thread.replied.pop(episode)
                if others:
                    thread.replied[episode] = others[0]

    def _covering(self, thread: Thread, seq: int) -> list[int]:
        reaching = {id: answer for id, answer in thread.answers.items() if answer.reaches and answer.through >= seq}
        return sorted(reaching, key=lambda id: reaching[id].accepted or answer_never)

    def _reached(self, who: str, thread: Thread, id: int, at: datetime) -> None:
        answer = thread.answers[id]
        if thread.goodbye is not None and answer.through >= thread.goodbye.seq:
            thread.goodbye = None
        run = thread.running
        if run is None or run.seq > answer.through:
            cut = [run for run in thread.replies.values() if self._was_cut_short(thread, run, answer)]
            run = max(cut, key=lambda run: run.seq, default=None)
        if run is None:
            return
        self._end(who, run, id, answer.accepted or at, at)
        thread.replied.setdefault(next(text.episode for text in thread.texts if text.seq == run.seq), id)

    def _was_cut_short(self, thread: Thread, run: Run, answer: Answer) -> bool:
        text = next(text for text in thread.texts if text.seq == run.seq)
        is_cut = run.state == "let go" and text.let_go is not None and text.let_go[0] == "resolve"
        return bool(is_cut and run.seq <= answer.through and text.let_go and text.let_go[1] >= answer.approved)

    def resolve(self, who: str, at: datetime) -> None:
        thread = self.threads[who]
        if thread.state == "resolved":
            return
        self._let_go(thread, "resolve", at)
        thread.state, thread.resolved, thread.snoozed_until = "resolved", at, None
        self._settle(who, at)

    def reopen(self, who: str, at: datetime) -> None:
        thread = self.threads[who]
        if thread.state != "resolved":
            return
        for text in thread.texts:
            if text.let_go == ("resolve", thread.resolved) and not thread.is_stopped:
                text.let_go = None
        thread.state, thread.resolved = "waiting_for_them", None
        self._settle(who, at)

    def needs_no_reply(self, who: str, at: datetime) -> None:
        thread = self.threads[who]
        if not thread.open():
            raise Refused
        self._let_go(thread, "no reply needed", at)
        thread.state = "waiting_for_them"
        self._settle(who, at)

    def needs_reply(self, who: str, at: datetime) -> None:
        """Only the last word is taken back, while nobody waits."""
        thread = self.threads[who]
        theirs = [text for text in thread.texts if text.let_go == thread.last_let_go and not thread.is_covered(text)]
        is_ours = thread.last_let_go is not None and thread.last_let_go[0] == "no reply needed"
        if not is_ours or not theirs or thread.is_stopped or thread.open():
            raise Refused
        for text in theirs:
            text.let_go = None
        thread.last_let_go = None
        self._settle(who, at)

    def _let_go(self, thread: Thread, why: str, at: datetime) -> None:
        for text in thread.open():
            text.let_go = thread.last_let_go = (why, at)

    def snooze(self, who: str, at: datetime, until: datetime) -> None:
        thread = self.threads[who]
        if thread.open() or thread.state == "resolved":
            raise Refused
        thread.state, thread.snoozed_until = "snoozed", until
        self._settle(who, at)

    def passes_to(self, who: str, at: datetime, team: str) -> None:
        self.threads[who].team = team
        self._promise_anew(self.threads[who], at)

    def prioritise(self, who: str, at: datetime, priority: str) -> None:
        self.threads[who].priority = priority
        self._promise_anew(self.threads[who], at)

    def book_changed(self, at: datetime) -> None:
        for thread in self.threads.values():
            self._promise_anew(thread, at)

    def sees(self, who: str, kind: str, seq: int) -> None:
        """Somebody acknowledged an alert of that clock which said that it is late."""
        thread = self.threads[who]
        run = thread.resolutions[seq] if kind == "resolution" else thread.replies[seq]
        if run.state in {"running", "paused"}:
            run.seen = True

    def look(self, at: datetime) -> None:
        """What the clock process does at that moment: whatever is due is said."""
        for who, thread in self.threads.items():
            if thread.snoozed_until is not None and thread.snoozed_until <= at:
                thread.state, thread.snoozed_until = "waiting_for_them", None
            for run in [*thread.replies.values(), *thread.resolutions.values()]:
                if run.state == "running":
                    for _, step, moment in run.untold():
                        if moment <= at:
                            self._say(who, run, step, moment, at)

    # ------------------------------------------------------------------ what follows

    def promise(self, kind: str, thread: Thread) -> Promise | None:
        for policy in self.policies:
            if policy.team in {None, thread.team} and policy.priority in {None, thread.priority}:
                made = policy.promise
                target = policy.resolution if kind == "resolution" else made.target
                return None if target is None else _with(made, target, self.number.week)
        return None if kind == "resolution" else self.number

    def _settle(self, who: str, at: datetime) -> None:
        """The oldest open text is waited for, and nothing else is."""
        thread = self.threads[who]
        waiting = thread.open()
        for run in thread.replies.values():
            text = next(text for text in thread.texts if text.seq == run.seq)
            if run.state == "running" and not (waiting and run.seq == waiting[0].seq):
                self._break_if_late(who, run, at, at)
                run.state = "behind" if thread.is_open(text) else "let go"
            if run.by is not None and not thread.answers[run.by].reaches:
                run.by = run.fulfilled = None
                covering = self._covering(thread, run.seq)
                if covering:
                    self._end(who, run, covering[0], thread.answers[covering[0]].accepted or at, at)
                else:
                    run.state = "behind" if thread.is_open(text) else "let go"
        if waiting:
            self._wait(thread, waiting[0], at)
        elif thread.state == "waiting_for_us":
            thread.state = "waiting_for_them"
        self._follow(who, thread, at)

    def _wait(self, thread: Thread, text: Text, at: datetime) -> None:
        run = thread.replies.get(text.seq)
        if run is None:
            kind = "next_reply" if thread.episode in thread.replied else "first_reply"
            promise = self.promise(kind, thread) or self.number
            thread.replies[text.seq] = Run(kind, text.seq, text.at, promise, promise.due(text.at), text.at)
        elif run.state != "running":
            run.state, run.fulfilled, run.by = "running", None, None
            run.promised(self.promise(run.kind, thread) or self.number)
        thread.state, thread.snoozed_until, thread.resolved = "waiting_for_us", None, None

    def _follow(self, who: str, thread: Thread, at: datetime) -> None:
        """Resolution is waited for while the customer waits for us."""
        run = thread.resolutions.get(thread.episode)
        if run is None or run.state == "let go":
            return
        if run.state == "running" and thread.state != "waiting_for_us":
            self._break_if_late(who, run, at, at)
            run.stopped = at
        if thread.state == "resolved":
            if run.state != "done":
                run.state, run.fulfilled = "done", at
        elif thread.state != "waiting_for_us":
            if run.state == "done":
                self._run_on(thread, run, at)
                run.stopped = at
            run.state = "paused"
        elif run.state != "running":
            self._run_on(thread, run, at)

    def _run_on(self, thread: Thread, run: Run, at: datetime) -> None:
        spends = None if run.promise.by_calendar else run.promise.week
        ran = spent(spends, run.since, run.stopped or at)
        run.spent += timedelta(seconds=round(ran.total_seconds()))
        run.since, run.stopped, run.fulfilled = at, None, None
        if run.spent < timedelta(seconds=run.promise.target):
            run.due = run.promise.due(at, run.spent)
        was_done, run.state = run.state == "done", "running"
        if was_done:
            self._promise(run, thread)

    def _promise_anew(self, thread: Thread, at: datetime) -> None:
        for run in [*thread.replies.values(), *thread.resolutions.values()]:
            if run.state in {"running", "paused"}:
                self._promise(run, thread)

    def _promise(self, run: Run, thread: Thread) -> None:
        promise = self.promise(run.kind, thread)
        if promise is None:
            run.state = "let go"
        else:
            run.promised(promise)

    def _end(self, who: str, run: Run, id: int, accepted: datetime, at: datetime) -> None:
        self._break_if_late(who, run, accepted, at)
        run.state, run.fulfilled, run.by = "done", accepted, id

    def _break_if_late(self, who: str, run: Run, ended: datetime, at: datetime) -> None:
        if run.broken is None and ended >= run.due + SECOND:
            self._say(who, run, "breach", run.due, at)

    def _say(self, who: str, run: Run, step: str, moment: datetime, at: datetime) -> None:
        run.told.add(step)
        if step == "breach":
            run.broken = at
        self.said.append(Said(who, run.kind, run.seq, step, moment, at))


answer_never = datetime.max.replace(tzinfo=UTC)


def _with(promise: Promise, target: int, week: Week | None) -> Promise:
    return replace(promise, target=target, week=week)
