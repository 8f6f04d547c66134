"""A delivery that does not get on is found by the doctor; one that may take its time is not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from smsdesk.desk import dispatch, text_alerts
from smsdesk.desk.examine_deliveries import STUCK_AFTER, stuck_deliveries
from smsdesk.models import AlertDelivery, DeliveryState
from smsdesk.rules.alert_tries import TAKEN
from tests.cast import Person, Shop
from tests.desk.alerts import raised, reached_by


def stuck(shop: Shop) -> int:
    return shop.read(lambda session: session.scalar(stuck_deliveries(shop.now())) or 0)


def test_what_nobody_sends_is_stuck_after_a_while_and_what_was_sent_is_not(shop: Shop, sam: Person) -> None:
    reached_by(shop, sam.id, "email")
    raised(shop, [sam.id], shop.now(), 8)
    assert stuck(shop) == 0
    shop.now.move(seconds=STUCK_AFTER.total_seconds() + 1)
    assert stuck(shop) == 8

    def send(session: Session) -> None:
        (errand,) = dispatch.claim(session, shop.now(), 5)
        dispatch.record(session, errand, TAKEN, shop.now())

    shop.do(send)
    shop.now.move(hours=1)
    assert stuck(shop) == 0


def test_what_a_dead_worker_holds_is_stuck_when_nobody_takes_it_over(shop: Shop, sam: Person) -> None:
    reached_by(shop, sam.id, "email")
    raised(shop, [sam.id], shop.now())
    shop.do(lambda session: dispatch.claim(session, shop.now(), 5))

    shop.now.move(minutes=1)
    assert stuck(shop) == 0
    shop.now.move(minutes=10)
    assert stuck(shop) == 1


def test_a_text_may_take_as_long_as_the_outbox_lets_it(shop: Shop, sam: Person) -> None:
    reached_by(shop, sam.id, "phone", phone="+14155550177")
    raised(shop, [sam.id], shop.now())
    shop.do(lambda session: text_alerts.write_texts(session, "https://desk.smsdesk.test", shop.now()))

    shop.now.move(hours=1)
    assert stuck(shop) == 0


def test_what_was_told_together_says_when(shop: Shop, sam: Person) -> None:
    reached_by(shop, sam.id, "email")
    raised(shop, [sam.id], shop.now(), 8)
    (errand,) = shop.do(lambda session: dispatch.claim(session, shop.now(), 5))
    shop.do(
        lambda session: session.execute(
            update(AlertDelivery)
            .where(AlertDelivery.id == errand.id)
            .values(state=DeliveryState.SENT, told_at=shop.now() + timedelta(seconds=1))
        )
    )

    assert stuck(shop) == 7
