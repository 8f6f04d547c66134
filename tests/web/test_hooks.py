"""The carrier's posts: believed when signed, answered when stored, never lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from config.settings import Settings
from smsdesk.adapters.clock import now
from smsdesk.adapters.twilio import read_inbound, read_status, sign
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk.drain_spool import drain_reports, drain_texts
from smsdesk.models import Base, DeliveryReport, Message, QuarantinedText
from tests.workers.shop import MARIA, NUMBER, Shop

PATH = "/webhooks/twilio/messages"
STATUSES = "/webhooks/twilio/statuses/0190a0a0-0000-7000-8000-000000000000"


@pytest.fixture
def shop(app: Flask, settings: Settings) -> Shop:
    wiring: Wiring = app.extensions["smsdesk"]
    return Shop(wiring, settings).opens()


def form_of(settings: Settings, body: str = "hello?", number: int = 1, **more: str) -> dict[str, str]:
    known = {"AccountSid": settings.twilio_account_sid, "MessageSid": f"SM{number:032x}", "From": MARIA, "To": NUMBER}
    return {**known, "Body": body, "NumMedia": "0", "NumSegments": "1", **more}


def post(
    app: Flask, settings: Settings, form: Mapping[str, str], path: str = PATH, signature: str | None = None
) -> TestResponse:
    signed = sign(settings.public_url + path, form, settings.twilio_auth_tokens[0])
    return app.test_client().post(
        path,
        data=urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed if signature is None else signature},
    )


def test_a_signed_text_is_stored_before_it_is_acknowledged(app: Flask, settings: Settings, shop: Shop) -> None:
    answer = post(app, settings, form_of(settings, "Is it ready? 🙂"))

    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<Response/>", "text/xml")
    assert [message.body for message in shop.messages()] == ["Is it ready? 🙂"]


def test_fifty_deliveries_of_one_text_at_once_are_one_text_and_one_clock(
    app: Flask, settings: Settings, shop: Shop
) -> None:
    barrier, answers = threading.Barrier(50), []

    def deliver() -> None:
        barrier.wait()
        answers.append(post(app, settings, form_of(settings)).status_code)

    threads = [threading.Thread(target=deliver) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain_texts(shop.wiring.database, shop.wiring.spool)

    assert answers == [200] * 50
    assert counts(shop, "message", "conversation", "customer", "clock") == [1, 1, 1, 1]


@pytest.mark.parametrize("signature", ["", "bm9uc2Vuc2U=", "é" * 20, "A" * 4000])
def test_without_a_valid_signature_nothing_changes(app: Flask, settings: Settings, shop: Shop, signature: str) -> None:
    assert post(app, settings, form_of(settings), signature=signature).status_code == 403
    assert counts(shop, "message", "event", "quarantined_text") == [0, 0, 0]


def test_json_is_not_a_text(app: Flask, settings: Settings, shop: Shop) -> None:
    answer = app.test_client().post(PATH, json=form_of(settings), headers={"X-Twilio-Signature": "x"})

    assert answer.status_code == 415


def test_more_than_64_kib_is_not_read(app: Flask, settings: Settings, shop: Shop) -> None:
    assert post(app, settings, form_of(settings, "x" * 70_000)).status_code == 413
    assert counts(shop, "message") == [0]


def test_a_signed_post_of_another_account_is_refused(app: Flask, settings: Settings, shop: Shop) -> None:
    assert post(app, settings, form_of(settings, AccountSid="AC" + "9" * 32)).status_code == 403
    assert counts(shop, "message") == [0]


def test_a_text_to_a_number_that_nobody_set_up_is_kept_for_a_manager(
    app: Flask, settings: Settings, shop: Shop
) -> None:
    assert post(app, settings, form_of(settings, To="+14155550111")).status_code == 200
    assert [text.body for text in shop.all(select(QuarantinedText))] == ["hello?"]


def test_while_the_database_is_locked_texts_go_to_the_spool_and_are_stored_later(
    app: Flask, settings: Settings, shop: Shop, request: pytest.FixtureRequest
) -> None:
    if not shop.wiring.database.is_sqlite:
        pytest.skip("SQLite's own way of being away; the faults stop PostgreSQL")
    before = now()
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = post(app, settings, form_of(settings))
        spooled = list(settings.spool.glob("*.json"))
        other.execute("ROLLBACK")
    after = now()

    assert answer.status_code == 200
    assert [oct(path.stat().st_mode & 0o777) for path in spooled] == ["0o600"]
    assert drain_texts(shop.wiring.database, shop.wiring.spool) == 1
    [message] = shop.messages()
    assert (message.body, message.source) == ("hello?", "spool")
    assert before <= message.created_at <= after
    assert list(settings.spool.glob("*.json")) == []


def test_a_text_that_was_both_stored_and_spooled_is_there_once(app: Flask, settings: Settings, shop: Shop) -> None:
    post(app, settings, form_of(settings))
    spool_it(shop, settings, form_of(settings))

    assert drain_texts(shop.wiring.database, shop.wiring.spool) == 1
    assert counts(shop, "message") == [1]


def test_a_spooled_file_that_cannot_be_read_is_set_aside_and_holds_up_nothing(settings: Settings, shop: Shop) -> None:
    (settings.spool / "text-AC1-SM1.json").write_text("{")
    spool_it(shop, settings, form_of(settings))

    assert drain_texts(shop.wiring.database, shop.wiring.spool) == 1
    assert [path.name for path in sorted((settings.spool / "refused").iterdir())] == [
        "text-AC1-SM1.json",
        "text-AC1-SM1.json.why",
    ]
    assert counts(shop, "message") == [1]


def test_where_neither_database_nor_spool_takes_it_the_carrier_is_asked_to_come_again(
    app: Flask, settings: Settings, shop: Shop
) -> None:
    break_the_database(shop)
    settings.spool.rmdir()
    settings.spool.write_text("not a folder")

    assert post(app, settings, form_of(settings)).status_code == 503


def a_report(settings: Settings, word: str = "delivered") -> dict[str, str]:
    return {"AccountSid": settings.twilio_account_sid, "MessageSid": f"SM{7:032x}", "MessageStatus": word}


def test_a_report_that_was_both_stored_and_spooled_is_there_once(app: Flask, settings: Settings, shop: Shop) -> None:
    assert post(app, settings, a_report(settings), STATUSES).status_code == 200
    [stored] = shop.all(select(DeliveryReport))
    shop.wiring.spool.keep_report(read_status(MultiDict(a_report(settings)), b""), stored.claimed_message_id, now())

    assert drain_reports(shop.wiring.database, shop.wiring.spool) == 1
    assert counts(shop, "delivery_report") == [1]
    assert shop.wiring.spool.depth() == 0


def test_a_report_that_we_cannot_store_goes_to_the_spool_and_else_the_carrier_is_told(
    app: Flask, settings: Settings, shop: Shop
) -> None:
    break_the_database(shop)
    assert post(app, settings, a_report(settings), STATUSES).status_code == 200
    [kept] = [shop.wiring.spool.read_report(path) for path in shop.wiring.spool.reports()]
    assert (kept.report.word, kept.report.error_code, kept.claimed_id) == (
        "delivered",
        None,
        STATUSES.rpartition("/")[2],
    )

    shutil.rmtree(settings.spool)
    settings.spool.write_text("not a folder")
    assert post(app, settings, a_report(settings), STATUSES).status_code == 503


def test_a_spooled_report_that_cannot_be_read_is_set_aside(settings: Settings, shop: Shop) -> None:
    (settings.spool / "report-AC1-SM1-sent-None.json").write_text('{"word": "sent"}')
    shop.wiring.spool.keep_report(read_status(MultiDict(a_report(settings)), b""), "nobody", now())

    assert drain_reports(shop.wiring.database, shop.wiring.spool) == 1
    assert (settings.spool / "refused" / "report-AC1-SM1-sent-None.json").exists()
    assert counts(shop, "delivery_report") == [1]


def break_the_database(shop: Shop) -> None:
    with shop.session() as session:
        Base.metadata.drop_all(session.connection(), tables=[Base.metadata.tables["quarantined_text"]])
        session.connection().exec_driver_sql("ALTER TABLE message RENAME TO elsewhere")


def spool_it(shop: Shop, settings: Settings, form: dict[str, str]) -> None:
    shop.wiring.spool.keep_text(read_inbound(MultiDict(form), json.dumps(form).encode()), now())


def counts(shop: Shop, *tables: str) -> list[int]:
    with shop.wiring.database.reading() as session:
        return [_count(session, table) for table in tables]


def _count(session: Session, table: str) -> int:
    return int(session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_the_spool_is_for_its_owner_alone(settings: Settings) -> None:
    assert oct(Path(settings.spool).stat().st_mode & 0o777) == "0o700"


def test_every_message_is_raw_as_it_came(app: Flask, settings: Settings, shop: Shop) -> None:
    form = form_of(settings, "a+b & c")
    post(app, settings, form)

    with shop.wiring.database.reading() as session:
        assert session.scalar(select(Message.raw)) == urlencode(form).encode()
