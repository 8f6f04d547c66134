"""Programs that hear alerts: whoever manages promises adds, tries, changes and takes them off."""

from __future__ import annotations

import html
import json
import re
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.models import Agent, AlertDelivery, AlertKind, AlertRecipient, DeliveryState, OutgoingWebhook
from smsdesk.rules.webhook_signatures import secret_of, signature
from tests.desk.alerts import raised
from tests.listeners import receiver
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import Shop

HERE = "/manager/webhooks"
GOOD = {
    "label": "Wallboard",
    "url": "https://hooks.example.com/T0/secret",
    "style": "signed",
    "kinds": "breach",
    "team": "",
}


@pytest.fixture
def sam(shop: Shop) -> Browser:
    browser = shop.browser_of(shop.sam)
    browser.get(HERE)
    return browser


def programs(shop: Shop) -> list[OutgoingWebhook]:
    with shop.wiring.database.reading() as session:
        return list(session.scalars(select(OutgoingWebhook)))


def adds(sam: Browser, **fields: str) -> str:
    answer = sam.post(HERE, GOOD | fields)
    assert answer.status_code == 201, answer.text
    found = re.search(r"<code class=\"secret-words\">(whsec_[0-9a-f]{64})</code>", answer.text)
    assert found
    return found.group(1)


def test_a_program_is_added_and_its_secret_shown_once(shop: Shop, sam: Browser) -> None:
    assert "No program hears alerts yet" in sam.get(HERE).text
    secret = adds(sam)

    (program,) = programs(shop)
    page = sam.get(f"{HERE}/{program.id}").text
    assert "Wallboard" in page
    assert secret not in page
    assert secret == secret_of(shop.wiring.settings.secret_key, program.secret)
    assert program.secret not in page
    assert "T0/secret" not in sam.get(HERE).text  # the address of a chat is a secret itself


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("url", "http://hooks.example.com/x", "Begin the address with https://"),
        ("url", "https://169.254.169.254/latest", "private network"),
        ("url", "https://user:pass@example.com/", "Write the whole address"),
        ("url", "not an address", "without blanks"),
        ("label", "  ", "Give it a name"),
        ("team", "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e", "no such team"),
        ("style", "xml", "Choose from what the form offers"),
        ("kinds", "everything", "Choose from what the form offers"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    shop: Shop, sam: Browser, field: str, value: str, says: str
) -> None:
    answer = sam.post(HERE, GOOD | {field: value})

    assert answer.status_code == 422
    assert says in html.unescape(answer.text)
    if field != "label":
        assert 'value="Wallboard"' in answer.text
    if field != "url":
        assert f'value="{GOOD["url"]}"' in answer.text
    assert programs(shop) == []


def test_a_test_says_whether_it_arrived_and_can_be_checked(shop: Shop, sam: Browser) -> None:
    with receiver() as wallboard:
        secret = adds(sam, url=wallboard.url)
        (program,) = programs(shop)
        well = sam.post(f"{HERE}/{program.id}/tests")
        wallboard.usually = 500
        badly = sam.post(f"{HERE}/{program.id}/tests")

    assert well.status_code == 303
    assert "The test did not arrive. It answered 500." in badly.text
    post = wallboard.posts[0]
    at = clock.now().fromtimestamp(int(post.headers["smsdesk-signature"].split(",")[0][2:]), tz=clock.now().tzinfo)
    assert post.headers["smsdesk-signature"] == signature(secret, post.body, at)
    assert json.loads(post.body)["type"] == "test"
    assert "does not hear us since" in sam.get(f"{HERE}/{program.id}").text


def test_a_redirect_is_named_and_not_followed(shop: Shop, sam: Browser) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://169.254.169.254/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with receiver() as wallboard:
        wallboard.usually = elsewhere
        adds(sam, url=wallboard.url)
        answer = sam.post(f"{HERE}/{programs(shop)[0].id}/tests")

    assert "which leads elsewhere" in answer.text
    assert len(wallboard.posts) == 1


def test_it_is_changed_switched_off_gets_a_new_secret_and_is_taken_off(shop: Shop, sam: Browser) -> None:
    first = adds(sam)
    (program,) = programs(shop)
    path = f"{HERE}/{program.id}"

    assert sam.post(path, GOOD | {"label": "Pager", "is_on": "no"}).status_code == 303
    renewed = sam.post(f"{path}/secret").text
    assert first not in renewed
    assert "whsec_" in renewed
    (program,) = programs(shop)
    assert (program.label, program.is_on) == ("Pager", False)
    assert sam.post(f"{path}/removal").status_code == 303
    assert programs(shop) == []
    assert sam.get(path).status_code == 404


def test_what_failed_goes_again_under_its_id(shop: Shop, sam: Browser) -> None:
    adds(sam, kinds="watch")
    (program,) = programs(shop)
    raised(shop.wiring.database, [shop.sam.id], clock.now())
    with shop.wiring.database.transaction() as session:
        mine = AlertDelivery.webhook_id == program.id
        session.execute(
            update(AlertDelivery).where(mine).values(state=DeliveryState.FAILED, error="It answered 404.", attempts=8)
        )
        id = session.scalars(select(AlertDelivery.id).where(mine)).one()
    page = sam.get(f"{HERE}/{program.id}").text
    assert "failed: It answered 404." in page

    assert sam.post(f"{HERE}/{program.id}/deliveries/{id}/again").status_code == 303

    with shop.wiring.database.reading() as session:
        again = session.get_one(AlertDelivery, id)
    assert (again.state, again.attempts, again.error) == (DeliveryState.WAITING, 0, None)
    assert sam.post(f"{HERE}/{program.id}/deliveries/{id}/again").status_code == 404


def test_agents_and_strangers_have_no_business_there(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)
    maya.get("/queue")

    assert maya.get(HERE).status_code == 403
    assert maya.post(HERE, GOOD).status_code == 403
    assert programs(shop) == []


def test_the_record_of_alerts_shows_which_way_each_went(shop: Shop, sam: Browser) -> None:
    adds(sam, kinds="watch")

    def channels(session: Session) -> None:
        session.get_one(Agent, shop.sam.id).alert_channels = ["email"]

    with shop.wiring.database.transaction() as session:
        channels(session)
    (id,) = raised(shop.wiring.database, [shop.sam.id], clock.now(), kind=AlertKind.WATCH)
    with shop.wiring.database.transaction() as session:
        refused = AlertDelivery.agent_id == shop.sam.id, AlertDelivery.channel == "email"
        session.execute(update(AlertDelivery).where(*refused).values(state=DeliveryState.FAILED, error="It refused."))
        assert session.scalars(select(AlertRecipient.agent_id).where(AlertRecipient.alert_id == id)).all() == [
            shop.sam.id
        ]

    from smsdesk.web.manager.fates import fates

    with shop.wiring.database.reading() as session:
        found = fates(session, [id], clock.now(), "UTC")[id]
    assert [(fate.who, fate.channel_words, fate.words, fate.why) for fate in found] == [
        ("Sam", "by e-mail", "failed", "It refused."),
        ("Wallboard", "(a program)", "on its way", None),
    ]
