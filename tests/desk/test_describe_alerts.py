"""What an alert says outside is what is so when it leaves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk.describe_alerts import notes
from smsdesk.models import Alert, AlertKind
from smsdesk.models import Customer as StoredCustomer
from smsdesk.rules.alert_letters import Note
from tests.cast import Customer, Person, Shop
from tests.desk.test_fan_out import broken_promise

DESK = "https://desk.smsdesk.test"


def noted(shop: Shop, alert: Alert) -> Note:
    return shop.read(lambda session: notes(session, [alert.id], DESK, shop.now()))[alert.id]


def test_a_late_customer_is_named_with_their_wait_and_how_late_we_tell(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    alert = broken_promise(shop, maria)
    shop.do(lambda session: setattr(session.scalars(select(StoredCustomer)).one(), "name", "Maria\nLopez"))
    shop.now.move(minutes=37)

    note = noted(shop, alert)

    assert note.title == "Late: Maria Lopez"
    assert note.line == "Maria Lopez has waited 47 minutes for an answer. We promised 10 minutes. Told 37 minutes late."
    assert note.url == f"{DESK}/conversations/{alert.conversation_id}"


def test_whoever_was_answered_meanwhile_is_said_to_wait_no_more(shop: Shop, maria: Customer, maya: Person) -> None:
    alert = broken_promise(shop, maria)
    maya.replies_to(maria, "Yes", minutes=0)

    assert noted(shop, alert).sentence == "A customer (…0142) waited longer than usual; nobody waits there now."


def test_a_watch_says_what_it_found(shop: Shop, sam: Person) -> None:
    id = new_id()

    def find(session: Session) -> None:
        at = shop.now() - timedelta(seconds=1)
        words = {"name": "Slow replies", "text": "First reply p90 is\n11 minutes."}
        session.add(Alert(id=id, kind=AlertKind.WATCH, step="fired", due_at=at, claimed_at=at, words=words))

    shop.do(find)

    note = shop.read(lambda session: notes(session, [id], DESK, shop.now()))[id]
    assert (note.title, note.line) == ("Watch: Slow replies", "First reply p90 is 11 minutes.")
