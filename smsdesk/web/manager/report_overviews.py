"""A page of reports in words and pictures: what was promised and kept, how long people waited, how much there was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from smsdesk.desk.report import Report, headline, report
from smsdesk.models.agent import Agent
from smsdesk.rules.packed_waits import Account
from smsdesk.rules.periods import Days
from smsdesk.web.manager import report_plots as plots
from smsdesk.web.manager import report_words as words
from smsdesk.web.manager.pictures import NumberChoice
from smsdesk.web.manager.report_pictures import (
    Choice,
    DayRow,
    Figure,
    Linked,
    Option,
    ReportPicture,
    SlotRow,
)
from smsdesk.web.manager.report_questions import Question
from smsdesk.web.manager.report_tables import row, tables

TEXTS = "texts"


def report_picture(session: Session, me: Agent, asked: Question, heat: str, now: datetime) -> ReportPicture:
    """Everything on the page; `heat` says what the hours of the week are shaded by."""
    told = report(session, asked.asked(me), now)
    before = headline(session, asked.asked(me, earlier=True), now)
    days, by_texts = asked.period.days, heat == TEXTS and asked.agent_id is None
    by_day = [told.by_day.get(day, Account()) for day in days]
    return ReportPicture(
        period=words.period_words(asked.period),
        zone=asked.zone,
        against=words.AGAINST[asked.days],
        live_address=asked.address("/figures", heat=TEXTS if by_texts else None),
        choices=tuple(_days(asked)),
        selects=tuple(_selects(asked)),
        days=asked.days.value,
        typed=asked.typed if any(asked.typed) else (asked.period.first.isoformat(), asked.period.last.isoformat()),
        kept_open=asked.days is Days.OWN or bool(asked.problem),
        problem=asked.problem,
        little=words.little(told.whole.count),
        is_empty=not told.whole.count and not told.volume.texts_in and not told.resolution.count,
        figures=tuple(_figures(told, before, asked)),
        waits=plots.waits_by_day(days, told.by_day, _wait_columns(asked, by_day), _waits_words(told)),
        bars=plots.bars_by_day(days, [(("kept", one.kept), ("late", one.late)) for one in by_day], _kept_columns(asked, by_day), _bars_words(told)),
        by_day=tuple(row(words.day_words(day), "", account, asked, day=day) for day, account in zip(days, by_day, strict=True)),
        volumes=_volumes(told, asked) if asked.agent_id is None else None,
        backlog=_backlog(told, asked) if asked.agent_id is None else None,
        volume_rows=tuple(_volume_rows(told, asked)) if asked.agent_id is None else (),
        heat=plots.heat_map(told.slots, by_texts, _slots(asked, by_texts)),
        heat_choices=tuple(_heat_choices(asked, by_texts)),
        heat_is_texts=by_texts,
        slot_rows=tuple(_slot_rows(told, asked, by_texts)),
        tables=tuple(tables(told, asked)),
        resolution=_resolution(told, before, asked),
        waits_csv=asked.address("/waits.csv", sort=None),
        summary_csv=asked.address("/summary.csv", sort=None),
    )  # fmt: skip


def _days(asked: Question) -> list[NumberChoice]:
    return [
        NumberChoice(shown, asked.address(days=days.value, from_=None, to=None), asked.days is days)
        for days, shown in words.CHOICES.items()
    ]


def _selects(asked: Question) -> list[Choice]:
    def one(name: str, label: str, every: str, options: list[tuple[object, str]], chosen: object) -> Choice:
        return Choice(name, label, every, tuple(Option(str(id), shown, id == chosen) for id, shown in options))

    numbers: list[tuple[object, str]] = [(number.id, number.label) for number in asked.numbers]
    teams: list[tuple[object, str]] = [(team.id, team.name) for team in asked.teams]
    people: list[tuple[object, str]] = [(person.id, person.name) for person in asked.people]
    return [
        one("number", "Number", "All numbers", numbers, asked.number_id),
        one("team", "Team", "All teams", teams, asked.team_id),
        one("agent", "Answered by", "Everybody", people, asked.agent_id),
    ]


def _figures(told: Report, before: Report, asked: Question) -> list[Figure]:
    whole, earlier = told.whole, before.whole
    episodes, late = asked.address("/episodes"), asked.address("/episodes", verdict="late")
    figures = [
        Figure(
            "kept", "Kept our promise", Linked(words.share(whole), episodes if whole.count else ""), "", words.share_change(whole, earlier),
            (("promises kept", Linked(f"{whole.kept:,} of {whole.count:,}", asked.address("/episodes", verdict="kept")), words.Change("")),
             ("late", Linked(f"{whole.late:,}", late if whole.late else ""), words.Change(""))),
        ),
        Figure(
            "reply", "Time to a reply", Linked(words.face(whole.wall.p50), episodes if whole.count else ""), "median (p50)",
            words.wait_change(whole.wall.p50, earlier.wall.p50),
            (("in open hours", Linked(words.face(whole.open.p50)), words.Change("")),),
        ),
        Figure(
            "slow", "Nine of ten within", Linked(words.face(whole.wall.p90), episodes if whole.count else ""), "p90",
            words.wait_change(whole.wall.p90, earlier.wall.p90),
            (("in open hours", Linked(words.face(whole.open.p90)), words.Change("")),
             ("p99", Linked(words.face(whole.wall.p99)), words.Change(""))),
            f"p99 of {words.counted(whole.count, 'wait', 'waits')} is about the longest of them" if 0 < whole.count < words.FEW_FOR_P99 else "",
        ),
    ]  # fmt: skip
    if asked.agent_id is None:
        volume = told.volume
        figures.append(Figure(
            "texts", "Texts in", Linked(f"{volume.texts_in:,}", asked.address("/episodes", what="texts_in") if volume.texts_in else ""), "",
            words.count_change(volume.texts_in, before.volume.texts_in),
            (("out", Linked(f"{volume.texts_out:,}", asked.address("/episodes", what="texts_out")), words.Change("")),
             ("did not arrive", Linked(f"{volume.failed:,}", asked.address("/episodes", what="failed")), words.Change(""))),
        ))  # fmt: skip
    return figures


def _resolution(told: Report, before: Report, asked: Question) -> Figure | None:
    one, earlier = told.resolution, before.resolution
    if not one.count and not earlier.count:
        return None
    episodes = asked.address("/episodes", what="resolutions")
    return Figure(
        "resolution", "Episodes resolved in time", Linked(words.share(one), episodes if one.count else ""), "", words.share_change(one, earlier),
        (("resolved or overdue", Linked(f"{one.count:,}", episodes), words.Change("")),
         ("median", Linked(words.face(one.wall.p50)), words.wait_change(one.wall.p50, earlier.wall.p50)),
         ("median in open hours", Linked(words.face(one.open.p50)), words.Change("")),
         ("p90", Linked(words.face(one.wall.p90)), words.Change(""))),
    )  # fmt: skip


def _waits_words(told: Report) -> str:
    known = {day: account for day, account in told.by_day.items() if account.wall.p50 is not None}
    if not known:
        return "Nothing was decided in these days."
    slowest = max(known, key=lambda day: known[day].wall.p90 or timedelta(0))
    return f"Time to a reply by day. The slowest was {words.day_words(slowest)}: {plots.day_figures(known[slowest])}."


def _bars_words(told: Report) -> str:
    return f"Promises by day: {told.whole.kept:,} kept, {told.whole.late:,} late."


def _wait_columns(asked: Question, by_day: list[Account]) -> list[plots.Column]:
    days = asked.period.days
    shown = [f"{words.day_words(day)}: {plots.day_figures(one)}" for day, one in zip(days, by_day, strict=True)]
    return plots.columns_of(days, shown, [asked.address("/episodes", day=day) for day in days])


def _kept_columns(asked: Question, by_day: list[Account]) -> list[plots.Column]:
    days = asked.period.days
    shown = [f"{words.day_words(day)}: {one.kept} kept, {one.late} late" for day, one in zip(days, by_day, strict=True)]
    return plots.columns_of(days, shown, [asked.address("/episodes", day=day) for day in days])


def _volumes(told: Report, asked: Question) -> plots.Plot:
    days = asked.period.days
    found = [told.volumes.get(day) for day in days]
    stacks = [(("in", one.texts_in if one else 0), ("out", one.texts_out if one else 0)) for one in found]
    shown = [
        f"{words.day_words(day)}: {stack[0][1]} in, {stack[1][1]} out" for day, stack in zip(days, stacks, strict=True)
    ]
    columns = plots.columns_of(days, shown, [asked.address("/episodes", what="texts_in", day=day) for day in days])
    return plots.bars_by_day(
        days, stacks, columns, f"Texts by day: {told.volume.texts_in:,} in, {told.volume.texts_out:,} out."
    )


def _backlog(told: Report, asked: Question) -> plots.Plot:
    days = asked.period.days
    counts = [told.backlog.get(day, 0) for day in days]
    shown = [
        f"{words.day_words(day)}: {words.counted(count, 'customer', 'customers')} waiting"
        for day, count in zip(days, counts, strict=True)
    ]
    columns = plots.columns_of(days, shown, [asked.address("/episodes", what="waiting", day=day) for day in days])
    return plots.line_by_day(
        days, counts, columns, f"Who waited when each day ended: between {min(counts)} and {max(counts)}."
    )


def _volume_rows(told: Report, asked: Question) -> list[DayRow]:
    rows = []
    for day in asked.period.days:
        volume = told.volumes.get(day)
        cells = []
        for what in ("texts_in", "texts_out", "failed", "opened", "resolved"):
            count = getattr(volume, what, 0)
            cells.append(Linked(f"{count:,}", asked.address("/episodes", what=what, day=day) if count else ""))
        count = told.backlog.get(day, 0)
        cells.append(Linked(f"{count:,}", asked.address("/episodes", what="waiting", day=day) if count else ""))
        rows.append(DayRow(words.day_words(day), tuple(cells)))
    return rows


def _slots(asked: Question, by_texts: bool) -> Mapping[tuple[int, int], str]:
    what = "texts_in" if by_texts else None
    return {
        (day, hour): asked.address("/episodes", slot=f"{day}-{hour}", what=what)
        for day in range(7)
        for hour in range(24)
    }


def _slot_rows(told: Report, asked: Question, by_texts: bool) -> list[SlotRow]:
    addresses = _slots(asked, by_texts)
    rows = []
    for day, name in enumerate(words.WEEKDAYS):
        cells = []
        for hour in range(24):
            one = told.slots.get((day, hour))
            count = 0 if one is None else one.texts if by_texts else one.count
            shown = "" if one is None or not count else str(count) if by_texts else f"{one.kept}/{one.count}"
            cells.append(Linked(shown, addresses[day, hour] if count else ""))
        rows.append(SlotRow(name, tuple(cells)))
    return rows


def _heat_choices(asked: Question, by_texts: bool) -> list[NumberChoice]:
    if asked.agent_id is not None:
        return []
    return [
        NumberChoice("Promises kept", asked.address() + "#hours", not by_texts),
        NumberChoice("Texts in", asked.address(heat=TEXTS) + "#hours", by_texts),
    ]
