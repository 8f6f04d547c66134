"""The weeks before the demo shop's first start: made, and yet nothing in them that a real past could not have left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config.settings import Settings, load
from smsdesk.adapters.database import Database
from smsdesk.desk import remind, staff, tell, work_together
from smsdesk.desk.audit import ask, go_on
from smsdesk.desk.examine import invariants
from smsdesk.models import Agent, Alert, Clock, Conversation, Episode, Message
from smsdesk.models.audit import AuditFinding, AuditRun, AuditState
from smsdesk.rules.promise import Wait, summary
from smsdesk.simulator import demo_past, demo_shop
from smsdesk.simulator.ledger import Ledger
from smsdesk.simulator.past_days import WEEKS, stories

NOW = datetime(2026, 11, 26, 15, 20, tzinfo=UTC)  # a Thursday
TALKS = {
    "+14155550100": [["A?", "Yes.", "B?", "No."], ["C?", "Perhaps."]],
    "+14155550101": [["D?", "Tomorrow."]],
}


@pytest.fixture(scope="module")
def database(lasting_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo shop as its first start leaves it, with reminders told as the clock process does at once. Nothing here changes it."""
    database = Database(lasting_database_url)
    with database.transaction() as session:
        demo_shop.open_shop(session, load({"SMSDESK_VAR": str(tmp_path_factory.mktemp("var"))}), NOW)
    with database.transaction() as session:
        remind.claim_due(session, NOW)
    with database.transaction() as session:
        tell.tell_waiting(session, NOW)
    yield database
    database.close()


def test_everything_that_must_hold_holds(database: Database) -> None:
    with database.reading() as session:
        assert [str(finding) for finding in invariants(session, NOW) if not finding.ok] == []
        assert session.scalar(select(func.count()).select_from(Episode)) > 1500  # type: ignore[operator]


def test_the_auditor_has_nothing_to_say_about_it(database: Database) -> None:
    with database.transaction() as session:  # all that it writes are its own tables
        sam = session.scalars(select(Agent).where(Agent.name == "Sam Ortiz")).one()
        ask.ask(session, sam, NOW - timedelta(weeks=WEEKS + 1), NOW - timedelta(hours=8))
    go_on.go_on(database)

    with database.reading() as session:
        run = session.scalars(select(AuditRun)).one()
        assert (run.state, run.done) == (AuditState.DONE, run.total)
        assert run.total > 5000
        assert Counter(session.scalars(select(AuditFinding.kind))) == {}


def test_nothing_of_it_waits_or_stands_in_the_queue(database: Database) -> None:
    past = select(Message.conversation_id).where(Message.source == demo_past.SOURCE)
    with database.reading() as session:
        states = set(session.scalars(select(Conversation.state).where(Conversation.id.in_(past))))
        unseen = session.scalars(
            select(Alert.id).where(Alert.conversation_id.in_(past), Alert.acknowledged_at.is_(None))
        ).all()

    assert states == {"resolved"}
    assert unseen == []


def test_most_promises_of_it_were_kept_and_some_were_not(database: Database) -> None:
    with database.reading() as session:
        rows = session.execute(select(Clock.started_at, Clock.due_at, Clock.fulfilled_at)).all()
    account = summary(Wait((at - since).total_seconds(), at <= due) for since, due, at in rows if at)

    assert account.count > 2500
    assert account.share_kept is not None
    assert 0.9 < account.share_kept < 0.99
    assert account.p50 is not None
    assert timedelta(minutes=1) < account.p50 < timedelta(minutes=5)


def test_it_is_enough_to_say_who_is_needed_tomorrow(database: Database) -> None:
    with database.reading() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam Ortiz")).one()
        plans = {
            scope.label: staff.plan(session, scope, NOW.date() + timedelta(days=1), NOW)
            for scope in work_together.scopes(session, sam, NOW)
        }

    assert set(plans) == {"Repairs", "Support"}
    for plan in plans.values():
        assert plan.most_needed is not None
        assert plan.most_needed.need.people >= 1
        assert len(plan.forecast.used) == WEEKS
    assert plans["Support"].forecast.whole > 2 * plans["Repairs"].forecast.whole


def test_the_customers_phones_show_todays_texts_alone(database: Database, settings: Settings) -> None:
    with database.reading() as session:
        demo_shop.remind_carrier(session, settings)
        told = session.scalar(select(func.count()).select_from(Message).where(Message.source == "demo"))

    ledger = Ledger(settings.var / "carrier.db")
    try:
        assert len(ledger.texts()) == told
    finally:
        ledger.close()


def test_the_same_seed_tells_the_same_weeks_and_another_seed_others() -> None:
    once, again, other = (list(stories(TALKS, "UTC", NOW, seed)) for seed in (7, 7, 8))

    assert once == again
    assert once != other


def test_every_story_is_over_before_now_and_goes_on_in_order() -> None:
    for story in stories(TALKS, "UTC", NOW, seed=3):
        moments = [at for each in story.exchanges for at in (each.asked_at, each.answered_at)]
        assert moments == sorted(moments)
        assert moments[-1] < story.resolved_at < NOW


def test_more_is_written_on_a_weekday_at_noon_than_on_a_sunday_morning() -> None:
    came = Counter(
        (each.asked_at.weekday(), each.asked_at.hour)
        for story in stories(TALKS, "UTC", NOW)
        for each in story.exchanges
    )

    assert came[0, 11] > 3 * came[6, 8]
    assert {hour for _, hour in came} <= set(range(7, 24))
