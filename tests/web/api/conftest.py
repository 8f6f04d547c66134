"""The office and its programs as fixtures."""

from __future__ import annotations

import pytest
from flask import Flask

from smsdesk.models import TokenScope
from tests.web.api.program import MARIA, SALES, TOM, Office, Program, opened


@pytest.fixture
def office(app: Flask) -> Office:
    return opened(app)


@pytest.fixture
def ana(office: Office) -> Program:
    return office.program("ana")


@pytest.fixture
def lee(office: Office) -> Program:
    return office.program("lee")


@pytest.fixture
def ben(office: Office) -> Program:
    return office.program("ben")


@pytest.fixture
def sam(office: Office) -> Program:
    return office.program("sam")


@pytest.fixture
def ada(office: Office) -> Program:
    return office.program("ada", TokenScope.ADMIN)


@pytest.fixture
def maria(office: Office) -> str:
    """The conversation in which Maria asked Support something."""
    return office.text(MARIA, "Is my cake ready?")


@pytest.fixture
def tom(office: Office) -> str:
    """The conversation in which Tom asked Sales something."""
    return office.text(TOM, "What does a cake cost?", SALES)
