"""What an open page hears, and when it stops hearing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from smsdesk.adapters.live import STREAM
from smsdesk.adapters.promises import News
from smsdesk.models import Membership, SignInSession
from smsdesk.web.seats import seats_of
from smsdesk.web.stream import SEATS
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import Shop

pytestmark = pytest.mark.timeout(60)


class Page:
    """An open page: reads events one by one."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.chunks: Iterator[bytes] = iter(response.response)  # type: ignore[arg-type]
        self.left: list[dict[str, str]] = []

    def next(self) -> dict[str, str]:
        """The next event that is not a beat."""
        while True:
            while not self.left:
                self.left = [_parsed(block) for block in next(self.chunks).decode().split("\n\n") if block]
            event = self.left.pop(0)
            if event["event"] != "beat":
                return event

    def next_id(self) -> UUID:
        return UUID(json.loads(self.next()["data"])["id"])

    def rest(self) -> list[str]:
        return [event["event"] for event in iter(self._next_or_nothing, {})]

    def _next_or_nothing(self) -> dict[str, str]:
        try:
            return self.next()
        except StopIteration:
            return {}


@contextmanager
def opened(browser: Browser, after: str = "", **headers: str) -> Iterator[Page]:
    response = browser.get(f"/events?after={after}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert response.status_code == 200, response.text
    try:
        yield Page(response)
    finally:
        response.close()


def test_a_page_hears_of_its_own_team_and_of_nothing_else(shop: Shop) -> None:
    ours, theirs, mine, bens = uuid4(), uuid4(), uuid4(), uuid4()

    with opened(shop.browser_of(shop.maya)) as page:
        assert page.next()["event"] == "hello"
        announced(shop, News("conversation", theirs, team_id=shop.sales.id))
        announced(shop, News("given", bens, agent_id=shop.ben.id))
        announced(shop, News("quarantine", uuid4()))
        announced(shop, News("conversation", ours, team_id=shop.support.id))
        announced(shop, News("given", mine, agent_id=shop.maya.id))

        heard = [page.next() for _ in range(2)]

    assert [event["event"] for event in heard] == ["conversation", "given"]
    assert [json.loads(event["data"]) for event in heard] == [
        {"id": str(ours), "kind": "conversation"},
        {"id": str(mine), "kind": "given"},
    ]


def test_a_manager_hears_of_every_team(shop: Shop) -> None:
    with opened(shop.browser_of(shop.sam)) as page:
        page.next()
        announced(shop, News("conversation", uuid4(), team_id=shop.sales.id), News("quarantine", uuid4()))

        assert [page.next()["event"] for _ in range(2)] == ["conversation", "quarantine"]


def test_a_page_that_was_away_gets_what_it_missed(shop: Shop) -> None:
    maya, missed = shop.browser_of(shop.maya), uuid4()
    with opened(maya) as page:
        page.next()
        announced(shop, News("conversation", uuid4(), team_id=shop.support.id))
        left_off = page.next()["id"]
    announced(shop, News("conversation", missed, team_id=shop.support.id))

    with opened(maya, Last_Event_ID=left_off) as again, opened(maya, after=left_off) as drawn_then:
        assert again.next()["event"] == drawn_then.next()["event"] == "hello"
        assert again.next_id() == drawn_then.next_id() == missed


@pytest.mark.parametrize("after", ["1-0", "nonsense", "99999999999999999999999-0"])
def test_a_page_that_was_away_for_too_long_is_told_to_refresh(shop: Shop, after: str) -> None:
    announced(shop, News("conversation", uuid4(), team_id=shop.support.id))

    with opened(shop.browser_of(shop.maya), after=after) as page:
        assert [page.next()["event"] for _ in range(2)] == ["hello", "refresh"]


def test_news_that_redis_lost_is_a_refresh(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)
    announced(shop, News("conversation", uuid4(), team_id=shop.support.id))
    with opened(maya) as page:
        last = page.next()["id"]
    shop.wiring.announcer.redis.delete(STREAM)

    with opened(maya, after=last) as page:
        assert [page.next()["event"] for _ in range(2)] == ["hello", "refresh"]


def test_signing_out_closes_the_open_page(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)

    with opened(maya) as page:
        page.next()
        maya.post("/sign-out")
        shop.wiring.keeper.flush()

        assert page.rest()[-1] == "refresh"


def test_disabling_somebody_closes_their_open_pages_and_nobody_elses(shop: Shop) -> None:
    with opened(shop.browser_of(shop.maya)) as hers, opened(shop.browser_of(shop.ben)) as bens:
        hers.next()
        bens.next()
        shop.disables(shop.maya)
        announced(shop, News("conversation", uuid4(), team_id=shop.sales.id))

        assert hers.rest()[-1] == "refresh"
        assert bens.next()["event"] == "conversation"


def test_whoever_leaves_a_team_hears_no_more_of_it(shop: Shop) -> None:
    with opened(shop.browser_of(shop.maya)) as page:
        page.next()
        with shop.wiring.database.transaction() as session:
            session.execute(delete(Membership).where(Membership.agent_id == shop.maya.id))
        announced(shop, News("people", shop.maya.id, agent_id=shop.maya.id))
        announced(shop, News("conversation", uuid4(), team_id=shop.support.id))
        announced(shop, News("me", None, agent_id=shop.maya.id))

        assert [page.next()["event"] for _ in range(2)] == ["people", "me"]


def test_an_open_page_holds_no_connection_to_the_database(shop: Shop) -> None:
    with opened(shop.browser_of(shop.maya)) as page:
        page.next()

        assert shop.wiring.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_when_every_seat_is_taken_a_page_is_asked_to_come_back(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)
    shop.app.extensions[SEATS].most = 1

    with opened(maya) as page:
        page.next()
        refused = maya.get("/events")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert shop.app.extensions[SEATS].taken == 0
    with opened(maya) as page:
        assert page.next()["event"] == "hello"


def test_a_process_that_stops_ends_its_streams(shop: Shop) -> None:
    with opened(shop.browser_of(shop.maya)) as page:
        page.next()
        shop.wiring.listener.close()

        assert page.rest() == []


def test_nobody_and_no_other_site_can_listen(shop: Shop, browser: Browser) -> None:
    assert browser.get("/events").status_code == 401
    assert shop.browser_of(shop.maya).get("/events", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_stream_is_kept_by_nobody_on_the_way(shop: Shop) -> None:
    response = shop.browser_of(shop.maya).get("/events")

    assert response.mimetype == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"
    response.close()


@pytest.mark.parametrize(("threads", "seats"), [(128, 112), (32, 16), (20, 10), (1, 0)])
def test_some_threads_are_left_for_others(threads: int, seats: int) -> None:
    assert seats_of(threads) == seats


def test_a_page_that_cannot_read_its_person_any_more_ends(shop: Shop) -> None:
    with opened(shop.browser_of(shop.maya)) as page:
        page.next()
        with shop.wiring.database.transaction() as session:
            session.execute(delete(SignInSession))
        announced(shop, News("session", None, agent_id=shop.maya.id))

        assert page.rest()[-1] == "refresh"


def announced(shop: Shop, *news: News) -> None:
    shop.wiring.announcer.tell(news)


def _parsed(block: str) -> dict[str, str]:
    return {name: value for name, _, value in (line.partition(": ") for line in block.split("\n")) if name}
