"""A shop that ran on the version before goes on: a STOP stands, texts that wait are sent, and there is a way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import deliver
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import ConsentEvent, Message, Stop
from tests.cast import Customer, Person, Shop
from tests.people import *  # noqa: F403


def test_a_stop_stands_and_what_waited_goes(shop: Shop, maria: Customer, priya: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    waits = maya.replies_to(maria, "Yes")
    priya.text("STOP")

    engine = sa.create_engine(shop.database.url)
    with engine.connect() as connection:
        config = migrate._config(connection)
        command.downgrade(config, "0003")
        connection.commit()
        before = connection.execute(sa.text("SELECT count(*) FROM stop")).scalar_one()
        columns = {column["name"] for column in sa.inspect(connection).get_columns("message")}
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()

    assert (before, "purpose" in columns) == (1, False)
    again = Database(shop.database.url)
    with again.transaction() as session:
        assert session.scalars(sa.select(Stop.source)).all() == ["keyword"]
        assert session.scalars(sa.select(Message.purpose).where(Message.id == waits.id)).all() == [None]
        claimed = deliver.claim(session, deliver.look(session, shop.now(), 5), shop.now() + timedelta(seconds=1))
        assert [claim.message_id for claim in claimed] == [waits.id]
    with pytest.raises(sa.exc.DatabaseError, match="only grows"), again.transaction() as session:
        session.execute(sa.delete(ConsentEvent))
    again.close()
    with pytest.raises(OptedOut):
        maya.replies_to(priya, "Hello")
