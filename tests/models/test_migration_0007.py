"""Whoever was erased by the version before is erased at the carrier, too; and there is a way back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import remove_at_carrier
from smsdesk.desk.erase import Places
from smsdesk.models import CarrierRemoval, ErasedText
from tests.cast import ACCOUNT, Customer, Person, Shop
from tests.desk.test_erase import erases, places, zoe
from tests.people import *  # noqa: F403

__all__ = ["places", "zoe"]


def test_what_was_erased_before_is_removed_at_the_carrier_and_nothing_else(
    shop: Shop, zoe: Customer, maria: Customer, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    maya.replies_to(zoe, "Ready at five", minutes=1)
    maria.text("Is it ready?")
    sids = {message.carrier_sid for message in zoe.messages}
    erasure = erases(shop, zoe, sam, places)
    shop.do(lambda session: session.add(ErasedText(carrier_sid="SM" + "e" * 32, carrier_account=ACCOUNT)))

    engine = sa.create_engine(shop.database.url)
    with engine.connect() as connection:
        config = migrate._config(connection)
        command.downgrade(config, "0006")
        connection.commit()
        there = sa.inspect(connection).has_table("carrier_removal")
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()

    again = Database(shop.database.url)
    with again.transaction() as session:
        rows = session.scalars(sa.select(CarrierRemoval)).all()
        assert (there, {row.carrier_sid for row in rows}) == (False, sids | {"SM" + "e" * 32})
        assert remove_at_carrier.progress(session, erasure.id) == remove_at_carrier.Progress(2, 0, 0, ())
        work = remove_at_carrier.claim(session, max(row.not_before for row in rows))
        assert work is not None
        assert work.text.account == ACCOUNT
    again.close()
