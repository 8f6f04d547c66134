"""What reports say is what the raw log says, worked out a second time by a script that shares nothing with them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from smsdesk.desk import roll_up
from smsdesk.desk.ask_about import Asked, places
from smsdesk.desk.report import headline, report
from smsdesk.models import Agent, RollupHour
from smsdesk.rules.packed_waits import Account
from smsdesk.rules.periods import Days, Period, before
from tests.reports import independent_figures as independent
from tests.reports.conftest import Desk
from tests.reports.past import BEGINS, ENDS

TODAY = date(2026, 11, 5)
pytestmark = pytest.mark.timeout(900)  # the first of them makes the past
PERIODS = {
    "four weeks": Period(TODAY - timedelta(days=27), TODAY),
    "a week": Period(TODAY - timedelta(days=6), TODAY),
    "today": Period(TODAY, TODAY),
    "the night in which clocks went back": Period(date(2026, 10, 25), date(2026, 10, 25)),
    "some days of October": Period(date(2026, 10, 3), date(2026, 10, 19)),
}


def same(account: Account | None, waits: list[independent.Wait]) -> bool:
    count, kept, ranks = independent.account(waits)
    account = account or Account()
    told = [account.wall.p50, account.wall.p90, account.wall.p99]
    return (account.count, account.kept) == (count, kept) and told == (
        [timedelta(seconds=s) for s in ranks] if ranks else [None] * 3
    )


def hexed(ids: dict[UUID, Account]) -> dict[str, Account]:
    return {id.hex: account for id, account in ids.items()}


def test_every_figure_equals_the_one_from_the_raw_log(desk: Desk) -> None:
    truth = desk.truth()
    assert len(truth.waits) > 80
    assert 0 < sum(not one.answered for one in truth.waits) < len(truth.waits)
    for name, period in PERIODS.items():
        waits, told = truth.between(period.first, period.last), desk.says(period)
        assert same(told.whole, waits), name
        for day in period.days:
            assert same(told.by_day.get(day), truth.between(day, day)), (name, day)
            volume = told.volumes.get(day)
            for what, count in truth.volume(day, day).items():
                assert getattr(volume, what, 0) == count, (name, day, what)
            assert told.backlog[day] == truth.backlog(day), (name, day)
        for field in ("number", "team", "agent"):
            accounts = hexed(dict(getattr(told, f"by_{field}")))
            for key in {getattr(one, field) for one in waits} - {None}:
                assert same(accounts[key], [one for one in waits if getattr(one, field) == key]), (name, field)
        slots: dict[tuple[int, int], list[bool]] = {}
        for one in waits:
            slots.setdefault(truth.slot(one.number, one.decided), []).append(one.kept)
        assert {slot: (c.count, c.kept) for slot, c in told.slots.items() if c.count} == {
            slot: (len(kept), sum(kept)) for slot, kept in slots.items()
        }


def test_the_days_before_are_the_days_before(desk: Desk) -> None:
    truth = desk.truth()
    for days, period in ((Days.SEVEN, PERIODS["a week"]), (Days.TODAY, PERIODS["today"])):
        earlier = before(period, days, ENDS, "Europe/Berlin")
        told = desk.says(earlier, tell=headline)

        assert same(told.whole, truth.between(earlier.first, earlier.last, earlier.until))
        assert told.volume.texts_in == truth.volume(earlier.first, earlier.last, earlier.until)["texts_in"]


def test_a_lead_is_told_of_their_own_team_alone(desk: Desk) -> None:
    truth, period = desk.truth(), PERIODS["four weeks"]
    told = desk.says(period, "Lee")
    (team,) = told.by_team

    assert same(told.whole, truth.between(period.first, period.last, team=team.hex))
    assert told.volume.texts_in == truth.volume(period.first, period.last, team=team.hex)["texts_in"]
    assert told.backlog[TODAY] == truth.backlog(TODAY, team.hex)
    assert same(desk.says(period, agent_id=desk.past.people["Maya"]).whole,
                truth.between(period.first, period.last, agent=desk.past.people["Maya"].hex))  # fmt: skip


def test_hours_that_were_added_up_say_what_the_clocks_say(desk: Desk) -> None:
    def wrong() -> list[object]:
        with desk.database.reading() as session:
            return list(roll_up.differences(session, BEGINS, ENDS, ENDS))

    assert wrong() == []
    before_it_is_added_up = desk.says(PERIODS["four weeks"])
    desk.past.adds_up(ENDS)
    assert wrong() == []
    assert desk.says(PERIODS["four weeks"]) == before_it_is_added_up


def test_without_any_hour_added_up_reports_say_the_same(desk: Desk) -> None:
    told = desk.says(PERIODS["four weeks"])
    with desk.database.sessions() as session, session.begin():
        session.execute(update(RollupHour).values(is_dirty=True))
        agent = session.get_one(Agent, desk.past.people["Sam"])
        from_the_clocks = report(session, Asked(agent, PERIODS["four weeks"], places(session)), ENDS)
        session.rollback()

    assert from_the_clocks == told
