"""One history, lived through twice: by the desk, deed by deed, and by the naive shop of `naive_clocks`; then both are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import acknowledge, apply_policies, hand_over, keep_hours, need_no_reply, promise, promise_book
from smsdesk.desk import snooze as snoozing
from smsdesk.desk.sort_out import prioritise
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Agent, Alert, AlertKind, Clock, Conversation, Message, Number, Policy, Team
from smsdesk.models.conversation import Priority
from smsdesk.rules.delivery_status import State
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts
from tests.cast import Customer, Shop
from tests.desk import naive_clocks as naive

BODIES = {"question": "When can I come?", "goodbye": "Thanks!", "stop": "STOP", "start": "START"}
REFUSALS = (OptedOut, need_no_reply.NobodyWaits, snoozing.SomebodyWaits)
LATE = {AlertKind.BREACH, AlertKind.ESCALATION}


@dataclass
class Twice:
    """`shop` lives it, `oracle` hears of it. Every deed happens at `shop.now()`."""

    shop: Shop
    zone: str
    first: date
    oracle: naive.NaiveShop = field(init=False)
    customers: dict[str, Customer] = field(default_factory=dict)
    answers: list[tuple[str, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shop.now.at = datetime(
            self.first.year, self.first.month, self.first.day, 15, 0, tzinfo=self.shop.now.at.tzinfo
        )
        self.oracle = naive.NaiveShop(naive.Promise(600))
        self.maya = self.shop.person("Maya", Role.MANAGER)
        self.teams = {"Support": self.shop.team_id, "Sales": self.shop.team("Sales")}
        for name, address in {"Maria": "+14155550142", "Priya": "+14155550143"}.items():
            self.customers[name] = self.shop.customer(name, address)

    @property
    def now(self) -> datetime:
        return self.shop.now()

    # ------------------------------------------------------------------ deeds

    def text(self, who: str, kind: str, twice: bool = False) -> None:
        if twice:
            assert self.customers[who].texts_twice(BODIES[kind])
        else:
            self.customers[who].text(BODIES[kind])
        self.oracle.text(who, self.now, kind)

    def approve(self, who: str) -> None:
        if who in self.oracle.threads:
            written: list[Message] = []
            self._both(
                lambda: written.append(self.maya.replies_to(self.customers[who], "At six.")),
                lambda: self.oracle.approve(who, self.now, len(self.answers)),
            )
            self.answers += [(who, message) for message in written]

    def report(self, which: int, state: str) -> None:
        """The carrier says what became of one of our texts, in whatever order."""
        if self.answers:
            number = which % len(self.answers)
            who, message = self.answers[number]
            self.shop.moves(
                message, State(state), sid=f"SM{message.id.hex}", code=30003 if state == "undelivered" else None
            )
            self.oracle.report(who, self.now, number, state)

    def resolve(self, who: str) -> None:
        self._person(who, lambda: self.maya.resolves(self.customers[who]), self.oracle.resolve)

    def reopen(self, who: str) -> None:
        self._person(who, lambda: self.maya.reopens(self.customers[who]), self.oracle.reopen)

    def needs_no_reply(self, who: str) -> None:
        self._person(who, self._deed(who, need_no_reply.needs_no_reply), self.oracle.needs_no_reply)

    def needs_reply(self, who: str) -> None:
        self._person(who, self._deed(who, need_no_reply.needs_reply), self.oracle.needs_reply)

    def snooze(self, who: str, hours: int) -> None:
        if who in self.oracle.threads and self.oracle.threads[who].state != "resolved":
            until = self.now + timedelta(hours=hours)
            self._both(
                self._deed(
                    who, lambda session, conversation, by, now: snoozing.snooze(session, conversation, until, by, now)
                ),
                lambda: self.oracle.snooze(who, self.now, until),
            )

    def passes(self, who: str, team: str) -> None:
        def pass_on(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
            hand_over.pass_to_team(session, conversation, session.get_one(Team, self.teams[team]), by, now)

        self._person(who, self._deed(who, pass_on), lambda who, at: self.oracle.passes_to(who, at, team))

    def prioritise(self, who: str, priority: str) -> None:
        deed = self._deed(
            who, lambda session, conversation, by, now: prioritise(session, conversation, Priority(priority), by, now)
        )
        self._person(who, deed, lambda who, at: self.oracle.prioritise(who, at, priority))

    def target(self, minutes: int) -> None:
        self.shop.do(lambda session: promise.change_target(session, session.get_one(Number, self.shop.number_id), timedelta(minutes=minutes), self.maya.id, self.now))  # fmt: skip
        self.oracle.number = replace(self.oracle.number, target=minutes * 60)
        self._book_changed()

    def hours(
        self, spans: tuple[tuple[tuple[int, int], ...], ...] | None, closed: frozenset[date] = frozenset()
    ) -> None:
        """Another week from now on; None: open always."""

        def open_by(session: Session) -> None:
            by = session.get_one(Agent, self.maya.id)
            days = tuple(keep_hours.OwnDay(day, "Closed") for day in sorted(closed))
            week = tuple(tuple(Span(*span) for span in day) for day in spans or ())
            number, name = session.get_one(Number, self.shop.number_id), f"Hours of {self.now.isoformat()}"
            calendar = (
                keep_hours.add(session, keep_hours.Plan(name, week, own_days=days), by, self.now) if spans else None
            )
            session.flush()
            keep_hours.open_by(session, number, calendar, self.zone, by, self.now)

        self.shop.do(open_by)
        week = naive.Week(self.zone, self.first, spans, closed) if spans else None
        self.oracle.number = replace(self.oracle.number, week=week)
        self._book_changed()

    def policies(self, policies: tuple[naive.Policy, ...]) -> None:
        """These and no others hold from now on."""
        self.shop.do(lambda session: self._write_policies(session, policies))
        self.oracle.policies = list(policies)
        self._book_changed()

    def acknowledge(self) -> None:
        """The last alert that says that something is late."""
        told = [alert for alert in self.shop.alerts() if alert.kind in LATE and alert.acknowledged_at is None]
        if told:
            self.shop.do(lambda session: acknowledge.acknowledge(session, session.get_one(Alert, told[-1].id), session.get_one(Agent, self.maya.id), self.now))  # fmt: skip
            clock = self.shop.read(lambda session: session.get_one(Clock, told[-1].clock_id))
            self.oracle.sees(self._who(clock.conversation_id), clock.kind.value, clock.started_seq)

    def look(self) -> None:
        """What the clock process does each second."""
        self.shop.do(lambda session: snoozing.wake_due(session, self.now))
        self.shop.looks_at_the_clock()
        self.oracle.look(self.now)

    # ------------------------------------------------------------------ both

    def _both(self, deed: Callable[[], object], heard: Callable[[], object]) -> None:
        """Done by both, or refused by both."""
        refused = [False, False]
        try:
            deed()
        except REFUSALS:
            refused[0] = True
        try:
            heard()
        except naive.Refused:
            refused[1] = True
        assert refused[0] == refused[1], f"the desk {'refuses' if refused[0] else 'does'} it"

    def _person(self, who: str, deed: Callable[[], object], heard: Callable[[str, datetime], object]) -> None:
        if who in self.oracle.threads:
            self._both(deed, lambda: heard(who, self.now))

    def _deed(self, who: str, deed: Callable[[Session, Conversation, Agent, datetime], object]) -> Callable[[], object]:
        return lambda: self.maya._does(self.customers[who], lambda session, conversation, by: deed(session, conversation, by, self.now))  # type: ignore[arg-type]  # fmt: skip

    def _book_changed(self) -> None:
        while self.shop.do(lambda session: apply_policies.drain(session, self.now)):
            pass
        self.oracle.book_changed(self.now)

    def _write_policies(self, session: Session, policies: tuple[naive.Policy, ...]) -> None:
        for row in session.scalars(select(Policy)):
            session.delete(row)
        session.flush()
        for place, policy in enumerate(policies):
            made = policy.promise
            targets: dict[str, Any] = {ClockKind.FIRST_REPLY.value: {"normal": made.target}}
            if policy.resolution is not None:
                targets[ClockKind.RESOLUTION.value] = {"normal": policy.resolution}
            session.add(
                Policy(
                    position=place,
                    name=f"Policy {place}",
                    is_on=True,
                    conditions={
                        "teams": [str(self.teams[policy.team])] if policy.team else [],
                        "priorities": [policy.priority] if policy.priority else [],
                    },
                    targets=targets,
                    counts=Counts.CALENDAR if made.by_calendar else Counts.BUSINESS,
                    shares=list(made.shares),
                    leads=list(made.leads),
                    ladder=[[after, ["manager"]] for after in made.ladder],
                    repeat=timedelta(seconds=made.repeat) if made.repeat else None,
                    repeats=made.repeats,
                    alerts=AlertTimes.ALWAYS if made.at_any_time else AlertTimes.OPEN,
                    created_at=self.now,
                    updated_at=self.now,
                )
            )
        promise_book.publish(session, self.now)

    def _who(self, conversation_id: UUID | None) -> str:
        return next(name for name in self.oracle.threads if self.customers[name].conversation.id == conversation_id)

    # ------------------------------------------------------------------ the comparison

    def agree(self) -> None:
        """Clocks, conversations and alerts are what the naive shop says; and the books are in order."""
        for (what, desk), reckoned in zip(self._desk().items(), self._oracle().values(), strict=True):
            assert desk == reckoned, f"{what}: the desk says\n{desk}\nand the naive shop\n{reckoned}"
        self.shop.is_sound()

    def _desk(self) -> dict[str, Any]:
        conversations = {name: self.customers[name].conversation for name in self.oracle.threads}
        names = {conversation.id: name for name, conversation in conversations.items()}
        clocks = self.shop.clocks()
        kinds = {clock.id: clock for clock in clocks}
        return {
            "waits": {
                name: (one.state.value, one.waiting_since, one.reply_due_at) for name, one in conversations.items()
            },
            "clocks": {
                (names[clock.conversation_id], clock.kind.value, clock.started_seq): (
                    clock.state.value,
                    clock.started_at,
                    clock.due_at if clock.state in apply_policies.OPEN else None,
                    clock.fulfilled_at,
                    clock.breached_at,
                    (clock.next_step, clock.next_alert_at),
                )
                for clock in clocks
            },
            "alerts": sorted(
                (
                    names[alert.conversation_id],  # type: ignore[index]
                    kinds[alert.clock_id].kind.value,  # type: ignore[index]
                    kinds[alert.clock_id].started_seq,  # type: ignore[index]
                    alert.step,
                    alert.due_at,
                    alert.claimed_at,
                )
                for alert in self.shop.alerts()
            ),
        }

    def _oracle(self) -> dict[str, Any]:
        threads = self.oracle.threads
        words = {
            "running": "running",
            "paused": "paused",
            "done": "fulfilled",
            "behind": "cancelled",
            "let go": "cancelled",
        }
        clocks = {}
        for name, thread in threads.items():
            for run in [*thread.replies.values(), *thread.resolutions.values()]:
                says = next(iter(run.untold()), None) if run.state == "running" else None
                clocks[name, run.kind, run.seq] = (
                    words[run.state],
                    run.began,
                    run.due if run.state in {"running", "paused"} else None,
                    run.fulfilled,
                    run.broken,
                    (says[1], says[2]) if says else (None, None),
                )
        running = {name: thread.running for name, thread in threads.items()}
        return {
            "waits": {
                name: (thread.state, run.began if run else None, run.due if run else None)
                for name, thread in threads.items()
                for run in [running[name]]
            },
            "clocks": clocks,
            "alerts": sorted(
                (said.who, said.kind, said.seq, said.step, said.due, said.claimed) for said in self.oracle.said
            ),
        }
