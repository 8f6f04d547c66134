"""A server did what it was asked, and its answer never came (F18, F20): what is in doubt is settled by what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from smsdesk.adapters.queue import WakeUps
from smsdesk.rules.delivery_status import State
from tests.faults.ground import Ground
from tests.faults.indoors import Indoors, indoors
from tests.faults.proxy import Proxy, between
from tests.servers import until
from tests.workers.shop import MARIA, NUMBER


@pytest.fixture
def line(postgresql_url: str) -> Iterator[Proxy]:
    """The way to PostgreSQL."""
    url = make_url(postgresql_url)
    folder, port = url.query.get("host") or url.host, url.port or 5432
    target = f"{folder}/.s.PGSQL.{port}" if str(folder).startswith("/") else (str(folder), port)
    with between(target) as proxy:
        yield proxy


@pytest.fixture
def house(
    line: Proxy, postgresql_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Indoors]:
    monkeypatch.setenv("SMSDESK_TESTING", "1")
    environ = {
        "SMSDESK_VAR": str(tmp_path / "var"),
        "REDIS_URL": redis_url,
        "PUBLIC_URL": "https://desk.smsdesk.test",
        "SECRET_KEY": "not a secret, for tests only, 0123456789",
        "CARRIER": "pretend",
        "TWILIO_ACCOUNT_SID": "AC" + "0123456789abcdef" * 2,
        "TWILIO_AUTH_TOKEN": "fedcba9876543210" * 2,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
    }
    through = make_url(postgresql_url).set(host="127.0.0.1", port=line.port, query={})
    with indoors(environ, through.render_as_string(hide_password=False)) as house:
        yield house


@pytest.mark.postgresql
@pytest.mark.parametrize("body", ["When can I come?", "HELP"], ids=["in one statement", "in a transaction"])
def test_f20_a_text_whose_commit_was_never_confirmed_is_stored_once(house: Indoors, line: Proxy, body: str) -> None:
    for earlier in ("Hello", "Are you there?"):  # from here on this customer's texts take the short way
        assert house.post(house.customer_texts(MARIA, earlier, NUMBER)) == 200
    text = house.customer_texts(MARIA, body, NUMBER)

    line.loses_the_answer(b"COMMIT" if body == "HELP" else text.sid.encode())
    answered = house.post(text)
    spooled = house.wiring.spool.depth()
    house.comes_to_rest()

    assert (answered, spooled, line.dropped) == (200, 1, 1)
    assert [message.source for message in house.shop.messages() if message.carrier_sid == text.sid] == ["web"]
    assert house.is_sound() == []


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("nth", "ends_as", "taken"),
    [(1, State.ACCEPTED, 1), (2, State.UNCONFIRMED, 0), (3, State.ACCEPTED, 1)],
    ids=["the claim", "that it is called", "what the carrier said"],
)
def test_f20_an_answer_of_ours_goes_at_most_once_whichever_commit_was_never_confirmed(
    house: Indoors, line: Proxy, nth: int, ends_as: State, taken: int
) -> None:
    assert house.post(house.customer_texts(MARIA, "When can I come?", NUMBER)) == 200
    conversation_id = house.shop.messages()[0].conversation_id
    answer = house.shop.answers("At five", conversation_id)

    line.loses_the_answer(b"COMMIT", nth)
    with pytest.raises(OperationalError):
        house.sends()
    house.comes_to_rest()

    assert line.dropped == 1
    assert (house.shop.message(answer).state, len(house.witness.calls())) == (ends_as, taken)
    assert house.is_sound() == []


def test_f18_a_wake_up_whose_answer_was_lost_has_one_effect(ground: Ground) -> None:
    redis = ground.shop.wiring.wake_ups.redis
    with between(ground.settings.redis_url.removeprefix("unix://")) as line:
        wake_ups = WakeUps(f"redis://127.0.0.1:{line.port}")
        answers = ground.answered("one", "two", "three")
        ground.shop.wiring.keeper.flush()
        redis.flushall()  # these answers have asked for a look themselves
        line.loses_the_answer(b"RPUSH")
        wake_ups.ask(["outbound.drain"])
        wake_ups.ask(["outbound.drain"])
    queue = Queue("outbound", connection=redis, serializer=JSONSerializer)
    assert (line.dropped, wake_ups.failures, queue.count) == (1, 1, 1)

    ground.worker("outbound")
    for answer in answers:
        ground.until_state(answer, State.ACCEPTED, State.SENT, State.DELIVERED)
    until(queue.is_empty, 30)

    assert ground.witness.in_order(NUMBER, MARIA) == ["one", "two", "three"]
    ground.check()
