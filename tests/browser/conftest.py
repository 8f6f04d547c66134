"""One running product and one Chromium for the whole folder; a shop, people and windows of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from smsdesk.rules.roles import Role
from tests import servers
from tests.browser.cast import CustomerWithPhone, Person, Shop
from tests.browser.product import Product
from tests.browser.screens import Screens

HERE = Path(__file__).parent
# A quiet browser: it calls nobody but us
SWITCHES = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]

expect.set_options(timeout=15_000)  # for a machine with other things to do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = servers.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def product_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Product]]:
    """The product on a kind of database, started when it is first asked for."""
    running: dict[str, Product] = {}
    with ExitStack() as stack:

        def on(kind: str) -> Product:
            if kind not in running:
                url = None if kind == "sqlite" else stack.enter_context(postgresql(request))
                product = Product(tmp_path_factory.mktemp(kind), url)
                if url:
                    product.needs_no_demo()
                running[kind] = product.start()
                stack.callback(running[kind].end)
            return running[kind]

        yield on


def postgresql(request: pytest.FixtureRequest) -> AbstractContextManager[str]:
    template = request.getfixturevalue("_postgresql_template")
    return servers.copy_of(request.getfixturevalue("postgresql_server"), template)


@pytest.fixture
def kind() -> str:
    """Which database the product keeps its memory in; a test may be run on both."""
    return "sqlite"


@pytest.fixture
def product(product_on: Callable[[str], Product], kind: str) -> Product:
    return product_on(kind)


@pytest.fixture
def screens(browser: Browser, product: Product) -> Iterator[Screens]:
    screens = Screens(browser, product.address)
    yield screens
    screens.close()
    assert screens.complaints() == []


@pytest.fixture
def shop(product: Product, screens: Screens) -> Shop:
    return Shop(product, screens)


@pytest.fixture
def maya(shop: Shop) -> Person:
    return shop.person("Maya")


@pytest.fixture
def sam(shop: Shop) -> Person:
    return shop.person("Sam", Role.MANAGER)


@pytest.fixture
def maria(shop: Shop) -> CustomerWithPhone:
    return shop.customer("Maria")
