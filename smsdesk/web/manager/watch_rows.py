"""A watch in words: its line in a list, what happened to it, and what it would say at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.desk.count_open import Scope
from smsdesk.desk.measure import measure
from smsdesk.desk.oversee_watches import SeenWatch
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models.agent import Agent
from smsdesk.models.watch import Watch, WatchEvent, WatchEventKind
from smsdesk.rules.roles import Action, may
from smsdesk.rules.watch_typing import NotAWatch
from smsdesk.rules.watch_words import sentence, shown, turning_words
from smsdesk.rules.watches import WINDOWED, Found, Unit, WatchRule, WatchState
from smsdesk.web.agent import words
from smsdesk.web.manager.watch_pictures import HappenedRow, PreviewPicture, WatchRow

MANAGERS = "the managers"
KINDS = {
    WatchEventKind.FIRED: "Fired",
    WatchEventKind.CLEARED: "Over",
    WatchEventKind.MUTED: "Muted",
    WatchEventKind.UNMUTED: "Speaks again",
    WatchEventKind.CHANGED: "Changed",
}


def watch_row(one: SeenWatch, me: Agent, now: datetime, zone: str) -> WatchRow:
    watch = one.watch
    state, state_words = _state(one, now, zone)
    whole = sentence(watch.rule)
    return WatchRow(
        id=watch.id,
        name=watch.name,
        sentence="" if watch.name.lower() == whole.lower() else whole,
        place=one.place,
        state=state,
        state_words=state_words,
        value=shown(watch.rule.unit, _whole(watch.rule, watch.last_value)) if watch.is_on else "",
        owners=listed(one.owners) or MANAGERS,
        muted=watch.is_muted(now),
        may_change=may(me.role, Action.MANAGE_PROMISES),
    )


def listed(names: Sequence[str], first_only: bool = True) -> str:
    """`Sam, Ana`."""
    return ", ".join(name.split()[0] if first_only else name for name in names)


def happened_row(event: WatchEvent, watch: Watch, names: Mapping[UUID, str], now: datetime, zone: str) -> HappenedRow:
    told = event.detail.get("words", "")
    if event.kind is WatchEventKind.MUTED:
        until = datetime.fromisoformat(event.detail["until"])
        told = f"Nobody is told until {words.moment(until, now, zone)}."
    if event.kind is WatchEventKind.CHANGED:
        told = f"{told}." if event.detail.get("is_on", True) else f"{told}. Switched off."
    if event.detail.get("muted"):
        told += " It was muted, so nobody was told."
    return HappenedRow(
        kind=event.kind.value,
        kind_words=KINDS[event.kind],
        words=told,
        at=event.at.isoformat(),
        at_words=words.moment(event.at, now, zone),
        value=shown(watch.rule.unit, event.value),
        by=names.get(event.actor_id, "") if event.actor_id else "",
    )


def preview(session: Session, plan: WatchPlan, now: datetime) -> PreviewPicture:
    """What this plan would say now."""
    rule = plan.rule
    found = measure(session, rule, Scope(plan.number_id, plan.team_id), now)
    fires = found is not None and found.value is not None and found.value >= rule.limit and found.cases >= rule.at_least
    return PreviewPicture(
        sentence=sentence(rule),
        turning=turning_words(rule),
        value="closed" if found is None else shown(rule.unit, _whole(rule, found.value)),
        cases=_cases(rule, found),
        state="firing" if fires else "quiet",
        state_words="it would fire at once" if fires else "it would be quiet",
    )


def what_is_wrong(wrong: NotAWatch) -> PreviewPicture:
    return PreviewPicture(problems=tuple(wrong.problems.values()))


def _state(one: SeenWatch, now: datetime, zone: str) -> tuple[str, str]:
    watch, today = one.watch, _today(one.fired_today)
    since = words.moment(watch.state_since, now, zone)
    if not watch.is_on:
        return "off", "off"
    if watch.is_muted(now) and watch.muted_until is not None:
        fires = f", over its limit since {since}" if watch.state is WatchState.FIRING else ""
        return "muted", f"muted until {words.moment(watch.muted_until, now, zone)}{fires}"
    if watch.state is WatchState.FIRING:
        return "firing", f"since {since}" + (f" · told {listed(one.told)}" if one.told else "")
    return ("today", today) if today else ("quiet", "quiet")


def _today(count: int) -> str:
    return f"{count} today" if count else ""


def _whole(rule: WatchRule, value: float | None) -> float | None:
    # Seconds have no parts on a screen
    return float(round(value)) if value is not None and rule.unit is Unit.SECONDS else value


def _cases(rule: WatchRule, found: Found | None) -> str:
    if found is None:
        return "looked at only while we are open"
    if found.value is None:
        return "nothing to measure now"
    if rule.figure not in WINDOWED:
        return ""
    few = f"; {rule.at_least} are needed" if found.cases < rule.at_least else ""
    return f"{found.cases} {'case' if found.cases == 1 else 'cases'}{few}"
