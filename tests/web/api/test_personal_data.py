"""A program takes a customer along, erases them, and says how long a number's texts are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsdesk.adapters import clock
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import erase, take_along
from smsdesk.desk.erase import Places
from smsdesk.models import ApiToken, Erasure, Event, Message, TokenScope
from tests.web.api.program import MARIA, PRIYA, SUPPORT, Office, Program
from workers import exporting


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the desk does is tried on both databases; these look at what a program is told."""
    return sqlite_url


@pytest.fixture
def manager(office: Office) -> Program:
    return office.program("sam", TokenScope.ADMIN)


@pytest.fixture
def path(manager: Program, maria: str) -> str:
    return f"/customers/{manager.get(f'/conversations/{maria}').get_json()['customer']['id']}"


def deeds(office: Office) -> list[tuple[str, str | None]]:
    """What the log says of exports and erasures, and with which token."""
    with office.wiring.database.reading() as session:
        events = session.scalars(select(Event).where(Event.kind.like("customer.e%")).order_by(Event.id))
        return [(event.kind, event.detail.get("token")) for event in events]


def erasures(office: Office) -> int:
    with office.wiring.database.reading() as session:
        return len(session.scalars(select(Erasure)).all())


def works_off(office: Office) -> None:
    """The worker erases whoever waits for it."""
    wired = office.wiring
    places = Places(wired.erasures, MediaStore(wired.settings.media), wired.spool, wired.exports)
    with wired.database.transaction() as session:
        work = erase.claim(session, clock.now())
    assert work
    goes_on = True
    while goes_on:
        with wired.database.transaction() as session:
            goes_on = erase.go_on(session, work, places, clock.now())


def test_an_export_is_asked_for_looked_at_and_fetched(office: Office, manager: Program, path: str) -> None:
    asked = manager.post(f"{path}/exports")
    assert (asked.status_code, asked.get_json()["state"], asked.get_json()["fetch"]) == (202, "waiting", None)
    assert manager.post(f"{path}/exports").get_json()["id"] == asked.get_json()["id"]
    early = manager.post(f"/exports/{asked.get_json()['id']}/fetched")
    with office.wiring.database.transaction() as session:
        work = take_along.claim(session, clock.now())
    assert work
    exporting.write(office.wiring, work)

    told = manager.get(f"/exports/{work.export_id}").get_json()

    assert (told["state"], told["texts_written"], told["texts"]) == ("done", 1, 1)
    assert manager.items(f"{path}/exports") == [told]
    file = manager.post(told["fetch"].removeprefix("/api/v1"))
    assert (early.status_code, file.status_code, file.mimetype, file.data[:2]) == (404, 200, "application/zip", b"PK")
    assert (len(file.data), file.headers["Cache-Control"]) == (told["size_bytes"], "no-store")
    token = str(manager.token)[:14]
    assert deeds(office) == [("customer.export_asked", token), ("customer.export_fetched", token)]
    with clock.told_by(lambda later=clock.now() + timedelta(days=8): later):  # type: ignore[misc]
        over = manager.get(f"/exports/{work.export_id}").get_json()
        assert (over["state"], over["fetch"]) == ("gone", None)
        assert manager.post(told["fetch"].removeprefix("/api/v1")).status_code == 404


def test_an_erasure_names_whom_it_means_and_is_followed_to_its_end(office: Office, manager: Program, path: str) -> None:
    office.text(PRIYA, "Mine?")
    assert manager.get(f"{path}/erasure").status_code == 404

    other = manager.post(f"{path}/erasure", {"address": PRIYA})
    assert (other.status_code, "has no such address" in other.get_json()["detail"], erasures(office)) == (422, True, 0)
    asked = manager.post(f"{path}/erasure", {"address": MARIA})
    again = manager.post(f"{path}/erasure", {"address": MARIA})

    assert (asked.status_code, asked.get_json()["state"], erasures(office)) == (202, "waiting", 1)
    assert again.get_json() == asked.get_json()
    works_off(office)
    told = manager.get(f"{path}/erasure").get_json()
    assert (told["state"], told["texts_emptied"], told["finished_at"] is None) == ("done", 1, False)
    assert told["at_carrier"] == {"waiting": 1, "removed": 0, "kept": 0, "codes": [], "kept_sids": []}
    assert manager.post(f"{path}/erasure", {"address": MARIA}).status_code == 409
    assert manager.post(f"{path}/exports").status_code == 409
    assert manager.get(path).get_json()["erased_at"] is not None
    assert MARIA not in manager.get(path).text
    assert deeds(office) == [("customer.erasure_asked", str(manager.token)[:14]), ("customer.erased", None)]
    with office.wiring.database.reading() as session:
        assert sorted(session.scalars(select(Message.body))) == ["", "Mine?"]


def test_a_token_that_lies_about_for_longer_than_a_day_erases_nobody(
    office: Office, manager: Program, path: str
) -> None:
    with office.wiring.database.transaction() as session:
        yesterday = clock.now() - timedelta(days=1, seconds=1)
        session.execute(update(ApiToken).values(created_at=yesterday))

    answer = manager.post(f"{path}/erasure", {"address": MARIA})

    assert (answer.status_code, "issue-token" in answer.get_json()["detail"]) == (403, True)
    assert erasures(office) == 0
    assert manager.post(f"{path}/exports").status_code == 202  # what destroys nothing goes on


def test_how_long_texts_are_kept_is_read_by_all_and_said_by_a_manager(
    office: Office, ana: Program, sam: Program, manager: Program
) -> None:
    number = next(one for one in ana.items("/numbers") if one["address"] == SUPPORT)
    path, thirty = f"/numbers/{number['id']}", {"keeps_texts_days": 30}
    assert number["keeps_texts_days"] == 0

    refused = [one.patch(path, thirty).status_code for one in (ana, sam, office.program("lee", TokenScope.ADMIN))]
    assert (refused, manager.patch(path, {"keeps_texts_days": 3651}).status_code) == ([403] * 3, 422)
    assert ana.get(path).get_json()["keeps_texts_days"] == 0

    assert manager.patch(path, thirty).get_json()["keeps_texts_days"] == 30
    assert ana.get(path).get_json()["keeps_texts_days"] == 30
    with office.wiring.database.reading() as session:
        kept = session.scalars(select(Event).where(Event.kind == "number.retention_changed")).one()
    assert (kept.detail, str(kept.actor_id)) == ({"before": 0, "after": 30}, office.ids["sam"])
