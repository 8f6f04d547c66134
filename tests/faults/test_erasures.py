"""An erasure that is killed again and again ends all the same, and a backup from before it brings nothing back (F58)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.settings import load
from smsdesk.adapters import clock
from smsdesk.adapters.erasure_log import NAME
from smsdesk.desk import erase
from smsdesk.desk.examine import invariants
from smsdesk.desk.receive import AlreadyReceived
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import Address, Agent, CarrierRemoval, Conversation, Customer, Erasure, ErasureState, RemovalState
from smsdesk.simulator.ledger import Text
from tests.faults.ground import LONG, Ground, end, exits
from tests.faults.test_backups import empty_house, pg_tools
from tests.servers import until
from tests.workers.shop import NUMBER, Shop, shop_of

__all__ = ["pg_tools"]
ZOE, TOM = "+14155550177", "+14155550178"


def asks(ground: Ground, conversation_id: object) -> None:
    with ground.shop.session() as session:
        customer_id = session.get_one(Conversation, conversation_id).customer_id
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        erase.ask(session, session.get_one(Customer, customer_id), sam, clock.now())


def is_done(ground: Ground) -> bool:
    with ground.shop.session() as session:  # whoever was killed held a lease
        session.execute(update(Erasure).where(Erasure.state == ErasureState.RUNNING, Erasure.lease_until > clock.now()).values(lease_until=clock.now()))  # fmt: skip
    return {one.state for one in ground.shop.all(select(Erasure))} == {ErasureState.DONE}


def desk(environ: dict[str, str], *arguments: str) -> tuple[int, str]:
    from smsdesk.app import create_app

    told = create_app(load(environ)).test_cli_runner().invoke(args=["desk", *arguments])
    return told.exit_code, told.output


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[Shop]:
    shop = shop_of(load(environ))
    yield shop
    shop.wiring.database.close()


ONE_OR_BOTH = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.skipif(not LONG, reason="long")]),
]


@pytest.mark.parametrize("database_url", ONE_OR_BOTH, indirect=True)
def test_f58_a_killed_erasure_ends_and_no_backup_brings_back_a_word(
    ground: Ground, pg_tools: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    sids = [f"SM{number:032x}" for number in (0xA1, 0xA2, 0xA3)]
    known = ground.shop.hears("before the backup", sender=ZOE, sid=sids[0]).conversation_id
    ground.shop.hears("STOP", sender=ZOE, sid=sids[1])
    assert desk(ground.environ, "backup", str(tmp_path / "then.tar"))[0] == 0
    later = ground.shop.hears("after the backup", sender=TOM, sid=sids[2]).conversation_id
    asks(ground, known)
    asks(ground, later)

    killed = ground.worker("reports", failpoint="erase.mid:kill@3")
    exits(killed)
    assert not all(one.state is ErasureState.DONE for one in ground.shop.all(select(Erasure)))
    worker = ground.worker("reports")
    until(lambda: is_done(ground), 40, "the erasure did not end")
    end(worker)
    assert {message.body for message in ground.shop.messages()} == {""}

    with empty_house(request, ground, tmp_path) as house:
        shutil.copy(ground.settings.var / NAME, tmp_path / "other" / NAME)
        refused, why = desk(ground.environ | house, "restore", str(tmp_path / "then.tar"))
        assert (refused, "another key" in why) == (1, True)
        (tmp_path / "other" / "keys").mkdir(exist_ok=True)
        shutil.copy(ground.settings.var / "keys" / "phone_key", tmp_path / "other" / "keys" / "phone_key")

        restored, told = desk(ground.environ | house, "restore", str(tmp_path / "then.tar"))

        assert restored == 0, told
        assert "1 customers had been erased since, and are erased again." in told
        with opened(ground.environ | house) as shop:
            shop.people = ground.shop.people
            stays_erased(shop, dict(zip(sids, (ZOE, ZOE, TOM), strict=True)))


def stays_erased(shop: Shop, known: dict[str, str]) -> None:
    """No word is left, no text comes again, and the STOP of Zoe is obeyed. `known`: whose each text was."""
    assert [message.body for message in shop.messages()] == ["", ""]
    assert all(address.value.startswith("erased:") for address in shop.all(select(Address)))
    for sid, sender in known.items():
        with pytest.raises(AlreadyReceived):
            shop.hears("once more", sender=sender, sid=sid)
    again = shop.hears("hello?", sender=ZOE).conversation_id
    assert again
    with pytest.raises(OptedOut):
        shop.answers("Yes?", again)
    with shop.wiring.database.reading() as session:
        assert [one.name for one in invariants(session, datetime.now(UTC)) if not one.ok] == []


def frees_what_was_held(ground: Ground) -> None:
    """As if its lease were over."""
    with ground.shop.session() as session:
        waits = update(CarrierRemoval).where(CarrierRemoval.state == RemovalState.WAITING)
        session.execute(waits.values(not_before=clock.now()))


def is_removed_everywhere(ground: Ground) -> bool:
    return {one.state for one in ground.shop.all(select(CarrierRemoval))} == {RemovalState.GONE}


@pytest.mark.skipif(not LONG, reason="long")
def test_f58_a_worker_that_dies_after_its_call_to_the_carrier_leaves_nothing_there(ground: Ground) -> None:
    sids, ledger = [f"SM{number:032x}" for number in (0xB1, 0xB2, 0xB3)], ground.witness.carrier.ledger
    for sid in sids:
        ledger.write(Text(sid, "inbound", NUMBER, ZOE, "hello", state="received"))
        conversation = ground.shop.hears("hello", sender=ZOE, sid=sid).conversation_id
    asks(ground, conversation)

    for _ in range(2):
        killed = ground.worker("reports", failpoint="removal.after_call:kill")
        exits(killed)
        frees_what_was_held(ground)
    assert not is_removed_everywhere(ground)
    worker = ground.worker("reports")
    until(lambda: is_removed_everywhere(ground), 60, "the carrier still has some")
    end(worker)

    assert all(ledger.is_removed(sid) for sid in sids)
    assert [event.sid for event in ledger.events(limit=-1) if event.kind == "removed"] == sids
