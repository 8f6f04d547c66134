"""The auditor goes through the log again: what each night of the shop should say was worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.desk import promise_book
from smsdesk.desk.audit import go_on
from smsdesk.desk.audit.ask import ask, ask_for_the_night, night_of, was_asked_for
from smsdesk.desk.audit.go_on import Counted, Turn
from smsdesk.desk.audit.pieces import Piece
from smsdesk.desk.audit.report import counts, found, run_of
from smsdesk.desk.need_no_reply import needs_no_reply
from smsdesk.desk.see import NotThere
from smsdesk.desk.snooze import snooze
from smsdesk.models import Agent, Alert, AuditFinding, AuditRun, AuditState, Clock, ClockEvent, Conversation, Policy
from smsdesk.rules.audit import Kind
from smsdesk.rules.reply_clock import ClockEventKind
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import AlertTimes, Counts
from tests.cast import NINE, Customer, Person, Shop, at_once


@pytest.fixture(autouse=True)
def _the_shops_time(shop: Shop) -> Iterator[None]:
    with clock.told_by(shop.now):
        yield


def audited(shop: Shop, since: datetime = NINE - timedelta(days=1)) -> UUID:
    """The log is gone through from `since` to a moment from now; the run."""
    shop.now.move(seconds=1)
    run_id = shop.do(lambda session: ask(session, None, since, shop.now()).id)
    go_on.go_on(shop.database)
    return run_id


def found_in(shop: Shop, run_id: UUID) -> list[tuple[str, int | None]]:
    """(kind, seq) of everything that was found, by moment."""
    wanted = select(AuditFinding).where(AuditFinding.run_id == run_id).order_by(AuditFinding.at, AuditFinding.id)
    return [(one.kind, one.detail.get("seq")) for one in shop.all(wanted)]


def looked_at(shop: Shop, turn: Turn) -> Piece | Counted:
    return shop.read(lambda session: go_on.look(session, turn))


def kept(shop: Shop, turn: Turn, seen: Piece | Counted) -> Turn | None:
    return shop.do(lambda session: go_on.keep(session, turn, seen, shop.now()))


def run(shop: Shop, run_id: UUID) -> AuditRun:
    (row,) = shop.all(select(AuditRun).where(AuditRun.id == run_id))
    assert isinstance(row, AuditRun)
    return row


def test_a_day_in_good_order_has_nothing_to_tell(shop: Shop, maria: Customer, priya: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()
    maya.replies_to(maria, "Yes, since today", seconds=1)
    shop.now.move(minutes=1)
    maria.text("Thanks!")
    maya.resolves(maria)
    priya.text("STOP")

    run_id = audited(shop)

    assert found_in(shop, run_id) == []
    row = run(shop, run_id)
    assert (row.state, row.done, row.total) == (AuditState.DONE, row.done, row.done)
    assert row.done >= 1 + 1 + 1  # an episode, an alert, a clock
    assert row.finished_at == shop.now()


def test_an_episode_that_was_closed_on_a_question_is_listed_with_its_place(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", seconds=1)
    shop.now.move(minutes=2)
    maria.text("Until when are you open?")
    shop.now.move(minutes=3)
    maya.resolves(maria)

    run_id = audited(shop)

    (row,) = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    conversation = maria.conversation
    assert (row.kind, row.conversation_id, row.episode_id, row.team_id) == (
        "closed_unanswered", conversation.id, conversation.episode_id, conversation.team_id,
    )  # fmt: skip
    assert row.at == NINE + timedelta(minutes=5)
    assert row.detail == {"seq": 3, "seconds": 180.0}


def test_a_closing_that_was_taken_back_at_once_is_not_held_against_anybody(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    maya.resolves(maria)
    shop.now.move(seconds=4)
    maya.reopens(maria)
    maya.replies_to(maria, "Yes", seconds=1)

    assert found_in(shop, audited(shop)) == []


def test_a_customer_who_had_to_come_back_was_closed_too_soon(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.resolves(maria)
    shop.now.move(minutes=30)
    maria.text("Hello?")
    maya.replies_to(maria, "Yes", seconds=1)
    maya.resolves(maria)

    assert found_in(shop, audited(shop)) == [("closed_unanswered", 1)]


def test_an_answer_that_was_on_its_way_when_it_was_closed_counts(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    message = maya.replies_to(maria, "Yes")
    maya.resolves(maria)
    shop.now.move(seconds=2)
    shop.accepts(message)

    assert found_in(shop, audited(shop)) == []


def test_a_holding_reply_is_listed_by_what_came_after_it(
    shop: Shop, maria: Customer, priya: Customer, tom: Customer, maya: Person
) -> None:
    for customer in (maria, priya, tom):
        customer.text("Is it ready?")
        maya.replies_to(customer, "One moment, let me check", seconds=1)
    shop.now.move(minutes=20)
    maria.text("Any news?")  # had to ask again
    maya.replies_to(maria, "Yes, it is ready", seconds=1)
    maya.replies_to(tom, "Yes, it is ready", seconds=1)  # in order
    for customer in (maria, priya, tom):
        maya.resolves(customer)  # Priya never heard more

    run_id = audited(shop)

    rows = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert {(row.conversation_id, row.kind, row.detail["why"], row.detail["seq"]) for row in rows} == {
        (maria.conversation.id, "holding_reply", "asked_again", 2),
        (priya.conversation.id, "holding_reply", "never_followed", 2),
    }


def test_only_what_happened_in_its_time_belongs_to_a_run(
    shop: Shop, maria: Customer, priya: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    maya.resolves(maria)
    first = audited(shop)
    began = run(shop, first).until
    maria.text("Hello?")  # her episode goes on, and what was found of it is not told a second time
    maya.replies_to(maria, "Yes, it is ready", seconds=1)
    priya.text("Is it ready?")
    maya.resolves(priya)

    second = audited(shop, began)

    assert found_in(shop, first) == [("closed_unanswered", 1)]
    (row,) = shop.all(select(AuditFinding).where(AuditFinding.run_id == second))
    assert row.conversation_id == priya.conversation.id


def test_an_alert_that_was_late_says_how_late(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=5, seconds=1)
    shop.looks_at_the_clock()  # a second is nobody's fault
    shop.now.move(minutes=3, seconds=6)
    shop.looks_at_the_clock()  # 80 % of ten minutes were seven seconds ago

    run_id = audited(shop)

    (row,) = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert (row.kind, row.detail["step"], row.detail["seconds"], row.detail["seq"]) == ("late_alert", "warn_80", 7.0, 1)


def test_an_alert_that_nobody_told_is_late_too(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()
    shop.do(lambda session: session.execute(update(Alert).values(told_at=None)))
    shop.now.move(minutes=2)

    run_id = audited(shop)

    (row,) = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert (row.kind, row.detail["why"], row.detail["seconds"]) == ("late_alert", "never_told", 121.0)


def test_nobody_could_tell_of_a_clock_before_it_ran_again(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    message = maya.replies_to(maria, "Yes", seconds=1)
    shop.now.move(minutes=30)
    shop.fails(message)  # only now its wait is known to have been half an hour
    shop.looks_at_the_clock()

    assert [kind for kind, _ in found_in(shop, audited(shop)) if kind == "late_alert"] == []


def test_a_clock_that_somebody_tampered_with_is_found(shop: Shop, maria: Customer, priya: Customer) -> None:
    maria.text("Is it ready?")
    priya.text("Is it ready?")
    clock_id, due_at = maria.clock.id, maria.clock.due_at

    def tamper(session: Session, moment: datetime) -> None:
        session.get_one(Clock, clock_id).due_at = moment

    shop.do(lambda session: tamper(session, due_at + timedelta(hours=1)))
    run_id = audited(shop)
    shop.do(lambda session: tamper(session, due_at))

    (row,) = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert (row.kind, row.clock_id, row.conversation_id) == ("clock_differs", clock_id, maria.conversation.id)
    assert row.detail["columns"] == ["due_at"]


def test_a_missed_deadline_of_which_nobody_was_told_is_found(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=12)  # and no clock process ran

    assert found_in(shop, audited(shop)) == [("missed_without_alert", 1)]


def promises_a_solution(shop: Shop, within: timedelta) -> None:
    """A policy for everybody, so that resolution clocks run and pause."""
    policy = Policy(
        position=1, name="Everybody", is_on=True, conditions={}, counts=Counts.CALENDAR, shares=[0.5, 0.8], leads=[], ladder=[],
        targets={"first_reply": {"normal": 600}, "next_reply": {"normal": 600}, "resolution": {"normal": within.total_seconds()}},
        repeat=None, repeats=0, alerts=AlertTimes.ALWAYS, created_at=NINE, updated_at=NINE,
    )  # fmt: skip

    def publish(session: Session) -> None:
        session.add(policy)
        promise_book.publish(session, NINE)

    shop.do(publish)


def test_pauses_are_in_order_whatever_a_day_brings(shop: Shop, maria: Customer, priya: Customer, maya: Person) -> None:
    promises_a_solution(shop, timedelta(days=2))
    for customer in (maria, priya):
        customer.text("Is it ready?")
    shop.now.move(minutes=2)
    message = maya.replies_to(maria, "Not yet, we will text you", seconds=1)
    maya.replies_to(priya, "Tomorrow", seconds=1)
    shop.now.move(minutes=5)
    shop.fails(message)  # Maria waits again
    shop.now.move(minutes=1)
    maya.replies_to(maria, "Not yet, come by on Friday", seconds=1)
    priya.text("Thanks!")
    snoozes(shop, maya, priya, timedelta(hours=2))
    shop.now.move(minutes=90)
    priya.text("Which hour tomorrow?")
    says_no_reply_is_needed(shop, maya, priya)
    shop.now.move(minutes=3)
    for customer in (maria, priya):
        maya.resolves(customer)

    run_id = audited(shop)

    paused = select(ClockEvent).where(ClockEvent.kind == ClockEventKind.PAUSE)
    assert len(shop.all(paused)) >= 4
    assert found_in(shop, run_id) == [("no_reply_needed", 4)]


def test_a_pause_with_a_waiting_text_inside_is_found(shop: Shop, maria: Customer, maya: Person) -> None:
    promises_a_solution(shop, timedelta(days=2))
    maria.text("Is it ready?")
    maya.replies_to(maria, "Not yet", seconds=1)
    shop.now.move(minutes=30)
    maria.text("And the laces?")
    shop.now.move(minutes=12)
    resumed = select(ClockEvent).where(ClockEvent.kind == ClockEventKind.RESUME)
    (event,) = shop.all(resumed)

    shop.do(lambda session: session.execute(delete(ClockEvent).where(ClockEvent.id == event.id)))  # it goes on standing
    run_id = audited(shop)
    shop.do(lambda session: session.merge(event))

    (row,) = [
        one
        for one in shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
        if one.kind == "paused_unanswered"
    ]
    assert (row.clock_id, row.detail) == (event.clock_id, {"seq": 3, "seconds": 721.0})
    assert row.at == NINE + timedelta(minutes=30)


def test_that_no_reply_was_needed_is_a_persons_word_and_listed_as_such(
    shop: Shop, maria: Customer, priya: Customer, maya: Person
) -> None:
    for customer in (maria, priya):
        customer.text("I come by on Tuesday")
        shop.now.move(minutes=1)
        says_no_reply_is_needed(shop, maya, customer)
    shop.now.move(seconds=1)
    priya.text("Or is Wednesday better?")
    for customer in (maria, priya):
        maya.resolves(customer)

    run_id = audited(shop)

    rows = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert {(row.conversation_id, row.kind, row.detail["seq"]) for row in rows} == {
        (maria.conversation.id, "no_reply_needed", 1),
        (priya.conversation.id, "closed_unanswered", 2),
    }


def says_no_reply_is_needed(shop: Shop, by: Person, customer: Customer) -> None:
    conversation_id = customer.conversation.id
    shop.do(
        lambda session: needs_no_reply(
            session, session.get_one(Conversation, conversation_id), session.get_one(Agent, by.id), shop.now()
        )
    )


def snoozes(shop: Shop, by: Person, customer: Customer, length: timedelta) -> None:
    conversation_id = customer.conversation.id
    shop.do(
        lambda session: snooze(
            session,
            session.get_one(Conversation, conversation_id),
            shop.now() + length,
            session.get_one(Agent, by.id),
            shop.now(),
        )
    )


def test_each_night_is_asked_for_once_however_many_clocks_run(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    shop.now.at = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)

    asked = at_once([lambda: shop.do(lambda session: ask_for_the_night(session, shop.now()))] * 4)
    again = shop.do(lambda session: ask_for_the_night(session, shop.now.move(hours=20)))

    assert (sorted(map(str, asked)), again) == (["False"] * 3 + ["True"], False)
    (row,) = shop.all(select(AuditRun))
    assert (row.night, row.since, row.until) == (date(2026, 3, 3), NINE, datetime(2026, 3, 3, 3, 0, tzinfo=UTC))
    assert "reports.drain" in shop.jobs()


def test_a_night_begins_at_three_and_the_next_goes_on_where_it_ended(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    before, three = datetime(2026, 3, 3, 2, 59, 59, tzinfo=UTC), datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    assert (night_of(before), night_of(three)) == (date(2026, 3, 2), date(2026, 3, 3))
    shop.now.at = three
    shop.do(lambda session: ask_for_the_night(session, shop.now()))
    go_on.go_on(shop.database)
    shop.now.at = three + timedelta(days=2, hours=5)  # the machine was off for a night

    assert not shop.read(lambda session: was_asked_for(session, shop.now()))
    shop.do(lambda session: ask_for_the_night(session, shop.now()))

    assert [row.since for row in shop.all(select(AuditRun).order_by(AuditRun.asked_at))] == [NINE, three]


def test_a_run_that_was_killed_goes_on_where_it_was_and_tells_nothing_twice(shop: Shop, maya: Person) -> None:
    for n in range(5):
        customer = shop.customer(str(n), f"+1415557{n:04}")
        customer.text("Is it ready?")
        maya.resolves(customer)
    shop.now.move(minutes=1)
    run_id = shop.do(lambda session: ask(session, None, NINE, shop.now()).id)
    turn = shop.do(lambda session: go_on.take_up(session, shop.now()))
    assert turn is not None
    for _ in range(2):  # it is counted, and the first piece is kept
        turn = kept(shop, turn, looked_at(shop, turn))
        assert turn is not None
    lost = looked_at(shop, turn)  # and then the worker was killed
    assert shop.do(lambda session: go_on.take_up(session, shop.now())) is None, "somebody holds it"

    shop.now.move(seconds=61)
    go_on.go_on(shop.database)

    assert found_in(shop, run_id).count(("closed_unanswered", 1)) == 5 == len(found_in(shop, run_id))
    assert run(shop, run_id).state is AuditState.DONE
    assert kept(shop, turn, lost) is None, "it came back from the dead"
    assert len(found_in(shop, run_id)) == 5


def test_two_workers_share_a_run_without_telling_anything_twice(shop: Shop, maya: Person) -> None:
    for n in range(8):
        customer = shop.customer(str(n), f"+1415557{n:04}")
        customer.text("Is it ready?")
        maya.resolves(customer)
    shop.now.move(minutes=1)
    run_id = shop.do(lambda session: ask(session, None, NINE, shop.now()).id)

    assert at_once([lambda: go_on.go_on(shop.database)] * 3) == [None] * 3

    assert found_in(shop, run_id) == [("closed_unanswered", 1)] * 8


def test_a_run_that_nobody_can_bring_forward_is_given_up(shop: Shop, maria: Customer) -> None:
    run_id = shop.do(lambda session: ask(session, None, NINE, shop.now()).id)
    for _ in range(go_on.MOST_TRIES):
        assert shop.do(lambda session: go_on.take_up(session, shop.now()))
        shop.now.move(seconds=61)  # and each worker is killed before it keeps a piece

    go_on.go_on(shop.database)

    assert run(shop, run_id).state is AuditState.FAILED


def test_who_stops_in_the_middle_lets_the_next_go_on_at_once(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.resolves(maria)
    shop.now.move(minutes=1)
    run_id = shop.do(lambda session: ask(session, None, NINE, shop.now()).id)
    for _ in range(go_on.MOST_TRIES * 3):
        go_on.go_on(shop.database, iter([True, True, False, False]).__next__)

    assert run(shop, run_id).state is AuditState.DONE
    assert found_in(shop, run_id) == [("closed_unanswered", 1)]


def test_who_asks_twice_is_given_the_run_that_is_under_way(shop: Shop, sam: Person) -> None:
    def asks(session: Session) -> UUID:
        return ask(session, session.get_one(Agent, sam.id), NINE, shop.now()).id

    assert shop.do(asks) == shop.do(asks)
    go_on.go_on(shop.database)
    assert shop.do(asks) != shop.all(select(AuditRun.id).where(AuditRun.state == AuditState.DONE))[0]


def test_a_lead_sees_what_concerns_their_teams(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    elsewhere = shop.team("Repairs")
    lee = shop.person("Lee", Role.LEAD, teams=[elsewhere])
    maria.text("Is it ready?")
    maya.resolves(maria)
    run_id = audited(shop)

    def seen(person: Person) -> tuple[dict[Kind, int], list[str | None]]:
        def look(session: Session) -> tuple[dict[Kind, int], list[str | None]]:
            agent = session.get_one(Agent, person.id)
            rows = found(session, agent, run_id, Kind.CLOSED_UNANSWERED, 10)
            return counts(session, agent, run_id), [row.customer for row in rows]

        return shop.read(look)

    assert seen(sam) == ({Kind.CLOSED_UNANSWERED: 1}, ["+1 415 555 0142"])
    assert seen(lee) == ({}, [])


def test_there_is_no_run_of_that_name(shop: Shop, sam: Person) -> None:
    with pytest.raises(NotThere):
        shop.read(lambda session: run_of(session, session.get_one(Agent, sam.id), UUID(int=1)))


def test_no_word_of_a_customer_is_in_what_was_found(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready? My name is Rumpelstiltskin")
    maya.replies_to(maria, "One moment", seconds=1)
    shop.now.move(minutes=30)
    maria.text("Hello? Rumpelstiltskin still waiting")
    maya.resolves(maria)

    run_id = audited(shop)

    rows = shop.all(select(AuditFinding).where(AuditFinding.run_id == run_id))
    assert len(rows) >= 2
    assert "Rumpel" not in str([row.detail for row in rows])
    assert "4155550142" not in str([row.detail for row in rows])
