"""The auditor's page: what it says, to whom, and how one asks for another round."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from smsdesk.desk import resolve
from smsdesk.desk.audit.ask import ask_for_the_night
from smsdesk.desk.audit.go_on import MOST_TRIES, go_on, take_up
from smsdesk.models import Agent, AuditRun, AuditState, Conversation, Message
from tests.web.test_manager import NOON, REPAIRS, Shop, shop

__all__ = ["shop"]


def closes(shop: Shop, conversation_id: UUID | None) -> None:
    assert conversation_id
    with shop.database.transaction() as session:
        maya = session.scalars(select(Agent).where(Agent.name == "Maya")).one()
        resolve.resolve(session, session.get_one(Conversation, conversation_id), maya, shop.now[0])


def goes_through(shop: Shop) -> None:
    """The night comes, and the worker does its round."""
    shop.now[0] += timedelta(days=1)
    with shop.database.transaction() as session:
        ask_for_the_night(session, shop.now[0])
    go_on(shop.database)


def test_before_the_first_round_the_page_says_when_there_will_be_one(shop: Shop) -> None:
    assert "The log has not been gone through yet." in shop.signed_in("Sam").reads("/manager/audit")


def test_a_night_without_findings_says_that_all_is_well(shop: Shop) -> None:
    shop.answer(shop.text("+14155550199"))
    goes_through(shop)

    page = shop.signed_in("Sam").reads("/manager/audit")

    assert "All is well: every question was answered before it was closed" in page
    assert "2 episodes, alerts and clocks gone through" in page
    assert "all is well" in page


def test_what_was_found_leads_to_its_place_in_the_conversation(shop: Shop) -> None:
    conversation = shop.text("+14155550199")
    shop.now[0] += timedelta(minutes=3)
    closes(shop, conversation)
    goes_through(shop)

    answer = shop.signed_in("Sam").opens("/manager/audit")

    with shop.database.reading() as session:
        message_id = session.scalars(select(Message.id)).one()
    assert f'href="/conversations/{conversation}#m-{message_id}"' in answer.text
    page = shop.signed_in("Sam").reads("/manager/audit")
    assert "Closed on an unanswered question 1" in page
    assert "+1 415 555 0199 Resolved while a text had waited for 3 minutes." in page
    assert f'id="m-{message_id}"' in shop.signed_in("Sam").opens(f"/conversations/{conversation}").text


def test_the_place_in_a_long_conversation_is_reached_without_its_end(shop: Shop) -> None:
    conversation = shop.text("+14155550199")
    closes(shop, conversation)
    for _ in range(60):
        shop.now[0] += timedelta(minutes=1)
        shop.answer(shop.text("+14155550199"))
    goes_through(shop)
    sam = shop.signed_in("Sam")

    page = sam.opens("/manager/audit").text

    with shop.database.reading() as session:
        first = session.scalars(select(Message.id).order_by(Message.seq).limit(1)).one()
    assert f'href="/conversations/{conversation}?before=21#m-{first}"' in page
    assert f'id="m-{first}"' in sam.opens(f"/conversations/{conversation}?before=21").text


def test_each_kind_is_a_filter_and_a_long_one_has_pages(shop: Shop) -> None:
    for last in range(60):
        closes(shop, shop.text(f"+141555501{last:02}"))
    waits = shop.text("+14155550199")
    shop.now[0] += timedelta(minutes=12)  # and no alert is raised
    goes_through(shop)
    sam = shop.signed_in("Sam")

    everything = sam.opens("/manager/audit").text
    assert everything.count("Resolved while a text had waited") == 5
    assert "All 60" in everything
    assert str(waits) in everything
    only = sam.opens("/manager/audit?kind=closed_unanswered").text
    assert only.count("Resolved while a text had waited") == 50
    assert "no alert was raised" not in only
    older = next(part.split('"')[0] for part in only.split('href="') if "amp;after=" in part).replace("&amp;", "&")
    assert sam.opens(older).text.count("Resolved while a text had waited") == 10


def test_a_lead_reads_of_their_own_teams_alone(shop: Shop) -> None:
    closes(shop, shop.text("+14155550198"))
    closes(shop, shop.text("+14155550199", to=REPAIRS))
    goes_through(shop)

    page = shop.signed_in("Lee").reads("/manager/audit")

    assert "+1 415 555 0199" in page
    assert "+1 415 555 0198" not in page
    assert "1 found" in page
    assert "2 found" in shop.signed_in("Sam").reads("/manager/audit")
    assert shop.signed_in("Maya").opens("/manager/audit").status_code == 403


def test_another_round_is_asked_for_from_the_page_and_can_be_watched(shop: Shop) -> None:
    closes(shop, shop.text("+14155550199"))
    shop.now[0] += timedelta(minutes=1)
    sam = shop.signed_in("Sam")

    answer = sam.sends("/manager/audit", "/manager/audit/rounds", last="7d")

    assert answer.status_code == 303
    assert "The log is being gone through" in sam.reads(answer.headers["Location"])
    assert "Counting what there is…" in sam.reads("/manager/audit")
    go_on(shop.database, iter([True, True, True, False, False, False]).__next__)
    assert "1 of 2 episodes, alerts and clocks" in sam.reads("/manager/audit/inside")
    go_on(shop.database)
    page = sam.reads("/manager/audit")
    assert "Asked for by Sam" in page
    assert "Resolved while a text had waited for less than a second." in page
    assert "being gone through" not in page


def test_a_double_click_begins_one_round(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    for _ in range(2):
        sam.sends("/manager/audit", "/manager/audit/rounds", last="all")

    with shop.database.reading() as session:
        assert len(session.scalars(select(AuditRun)).all()) == 1


@pytest.mark.parametrize("last", ["", "soon", "99999999999d", "<b>"])
def test_a_span_that_cannot_be_read_is_told(shop: Shop, last: str) -> None:
    answer = shop.signed_in("Sam").sends("/manager/audit", "/manager/audit/rounds", last=last)

    assert answer.status_code == 422
    assert "Choose how far to look back" in answer.text


@pytest.mark.parametrize("query", ["run=nonsense", "kind=nonsense", "after=nonsense", f"run={UUID(int=7)}"])
def test_what_is_not_there_is_not_found(shop: Shop, query: str) -> None:
    assert shop.signed_in("Sam").opens(f"/manager/audit?{query}").status_code == 404


def test_a_round_that_was_given_up_says_so(shop: Shop) -> None:
    with shop.database.transaction() as session:
        ask_for_the_night(session, NOON)
    for _ in range(MOST_TRIES + 1):
        with shop.database.transaction() as session:
            take_up(session, shop.now[0])
        shop.now[0] += timedelta(seconds=61)
    with shop.database.reading() as session:
        assert session.scalars(select(AuditRun.state)).one() is AuditState.FAILED

    page = shop.signed_in("Sam").reads("/manager/audit")

    assert "This round broke off again and again and was given up." in page
    assert "All is well" not in page
