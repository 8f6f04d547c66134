"""How alerts reach oneself: each way is switched by its owner alone, and a phone is proven before it is texted."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings, load
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.desk import choose_channels, receive, sign_in
from smsdesk.desk.choose_channels import MOST_BROWSERS, TRIES
from smsdesk.models import Agent, Availability, Message, Number, PhoneProof, PushSubscription
from smsdesk.rules.delivery_status import State
from smsdesk.rules.roles import Role
from tests.cast import new_sid
from tests.listeners import Postbox, postbox, receiver
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import Shop

HERE = "/settings/alerts"
KEY = ec.derive_private_key(31337, ec.SECP256R1())
AUTH = b"0123456789abcdef"
PHONE = "+14155550177"


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


KEYS = {
    "public_key": text(KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
    "auth": text(AUTH),
}


def has_a_number(shop: Shop) -> None:
    with shop.wiring.database.transaction() as session:
        session.add(Number(address="+14155550100", label="Support", team_id=shop.support.id, target=timedelta(minutes=10),
                           created_at=clock.now()))  # fmt: skip


def row(shop: Shop, agent: Agent) -> Agent:
    with shop.wiring.database.reading() as session:
        return session.get_one(Agent, agent.id)


def bodies(shop: Shop) -> list[str]:
    with shop.wiring.database.reading() as session:
        return list(session.scalars(select(Message.body).where(Message.recipient == PHONE).order_by(Message.id)))


def the_code(shop: Shop) -> str:
    found = re.search(r"\d{6}", bodies(shop)[-1])
    assert found
    return found.group()


@pytest.fixture
def box(environ: dict[str, str]) -> Iterator[Postbox]:
    with postbox() as opened:
        environ |= {"SMTP_URL": f"smtp://{opened.host}:{opened.port}", "MAIL_FROM": "desk@shop.test"}
        yield opened


@pytest.fixture
def settings(box: Postbox, environ: dict[str, str]) -> Settings:
    return load(environ)


def test_a_letter_is_switched_on_and_off_and_tried(shop: Shop, box: Postbox) -> None:
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    assert maya.post(f"{HERE}/channels/email", {"on": "yes"}).status_code == 303
    assert row(shop, shop.maya).alert_channels == ["email"]
    assert maya.post(f"{HERE}/tests/email").status_code == 303
    assert maya.post(f"{HERE}/channels/email", {"on": "no"}).status_code == 303

    assert [letter["To"] for letter in box.letters] == ["maya@shop.test"]
    assert row(shop, shop.maya).alert_channels == []
    assert row(shop, shop.ben).alert_channels == []


def test_a_test_that_cannot_leave_says_why(shop: Shop, box: Postbox) -> None:
    box.refuses = "maya@shop.test"
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    answer = maya.post(f"{HERE}/tests/email")

    assert answer.status_code == 422
    assert "does not take letters for this address (550)" in answer.text


def test_without_a_mail_server_no_letters_are_offered(environ: dict[str, str]) -> None:
    from smsdesk.app import create_app

    plain = {name: value for name, value in environ.items() if name not in {"SMTP_URL", "MAIL_FROM"}}
    nobody = create_app(load(plain))
    wiring = nobody.extensions["smsdesk"]
    with wiring.database.transaction() as session:
        sam = Agent(email="sam@shop.test", name="Sam", role=Role.MANAGER, availability=Availability.AWAY,
                    availability_since=clock.now(), created_at=clock.now())  # fmt: skip
        session.add(sam)
        session.flush()
        link = sign_in.issue_link(session, sam, clock.now())
    browser = Browser(nobody)
    browser.uses(link)

    assert "By e-mail" not in browser.get(HERE).text


def test_a_browser_is_signed_up_tried_and_removed(shop: Shop) -> None:
    with receiver() as service:
        maya, ben = shop.browser_of(shop.maya), shop.browser_of(shop.ben)
        maya.get(HERE)
        signed = maya.post(
            f"{HERE}/browsers", {"endpoint": f"{service.url}/p", **KEYS}, headers={"User-Agent": "Firefox/1 Linux"}
        )
        assert signed.status_code == 204
        assert row(shop, shop.maya).alert_channels == ["push"]
        assert "Firefox on Linux" in maya.get(HERE).text
        assert maya.post(f"{HERE}/tests/push").status_code == 303
    (push,) = service.posts
    shown = json.loads(http_ece.decrypt(push.body, private_key=KEY, auth_secret=AUTH, version="aes128gcm"))
    assert shown["title"] == "A test from SMSDesk"

    with shop.wiring.database.reading() as session:
        id = session.scalars(select(PushSubscription.id)).one()
    ben.get(HERE)
    assert ben.post(f"{HERE}/browsers/{id}/removal").status_code == 404
    assert maya.post(f"{HERE}/browsers/{id}/removal").status_code == 303
    assert "Firefox on Linux" not in maya.get(HERE).text
    assert maya.post(f"{HERE}/tests/push").status_code == 422


@pytest.mark.parametrize(
    "endpoint", ["http://push.example.com/x", "https://192.168.0.1/x", "https://a.internal/x", "x", ""]
)
def test_a_browser_cannot_have_us_call_anywhere(shop: Shop, endpoint: str) -> None:
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    answer = maya.post(f"{HERE}/browsers", {"endpoint": endpoint, **KEYS})

    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert row(shop, shop.maya).alert_channels == []


def test_one_person_has_only_so_many_browsers(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)
    for place in range(MOST_BROWSERS + 3):
        maya.post(f"{HERE}/browsers", {"endpoint": f"https://push.example.com/{place}", **KEYS})

    with shop.wiring.database.reading() as session:
        left = choose_channels.browsers(session, shop.maya)
    assert left[0].endpoint[-2:] == str(MOST_BROWSERS + 2)
    assert len(left) == MOST_BROWSERS


def test_a_phone_is_ours_when_its_code_comes_back(shop: Shop) -> None:
    has_a_number(shop)
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)
    assert maya.post(f"{HERE}/phone", {"phone": "(415) 555-0177"}).status_code == 303
    page = maya.get(f"{HERE}?said=code").text
    assert "+1 415 555 0177" in page
    assert the_code(shop) not in page
    assert row(shop, shop.maya).phone is None

    assert maya.post(f"{HERE}/phone/proof", {"code": the_code(shop)}).location == f"{HERE}?said=phone"

    assert (row(shop, shop.maya).phone, row(shop, shop.maya).alert_channels) == (PHONE, ["phone"])
    assert maya.post(f"{HERE}/tests/phone").status_code == 303
    assert len(bodies(shop)) == 2
    assert maya.post(f"{HERE}/phone/removal").status_code == 303
    assert (row(shop, shop.maya).phone, row(shop, shop.maya).alert_channels) == (None, [])


def test_a_code_cannot_be_guessed_nor_used_twice_nor_by_another(shop: Shop) -> None:
    has_a_number(shop)
    maya, ben = shop.browser_of(shop.maya), shop.browser_of(shop.ben)
    maya.get(HERE)
    ben.get(HERE)
    maya.post(f"{HERE}/phone", {"phone": PHONE})
    good = the_code(shop)
    wrong = "000000" if good != "000000" else "000001"
    assert ben.post(f"{HERE}/phone/proof", {"code": good}).status_code == 422
    for _ in range(TRIES):
        assert maya.post(f"{HERE}/phone/proof", {"code": wrong}).location == f"{HERE}?wrong=code"

    assert "That is not the code" in maya.get(f"{HERE}?wrong=code").text
    assert maya.post(f"{HERE}/phone/proof", {"code": good}).status_code == 422
    assert row(shop, shop.maya).phone is None


def test_codes_are_not_texted_by_the_dozen(shop: Shop) -> None:
    has_a_number(shop)
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)
    maya.post(f"{HERE}/phone", {"phone": PHONE})

    again = maya.post(f"{HERE}/phone", {"phone": PHONE})

    assert again.status_code == 422
    assert "Wait a minute" in again.text
    assert len(bodies(shop)) == 1


def test_a_phone_that_said_stop_gets_no_code(shop: Shop) -> None:
    has_a_number(shop)
    stop = InboundText("AC" + "0" * 32, new_sid(), "+14155550100", PHONE, "STOP", (), 1, None, b"raw")
    with shop.wiring.database.transaction() as session:
        receive.receive(session, stop, clock.now())
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    answer = maya.post(f"{HERE}/phone", {"phone": PHONE})

    assert answer.status_code == 422
    assert "texted STOP" in answer.text
    assert bodies(shop) == []


def test_what_is_no_number_is_kept_in_its_field_with_what_is_wrong(shop: Shop) -> None:
    has_a_number(shop)
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    answer = maya.post(f"{HERE}/phone", {"phone": "my <b>phone"})

    assert answer.status_code == 422
    assert 'value="my &lt;b&gt;phone"' in answer.text
    assert "is not a phone number" in answer.text


def test_a_text_is_not_switched_on_for_a_phone_that_nobody_showed(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)

    assert maya.post(f"{HERE}/channels/phone", {"on": "yes"}).status_code == 422
    assert maya.post(f"{HERE}/channels/webhook", {"on": "yes"}).status_code == 404
    assert row(shop, shop.maya).alert_channels == []


def test_colleagues_cannot_read_a_code_that_has_left(shop: Shop) -> None:
    has_a_number(shop)
    maya = shop.browser_of(shop.maya)
    maya.get(HERE)
    maya.post(f"{HERE}/phone", {"phone": PHONE})
    code = the_code(shop)

    def hide(session: Session) -> None:
        if choose_channels.shows_codes(session):
            choose_channels.hide_codes(session)

    with shop.wiring.database.transaction() as session:
        hide(session)
    assert code in bodies(shop)[0]  # it has not left yet
    with shop.wiring.database.transaction() as session:
        proof = session.scalars(select(PhoneProof)).one()
        session.get_one(Message, proof.message_id).state = State.ACCEPTED
    with shop.wiring.database.transaction() as session:
        hide(session)

    assert code not in bodies(shop)[0]
    assert maya.post(f"{HERE}/phone/proof", {"code": code}).status_code == 303


def test_the_script_that_shows_alerts_comes_from_the_root_to_everybody(shop: Shop) -> None:
    answer = Browser(shop.app).get("/service-worker.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "showNotification" in answer.text
