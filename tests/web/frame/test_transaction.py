"""A request is a transaction: answering commits, refusing or raising rolls back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Response

from smsdesk.adapters.live import newest_id
from smsdesk.adapters.promises import announce
from smsdesk.models import Agent, Team
from smsdesk.web.access import me
from smsdesk.web.transaction import session
from tests.web.frame.conftest import Shop


def writes(status: int) -> Callable[[], Response]:
    def view() -> Response:
        me().theme = "dark"
        announce(session(), "me", uuid4(), agent_id=me().id)
        return Response("", status)

    return view


def breaks() -> Response:
    me().theme = "dark"
    session().flush()
    raise RuntimeError


def cannot_be_committed() -> Response:
    me().theme = "dark"
    session().add(Team(name=None))
    return Response("")


@pytest.mark.parametrize("status", [200, 204, 303])
def test_answering_commits_and_keeps_what_was_promised(shop: Shop, status: int) -> None:
    before = newest_id(shop.wiring.announcer.redis)

    assert _post(shop, writes(status)) == status

    assert _theme(shop) == "dark"
    shop.wiring.keeper.flush()
    assert newest_id(shop.wiring.announcer.redis) != before


@pytest.mark.parametrize("status", [400, 403, 409, 422, 503])
def test_refusing_rolls_back_and_promises_nothing(shop: Shop, status: int) -> None:
    before = newest_id(shop.wiring.announcer.redis)

    assert _post(shop, writes(status)) == status

    assert _theme(shop) == "auto"
    shop.wiring.keeper.flush()
    assert newest_id(shop.wiring.announcer.redis) == before


@pytest.mark.parametrize("view", [breaks, cannot_be_committed])
def test_what_breaks_is_no_2xx_and_leaves_nothing(shop: Shop, view: Callable[[], Response]) -> None:
    assert _post(shop, view) == 500

    assert _theme(shop) == "auto"
    assert shop.wiring.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def _post(shop: Shop, view: Callable[[], Response]) -> int:
    maya = shop.browser_of(shop.maya)
    shop.app.view_functions["availability.theme"] = view
    return maya.post("/me/theme").status_code


def _theme(shop: Shop) -> str:
    with shop.wiring.database.reading() as reading:
        return reading.get_one(Agent, shop.maya.id).theme
