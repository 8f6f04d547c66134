"""Who gets in, who does not, and what they learn from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from smsdesk.adapters import clock, passwords
from smsdesk.desk import sign_in
from smsdesk.models import Agent, SignInLink, SignInSession
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import PASSWORD, Shop

COOKIE = "__Host-smsdesk"


def test_the_right_password_opens_the_queue(shop: Shop, browser: Browser) -> None:
    answer = browser.tries("Maya@Shop.test ", PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/queue")
    assert browser.is_signed_in


def test_the_cookie_is_readable_by_no_script_and_no_other_site(shop: Shop, browser: Browser) -> None:
    answer = browser.tries("maya@shop.test", PASSWORD)

    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{COOKIE}="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_database_holds_no_cookie_that_works(shop: Shop) -> None:
    maya = shop.browser_of(shop.maya)

    with shop.wiring.database.reading() as session:
        kept = session.scalars(select(SignInSession.token_hash)).all()
    assert maya.cookie(COOKIE) not in kept


@pytest.mark.parametrize(
    ("email", "password"),
    [("maya@shop.test", "wrong wrong wrong"), ("nobody@shop.tst", PASSWORD), ("bent@shop.test", ""), ("", "")],
)
def test_a_refusal_does_not_say_what_was_wrong(shop: Shop, email: str, password: str) -> None:
    refused = Browser(shop.app).tries(email, password)
    disabled = Browser(shop.app)
    shop.disables(shop.maya)
    of_disabled = disabled.tries("maya@shop.test", PASSWORD)

    assert refused.status_code == of_disabled.status_code == 401
    assert _sentence(refused.text) == _sentence(of_disabled.text)
    assert not disabled.is_signed_in


def test_a_password_costs_a_hashing_even_for_nobody(shop: Shop) -> None:
    assert not passwords.fits(None, "nobody has this password")


def test_a_sixth_try_at_an_account_waits_but_its_owner_comes_in(shop: Shop) -> None:
    maya = Browser(shop.app)
    maya.tries("maya@shop.test", PASSWORD)
    maya.post("/sign-out", token=_token(maya))
    guesser = Browser(shop.app, address="198.51.100.9")

    answers = [guesser.tries("maya@shop.test", f"guess number {n}").status_code for n in range(6)]
    refused = guesser.tries("maya@shop.test", PASSWORD)

    assert answers == [401] * 5 + [429]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 900
    assert maya.tries("maya@shop.test", PASSWORD).status_code == 303
    assert Browser(shop.app, address="192.0.2.1").uses(shop.link_for(shop.maya)).status_code == 303


def test_an_address_that_tries_many_accounts_waits(shop: Shop) -> None:
    guesser = Browser(shop.app, address="198.51.100.10")

    answers = [guesser.tries(f"person{n}@shop.test", "guess").status_code for n in range(21)]

    assert answers == [401] * 20 + [429]
    assert Browser(shop.app, address="198.51.100.11").tries("maya@shop.test", PASSWORD).status_code == 303


def test_a_browser_that_only_says_it_is_known_is_a_stranger(shop: Shop) -> None:
    guesser = Browser(shop.app, address="198.51.100.13")

    answers = []
    for n in range(6):
        guesser.client.set_cookie("__Host-smsdesk-device", f"mark{n}.{n:064x}", domain="desk.smsdesk.test")
        answers.append(guesser.tries("maya@shop.test", f"guess {n}").status_code)

    assert answers == [401] * 5 + [429]


def test_whoever_invents_where_they_come_from_gains_no_tries(shop: Shop) -> None:
    guesser = Browser(shop.app, address="198.51.100.12")
    guesser.get("/sign-in")

    answers = [
        guesser.post("/sign-in", {"email": f"p{n}@shop.test"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(21)
    ]

    assert answers == [401] * 20 + [429]


def test_behind_our_own_proxy_each_address_is_counted_by_itself(shop: Shop, environ: dict[str, str]) -> None:
    from config.settings import load
    from smsdesk.app import create_app

    proxied = Browser(create_app(load({**environ, "TRUSTED_PROXIES": "1"})), address="127.0.0.1")
    proxied.get("/sign-in")

    answers = [
        proxied.post("/sign-in", {"email": f"p{n}@shop.test"}, headers={"X-Forwarded-For": f"invented, 192.0.2.{n}"})
        for n in range(21)
    ]

    assert {answer.status_code for answer in answers} == {401}


def test_a_password_kept_with_weaker_figures_is_hashed_anew(shop: Shop, browser: Browser) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    _set_password(shop, weak)

    browser.tries("maya@shop.test", PASSWORD)

    with shop.wiring.database.reading() as session:
        kept = session.get_one(Agent, shop.maya.id).password_hash
    assert kept is not None
    assert kept != weak
    assert not passwords.is_outdated(kept)


def test_signing_in_gives_a_new_session_and_ends_the_one_before(shop: Shop) -> None:
    browser = shop.browser_of(shop.maya)
    before = browser.cookie(COOKIE)

    browser.uses(shop.link_for(shop.maya))

    assert browser.cookie(COOKIE) != before
    thief = Browser(shop.app)
    thief.client.set_cookie(COOKIE, before or "", domain="desk.smsdesk.test")
    assert not thief.is_signed_in


def test_looking_at_a_link_does_not_use_it_up(shop: Shop, browser: Browser) -> None:
    link = shop.link_for(shop.maya)

    for _ in range(3):
        assert browser.get(f"/sign-in/link/{link}").status_code == 200

    assert browser.post(f"/sign-in/link/{link}").status_code == 303
    assert Browser(shop.app).uses(link).status_code == 401


def test_an_old_link_signs_nobody_in(shop: Shop, browser: Browser) -> None:
    link = shop.link_for(shop.maya)
    with shop.wiring.database.transaction() as session:
        session.execute(update(SignInLink).values(expires_at=clock.now()))

    assert browser.uses(link).status_code == 401


def test_signing_out_ends_the_session_on_the_server(shop: Shop) -> None:
    browser = shop.browser_of(shop.maya)
    cookie = browser.cookie(COOKIE)

    answer = browser.post("/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    browser.client.set_cookie(COOKIE, cookie or "", domain="desk.smsdesk.test")
    assert not browser.is_signed_in


@pytest.mark.parametrize("which", ["idle", "absolute"])
def test_a_session_ends_by_itself(shop: Shop, which: str) -> None:
    browser = shop.browser_of(shop.maya)
    now = clock.now()
    late = {"seen_at": now - sign_in.IDLE} if which == "idle" else {"expires_at": now}
    with shop.wiring.database.transaction() as session:
        session.execute(update(SignInSession).values(**late))

    assert not browser.is_signed_in


def test_a_disabled_person_is_out_at_once(shop: Shop) -> None:
    browser = shop.browser_of(shop.maya)
    link = shop.link_for(shop.maya)

    shop.disables(shop.maya)

    assert not browser.is_signed_in
    assert Browser(shop.app).uses(link).status_code == 401


def test_a_new_password_ends_every_session_and_link(shop: Shop) -> None:
    browser, link = shop.browser_of(shop.maya), shop.link_for(shop.maya)

    with shop.wiring.database.transaction() as session:
        fresh = passwords.hashed("quite another long walk")
        sign_in.change_password(session, session.get_one(Agent, shop.maya.id), fresh, clock.now())

    assert not browser.is_signed_in
    assert Browser(shop.app).uses(link).status_code == 401


def test_use_is_noted_once_a_minute(shop: Shop) -> None:
    browser = shop.browser_of(shop.maya)
    long_ago = clock.now() - timedelta(hours=1)
    with shop.wiring.database.transaction() as session:
        session.execute(update(SignInSession).values(seen_at=long_ago))

    browser.get("/settings/sessions")
    first = _seen(shop)
    browser.get("/settings/sessions")

    assert first > long_ago
    assert _seen(shop) == first


def test_a_person_ends_another_device_but_never_somebody_elses(shop: Shop) -> None:
    here, there, ben = shop.browser_of(shop.maya), shop.browser_of(shop.maya), shop.browser_of(shop.ben)
    with shop.wiring.database.reading() as session:
        of_ben = session.scalars(select(SignInSession.id).where(SignInSession.agent_id == shop.ben.id)).one()
        of_there = session.scalars(
            select(SignInSession.id).where(SignInSession.agent_id == shop.maya.id).order_by(SignInSession.id.desc())
        ).first()

    assert here.post(f"/settings/sessions/{of_ben}/end").status_code == 404
    assert here.post(f"/settings/sessions/{of_there}/end").status_code == 303
    assert (here.is_signed_in, there.is_signed_in, ben.is_signed_in) == (True, False, True)


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/conversations/7?box=late", "/conversations/7?box=late"),
        ("//evil.example", "/queue"),
        ("/\\evil.example", "/queue"),
        ("/%2f%2fevil.example", "/queue"),
        ("/%5Cevil.example", "/queue"),
        ("https://evil.example", "/queue"),
        ("javascript:alert(1)", "/queue"),
        ("/\t/evil.example", "/queue"),
        ("/a\r\nSet-Cookie: x=1", "/queue"),
        ("", "/queue"),
    ],
)
def test_the_way_on_leads_nowhere_else(shop: Shop, browser: Browser, wanted: str, where: str) -> None:
    assert browser.tries("maya@shop.test", PASSWORD, next=wanted).location == where


def test_sign_in_does_without_redis(shop: Shop, browser: Browser, environ: dict[str, str]) -> None:
    from config.settings import load
    from smsdesk.app import create_app

    app = create_app(load({**environ, "REDIS_URL": "unix:///tmp/there-is-no-redis-here.sock"}))

    answers = [Browser(app).tries("maya@shop.test", f"guess {n}").status_code for n in range(6)]

    assert answers == [401] * 5 + [429]


def test_one_question_finds_session_person_and_teams(shop: Shop) -> None:
    from sqlalchemy import event

    browser, asked = shop.browser_of(shop.maya), list[str]()
    event.listen(shop.wiring.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    with shop.wiring.database.reading() as session:
        found = sign_in.look_up(session, browser.cookie(COOKIE) or "", clock.now())
        assert found is not None
        assert [team.name for team in found.agent.teams] == ["Support"]

    assert len([statement for statement in asked if "SELECT" in statement]) == 1


def _sentence(page: str) -> str:
    return page.partition('role="alert"')[2].partition("</p>")[0]


def _token(browser: Browser) -> str:
    browser.get("/settings/sessions")
    return browser.token


def _set_password(shop: Shop, kept: str) -> None:
    with shop.wiring.database.transaction() as session:
        session.execute(update(Agent).where(Agent.id == shop.maya.id).values(password_hash=kept))


def _seen(shop: Shop) -> datetime:
    with shop.wiring.database.reading() as session:
        return session.scalars(select(func.max(SignInSession.seen_at))).one()
