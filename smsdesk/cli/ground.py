"""What every command stands on: the wiring, a transaction, and mistakes told in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import click
from flask import current_app
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from smsdesk.adapters.wiring import Wiring
from smsdesk.desk.set_up import AlreadyThere, BadPerson, BadTarget, NoSuchTeam
from smsdesk.rules.durations import NotADuration, parse
from smsdesk.rules.passwords import WeakPassword
from smsdesk.rules.phone_numbers import NotAPhoneNumber

MISTAKES = (AlreadyThere, BadPerson, BadTarget, NoSuchTeam, NotAPhoneNumber, WeakPassword, NotADuration)


def wiring() -> Wiring:
    """The wiring of the app that the command runs in."""
    return cast(Wiring, current_app.extensions["smsdesk"])


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction; an operator's mistake becomes one sentence and exit code 1."""
    try:
        with wiring().database.transaction() as session:
            yield session
        wiring().keeper.flush()
    except MISTAKES as error:
        raise click.ClickException(str(error)) from None
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(_about_the_database(error)) from None


class Length(click.ParamType[timedelta]):
    """A length of time as operators write it: 90s, 10m, 2h, 1d."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse(str(value))
        except NotADuration as error:
            self.fail(str(error), param, ctx)


def _about_the_database(error: Exception) -> str:
    words = str(getattr(error, "orig", error)).splitlines()[0]
    if "no such table" in words or "does not exist" in words:
        return "The database has no tables yet; run: flask --app wsgi desk migrate"
    return f"The database cannot be used: {words}"


Command = Callable[..., None]
