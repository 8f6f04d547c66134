"""The crowd: believable, the same with the same seed, and fair to whoever answers it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from smsdesk.simulator import rates
from smsdesk.simulator.crowd import Crowd, Said, arrivals
from smsdesk.simulator.personas import PERSONAS, START, STOP
from smsdesk.simulator.phone_texts import SAMPLES
from smsdesk.simulator.rush import Tally

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP = ["+14155550100", "+14155550101"]
ASKED_AGAIN = {line for persona in PERSONAS.values() for line in persona.asks_again}


class Street:
    """A crowd that texts once a second."""

    def __init__(self, seed: int = 1) -> None:
        self.crowd = Crowd(SHOP, seed)
        self.now = NINE
        self.said: list[Said] = []

    def goes_on(self, seconds: int) -> list[Said]:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.said.append(self.crowd.next_text(self.now))
        return self.said[-seconds:]

    def of(self, address: str) -> list[str]:
        return [said.body for said in self.said if said.sender == address]


def test_the_same_seed_is_the_same_crowd() -> None:
    one, same, other = Street(7), Street(7), Street(8)
    for street in (one, same, other):
        for said in street.goes_on(300):
            street.crowd.hear(said.sender, "We are on it", street.now)
        street.goes_on(300)
    assert one.said == same.said
    assert one.said != other.said


def test_an_answer_is_thanked_for_or_asked_on() -> None:
    street = Street()
    first = street.goes_on(1)[0]
    street.crowd.hear(first.sender, "Yes, until six", street.now)
    street.goes_on(60)
    persona = next(p for p in PERSONAS.values() if any(first.body == lines[0] for lines in p.begins))
    reaction = street.of(first.sender)[1]
    assert reaction in (*persona.thanks, *persona.goes_on) or "“Yes, until six”" in reaction


def test_a_question_of_ours_is_answered() -> None:
    street = Street()
    first = street.goes_on(1)[0]
    street.crowd.hear(first.sender, "Could you send us a photo?", street.now)
    street.goes_on(60)
    sent = [said for said in street.said if said.sender == first.sender][1]
    assert (sent.body, sent.picture) == ("Here it is", "kettle.jpg")


def test_whoever_gets_no_answer_asks_again_and_gives_up_in_the_end() -> None:
    street = Street()
    street.goes_on(1800)
    reminders = Counter(said.sender for said in street.said if said.body in ASKED_AGAIN)
    assert max(reminders.values()) == 3


def test_whoever_is_answered_does_not_ask_again() -> None:
    street = Street()
    for _ in range(1800):
        street.crowd.hear(street.goes_on(1)[0].sender, "Of course", street.now)
    assert not {said.body for said in street.said} & ASKED_AGAIN


def test_after_stop_there_is_silence_until_start() -> None:
    stopped = 0
    for seed in range(6):
        street = Street(seed)
        for _ in range(600):
            street.crowd.hear(street.goes_on(1)[0].sender, "Yes", street.now)
        for address in {said.sender for said in street.said if said.body == STOP}:
            texts = street.of(address)
            following = texts[texts.index(STOP) + 1 :]
            stopped += 1
            assert following[:1] in ([], [START])
    assert stopped > 0


def test_an_hour_has_everything_that_a_shop_meets() -> None:
    street = Street()
    for _ in range(3600):
        said = street.goes_on(1)[0]
        if said.wants_an_answer:
            street.crowd.hear(said.sender, "Yes", street.now)
    bodies = [said.body for said in street.said]
    assert any(said.picture in SAMPLES for said in street.said)
    assert any(body.startswith("Liked “") for body in bodies)
    assert {"HELP", STOP} <= set(bodies)
    assert "Hola, ¿abren los domingos?" in bodies
    assert {said.to for said in street.said} == set(SHOP)
    assert not any("{" in body for body in bodies)


def test_nobody_of_the_crowd_has_a_real_number() -> None:
    addresses = {said.sender for said in Street().goes_on(3000)}
    assert all(address[5:9] == "5550" and address[9] == "1" for address in addresses)
    assert addresses.isdisjoint(SHOP)


def test_texts_come_at_the_rate_that_was_asked_for_and_unevenly() -> None:
    moments = list(arrivals(random.Random(1), 5.0, NINE, timedelta(hours=1)))
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    assert len(moments) == pytest.approx(18_000, rel=0.03)
    assert moments[-1] < NINE + timedelta(hours=1)
    # of a Poisson process, as many gaps are longer than their mean as 1/e says
    assert sum(gap > 0.2 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)


@pytest.mark.parametrize(("typed", "rate"), [("5/s", 5.0), ("30/m", 0.5), ("200/h", 200 / 3600), (" 0.5/S ", 0.5)])
def test_a_rate_is_read_as_it_is_typed(typed: str, rate: float) -> None:
    assert rates.parse(typed) == pytest.approx(rate)


@pytest.mark.parametrize("typed", ["", "5", "5/d", "0/s", "-1/s", "fast", "101/s", "99999/s"])
def test_what_is_no_rate_is_told_with_what_to_type(typed: str) -> None:
    with pytest.raises(rates.NotARate, match="write"):
        rates.parse(typed)


def test_a_wait_begins_with_the_oldest_unanswered_text() -> None:
    tally = Tally()
    for minute in (0, 4):
        tally.say(Said("+12025550100", SHOP[0], "Hello?", None, True), NINE + timedelta(minutes=minute))
    tally.hear("+12025550100", NINE + timedelta(minutes=5))
    tally.hear("+12025550100", NINE + timedelta(minutes=6))
    assert tally.median_wait == timedelta(minutes=5)
    assert (tally.texts, tally.answers, len(tally.customers)) == (2, 2, 1)
