"""What others do to us (trust.md 6.3 D): a database that is busy, a Redis that says nothing, a carrier that takes for ever, a full disk."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from config.settings import Settings, load
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.adapters.media_store import Kept, MediaStore
from smsdesk.adapters.spool import Spool
from smsdesk.adapters.twilio import TwilioCarrier
from smsdesk.adapters.wiring import Wiring
from smsdesk.app import create_app
from smsdesk.desk.drain_spool import drain_texts
from smsdesk.models import Message
from smsdesk.models.conversation import locked
from smsdesk.rules.delivery_status import State
from tests.faults.door import Door
from tests.faults.ground import LONG, Ground, at_once
from tests.faults.standin import standing_in
from tests.faults.test_outbound import own_redis
from tests.servers import until
from tests.workers.shop import Shop, shop_of
from workers.outbox import Outbox

PRIYA = "+14155550188"
ON_POSTGRESQL = pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)  # fmt: skip
SOON = 10.0  # seconds: the carrier waits fifteen; what is said to take three may take longer on a busy machine


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    return Door(app, settings, Shop(wiring, settings).opens())


def within(seconds: float, deed: Callable[[], object]) -> object:
    begun = time.monotonic()
    result = deed()
    taken = time.monotonic() - begun
    assert taken < seconds, f"it took {taken:.1f} s"
    return result


@contextmanager
def somebody_holds(door: Door, conversation_id: UUID) -> Iterator[None]:
    """PostgreSQL: the row of a conversation. SQLite: its one pen, and with it everything."""
    with door.shop.wiring.database.sessions() as session, session.begin():
        session.scalars(locked(conversation_id)).one()
        yield


def test_f21_while_somebody_holds_what_it_needs_a_post_is_answered_and_a_page_says_that_all_is_busy(door: Door) -> None:
    door.post(door.form(1))
    [conversation_id] = {message.conversation_id for message in door.shop.messages()}
    sam, address = door.browser("Sam"), door.settings.public_url
    token = sam.get(f"/conversations/{conversation_id}", base_url=address).text
    note = {"body": "typed with care", "csrf_token": token.partition('name="csrf_token" value="')[2].partition('"')[0]}

    with somebody_holds(door, conversation_id):
        answered = within(SOON, partial(door.post, door.form(2, "and mine?")))
        looked = within(SOON, partial(sam.get, f"/conversations/{conversation_id}", base_url=address))
        taken = within(2 * SOON, partial(sam.post, f"/conversations/{conversation_id}/closure", data=note, base_url=address))  # fmt: skip
        held = door.bodies()

    assert answered == 200
    assert looked.status_code == 200  # type: ignore[attr-defined]
    assert (taken.status_code, "Nothing was changed: try again" in taken.text) == (503, True)  # type: ignore[attr-defined]
    assert held == ["hello?"]
    assert drain_texts(door.shop.wiring.database, door.shop.wiring.spool) == 1
    assert door.bodies() == ["hello?", "and mine?"]


@ON_POSTGRESQL
def test_f21_one_hot_conversation_does_not_hold_up_another(door: Door) -> None:
    door.post(door.form(1))
    [conversation_id] = {message.conversation_id for message in door.shop.messages()}

    with somebody_holds(door, conversation_id):
        others = [partial(door.post, door.form(n, f"text {n}", From=f"+1415555{n:04}")) for n in range(2, 12)]
        answers = within(SOON, lambda: at_once([*others, partial(door.post, door.form(1000, "hot"))] ))  # fmt: skip
        stored = {(message.body, message.source) for message in door.shop.messages()}

    assert answers == [200] * 11
    assert stored == {("hello?", "web"), *((f"text {n}", "web") for n in range(2, 12))}


@ON_POSTGRESQL
def test_f21_with_every_connection_taken_texts_are_spooled_and_pages_say_so(door: Door) -> None:
    wiring, address = door.shop.wiring, door.settings.public_url
    sam = door.browser("Sam")
    wiring.database = Database(wiring.database.url, wiring.keeper.keep, pool_size=2)
    wiring.__dict__["inbox"] = Database(wiring.database.url, wiring.keeper.keep, pool_size=1, patience=2.5)
    with ExitStack() as taken:
        take_all(wiring.database, 4, taken)
        page = within(SOON, partial(sam.get, "/queue", base_url=address))
        stored = within(SOON, partial(door.post, door.form(1)))
        take_all(wiring.inbox, 2, taken)
        for line in [wiring.inbox.lines.take() for _ in range(16)]:
            taken.callback(wiring.inbox.lines.give, line)
        spooled = within(SOON, partial(door.post, door.form(2)))

    assert (page.status_code, "Too much happens at once" in page.text) == (503, True)  # type: ignore[attr-defined]
    assert (stored, spooled) == (200, 200)
    assert len(door.bodies()) == 1
    assert drain_texts(wiring.database, wiring.spool) == 1
    assert len(door.bodies()) == 2
    assert sam.get("/queue", base_url=address).status_code == 200


def take_all(database: Database, connections: int, taken: ExitStack) -> None:
    for _ in range(connections):
        taken.callback(database.engine.connect().close)


def test_f22_redis_that_hangs_does_not_slow_a_post(door: Door, environ: dict[str, str]) -> None:
    with own_redis() as (start, url):
        redis = start()
        settings = load(environ | {"REDIS_URL": url})
        slow = Door(create_app(settings), settings, door.shop)
        wiring: Wiring = slow.app.extensions["smsdesk"]
        program, maya = slow.app.test_client(), slow.token("Maya")
        redis.send_signal(SIGSTOP)
        try:
            # Without a limit these would wait for ever; with a second each, for half a minute
            within(SOON, lambda: [slow.post(slow.form(n, f"text {n}")) for n in range(1, 31)])
            asked = within(SOON, lambda: [program.get("/api/v1/agents/me", headers=maya).status_code for _ in range(20)])  # fmt: skip
            pages = within(SOON, lambda: slow.browser("Sam").get("/queue", base_url=settings.public_url).status_code)
        finally:
            redis.send_signal(SIGCONT)
        slow.post(slow.form(31, "and now?"))
        until(lambda: wiring.wake_ups.redis.llen("rq:queue:routing") > 0, 20, "no wake-up reached Redis again")

    assert slow.bodies() == [*(f"text {n}" for n in range(1, 31)), "and now?"]
    assert (set(asked), pages) == ({200}, 200)  # type: ignore[call-overload]


@pytest.mark.parametrize("mode", ["drip", "slow:30", "hang"] if LONG else ["drip"])
def test_f23_a_carrier_that_takes_for_ever_is_given_up_in_time_and_holds_nothing_meanwhile(
    settings: Settings, mode: str
) -> None:
    with standing_in(settings, drops=1.0) as witness:
        shop = shop_of(witness.settings).opens(per_second=100)
        shop.wiring.__dict__["carrier"] = TwilioCarrier(witness.settings, total=timedelta(seconds=2))
        slow = [f"+1415555{n:04}" for n in range(12)]
        for phone in slow:
            witness.carrier.modes.always(phone, mode)
            answers(shop, phone)
        outbox = Outbox(lambda: shop.wiring)
        sending = threading.Thread(target=outbox.drain)
        sending.start()
        until(lambda: states(shop, *slow) == {State.SENDING}, 20, "the calls were not made")
        quick = answers(shop, PRIYA)
        until(lambda: shop.message(quick).state is State.ACCEPTED, 20, "another customer had to wait for them")
        held = held_meanwhile(shop)
        still = states(shop, *slow)
        until(lambda: State.SENDING not in states(shop, *slow), 20, "the calls went on and on")
        sending.join(20)

        assert held == 0
        assert State.SENDING in still, "nothing was in flight while it was looked at"
        assert states(shop, *slow) == {State.UNKNOWN}
        assert {message.attempts for message in ours(shop, *slow)} == {1}
        assert all(len(texts) == 1 for texts in witness.accepted().values())


def answers(shop: Shop, phone: str) -> UUID:
    conversation_id = shop.hears("hello?", sender=phone).conversation_id
    assert conversation_id
    return shop.answers("Ready at five", conversation_id)


def ours(shop: Shop, *phones: str) -> list[Message]:
    return shop.all(select(Message).where(Message.recipient.in_(phones), Message.direction == "out"))


def states(shop: Shop, *phones: str) -> set[State]:
    return {message.state for message in ours(shop, *phones)}


def held_meanwhile(shop: Shop) -> int:
    """PostgreSQL: transactions that are open and do nothing. SQLite: 1 where the pen is not to be had."""
    if shop.wiring.database.is_sqlite:
        with shop.session():
            return 0
    idle = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid() AND now() - xact_start > interval '1 second'")  # fmt: skip
    with shop.session() as session:
        return int(session.scalar(idle) or 0)


def processes_of(parent: int) -> list[int]:
    """A process and all that it started."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(one for child in found for one in processes_of(int(child)))]


@contextmanager
def no_room_for(pid: int) -> Iterator[None]:
    """Every file that these processes write to ends where it is, as on a full disk; sockets and pipes go on."""
    before = {one: resource.prlimit(one, resource.RLIMIT_FSIZE) for one in processes_of(pid)}
    for one, (_, most) in before.items():
        resource.prlimit(one, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for one, limits in before.items():
            resource.prlimit(one, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f24_on_a_full_disk_nothing_is_acknowledged_that_is_not_kept_and_it_goes_on_when_there_is_room(
    ground: Ground,
) -> None:
    """Database, spool and log are full at once; the log is so all the time."""
    log = ground.stack.enter_context(open("/dev/full", "wb", buffering=0))  # noqa: SIM115  # the stack closes it
    web = ground.web(log=log)
    before = ground.post(ground.form(1))
    with no_room_for(web.pid):
        during = [ground.post(ground.form(n)) for n in (2, 3)]
    for n in (2, 3, 4):
        until(lambda n=n: ground.post(ground.form(n)) == 200, 10, "there is room again, and it is not used")

    assert (before, during) == (200, [503, 503])
    assert [message.body for message in ground.shop.messages()] == ["hello?"] * 4
    assert list(ground.settings.spool.glob("*")) == []
    with ground.shop.session() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    ground.check({f"SM{n:032x}" for n in range(1, 5)})


def test_f24_what_does_not_fit_on_the_disk_leaves_nothing_half_written_behind(tmp_path: Path) -> None:
    media, spool = MediaStore(tmp_path / "media"), Spool(tmp_path / "spool")
    heard = InboundText("AC1", "SM" + "1" * 32, "+14155550100", PRIYA, "hello?", (), 1, None, b"raw")

    with no_room_for(os.getpid()):
        for keep in (partial(media.save, Kept("image/png", b"x" * 5000)), partial(spool.keep_text, heard, clock.now())):
            with pytest.raises(OSError, match="File too large"):
                keep()
    left = [*media.folder.iterdir(), *spool.folder.iterdir()]
    spool.keep_text(heard, clock.now())

    assert left == []
    assert spool.depth() == 1
