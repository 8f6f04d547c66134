"""A program asks whether a customer may be texted, records a stop, and runs into the limits of the house."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import keep_rules
from smsdesk.models import Alert, ConsentEvent, Stop
from smsdesk.rules.house_rules import HouseRules
from tests.web.api.program import MARIA, PRIYA, Office, Program

FREE = {
    "may_be_texted": True,
    "stopped_by": None,
    "why_not": None,
    "is_answer": True,
    "quiet_until": None,
    "wish": None,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the desk does is tried on both databases; these look at what a program is told."""
    return sqlite_url


def sets(office: Office, rules: HouseRules) -> None:
    with office.wiring.database.transaction() as session:
        keep_rules.change_rules(session, rules, None, clock.now())


def alerts(office: Office) -> list[str]:
    """What managers were told about too many texts."""
    with office.wiring.database.reading() as session:
        told = session.scalars(select(Alert).where(Alert.step == "too_many").order_by(Alert.id))
        return [(alert.words or {})["text"] for alert in told]


def test_whoever_asked_something_may_be_texted(ana: Program, maria: str) -> None:
    assert ana.get(f"/conversations/{maria}/consent").get_json() == FREE


def test_a_wish_stands_there_in_their_words_until_somebody_decides(office: Office, ana: Program) -> None:
    conversation = office.text(MARIA, "Please stop texting me")

    told = ana.get(f"/conversations/{conversation}/consent").get_json()

    assert (told["may_be_texted"], told["stopped_by"], told["wish"]["words"]) == (True, None, "stop texting")


def test_a_stop_that_was_said_on_the_phone_is_recorded_once_and_obeyed(
    office: Office, ana: Program, maria: str
) -> None:
    path = f"/conversations/{maria}/consent"

    told = [ana.post(f"{path}/stop", {"how": "On the phone, at noon"}) for _ in range(2)]

    assert [one.status_code for one in told] == [200, 200]
    assert told[0].get_json() == told[1].get_json() == ana.get(path).get_json()
    stopped = told[0].get_json()
    assert (stopped["may_be_texted"], stopped["stopped_by"]) == (False, "agent")
    assert stopped["why_not"] == "They want no texts from this number."
    assert ana.post(f"/conversations/{maria}/messages", {"body": "Hello"}).status_code == 409
    with office.wiring.database.reading() as session:
        assert len(session.scalars(select(Stop)).all()) == 1
        (entry,) = session.scalars(select(ConsentEvent))
        assert (entry.words, str(entry.actor_id)) == ("On the phone, at noon", office.ids["ana"])


def test_their_own_stop_says_that_it_is_theirs(office: Office, ana: Program) -> None:
    conversation = office.text(MARIA, "STOP")

    told = ana.get(f"/conversations/{conversation}/consent").get_json()

    assert (told["may_be_texted"], told["stopped_by"]) == (False, "keyword")


def test_where_no_text_may_go_at_any_hour_it_says_why(office: Office, ana: Program, maria: str) -> None:
    sets(office, HouseRules(texts_from=time(5), texts_until=time(6)))  # the law begins at eight
    path = f"/conversations/{maria}/consent"
    assert ana.get(path).get_json() == FREE  # an answer goes at any hour
    assert ana.post(f"/conversations/{maria}/closure", {}).status_code == 200

    with clock.told_by(lambda later=clock.now() + timedelta(days=2): later):  # type: ignore[misc]
        told = ana.get(path).get_json()
        refused = ana.post(f"/conversations/{maria}/messages", {"body": "Hello"})

    never = "No hour of the week is allowed for texts to the United States that answer nobody; change it under Rules."
    assert (told["may_be_texted"], told["is_answer"], told["why_not"]) == (False, False, never)
    assert (refused.status_code, refused.get_json()["detail"]) == (409, never)


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (HouseRules(by_one_a_minute=1), "One person or program wrote more texts within a minute"),
        (HouseRules(hourly_to_one=1), "More texts were written to one customer than an hour allows"),
        (HouseRules(in_all_a_minute=1), "within a minute than the rules allow for everybody together"),
    ],
)
def test_whoever_runs_into_a_limit_is_refused_and_managers_are_told_once_an_hour(
    office: Office, ana: Program, sam: Program, maria: str, rules: HouseRules, text: str
) -> None:
    sets(office, rules)
    to = f"/conversations/{maria}/messages"
    assert ana.post(to, {"body": "one"}).status_code == 201

    refused = [ana.post(to, {"body": "two"}) for _ in range(3)]

    assert [(one.status_code, one.mimetype) for one in refused] == [(429, "application/problem+json")] * 3
    assert int(refused[0].headers["Retry-After"]) > 0
    assert [text in told for told in alerts(office)] == [True]
    assert sam.get("/alerts").status_code == 200
    assert len(ana.items(to)) == 2  # hers and one of ours

    office.text(PRIYA, "Hello?")
    with clock.told_by(lambda later=clock.now() + timedelta(hours=2): later):  # type: ignore[misc]
        first, second = (ana.post(to, {"body": body}).status_code for body in ("three", "four"))
        assert (first, second, len(alerts(office))) == (201, 429, 2)
