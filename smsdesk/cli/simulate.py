"""Customers who keep a desk busy, on the pretend carrier."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.cli.ground import Length, wiring
from smsdesk.models import Number
from smsdesk.rules.durations import spell
from smsdesk.simulator import rates
from smsdesk.simulator.carrier_line import CarrierAway, CarrierLine
from smsdesk.simulator.crowd import Crowd, arrivals
from smsdesk.simulator.rush import Rush, Tally


class Rate(click.ParamType[float]):
    """How often, as operators write it: 5/s, 30/m, 200/h."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return value if isinstance(value, float) else rates.parse(str(value))
        except rates.NotARate as error:
            self.fail(str(error), param, ctx)


@click.command("simulate")
@click.option("--rate", type=Rate(), default="12/m", show_default=True, help="Texts: 5/s, 30/m or 200/h.")
@click.option("--for", "length", type=Length(), default="10m", show_default=True, help="How long: 90s, 10m, 2h.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another crowd.")
@with_appcontext
def simulate(rate: float, length: timedelta, seed: int) -> None:
    """Let believable customers text the shop, and react to its answers; Ctrl-C ends it."""
    line = _line()
    rush = Rush(Crowd(_numbers(), seed), line)
    start = clock.now()
    moments = arrivals(random.Random(seed), rate, start, length)  # noqa: S311 - dice, not secrets
    away: CarrierAway | None = None
    with click.progressbar(length=int(length.total_seconds()), label="Customers text", item_show_func=_so_far) as bar:

        def tell(tally: Tally) -> None:
            bar.update(max(0, int((clock.now() - start).total_seconds()) - bar.pos), tally)

        try:
            rush.run(moments, start + length, tell)
        except CarrierAway as error:
            away = error
        except KeyboardInterrupt:
            pass  # it is how one ends it early; the summary says how far it came
    click.echo(_summary(rush.tally))
    if away:
        raise click.ClickException(f"{away} Is SMSDesk still running?")


def _line() -> CarrierLine:
    settings = wiring().settings
    if settings.is_production:
        raise click.ClickException("This is production; pretend customers belong on a machine of your own.")
    if not settings.pretends:
        raise click.ClickException("Texts go through Twilio here; unset TWILIO_ACCOUNT_SID or set CARRIER=pretend.")
    line = CarrierLine(settings.twilio_api_base_url)
    try:
        line.last_event()
    except CarrierAway:
        raise click.ClickException(
            f"The pretend carrier does not answer at {settings.twilio_api_base_url}; start SMSDesk with make run, with the same PORT."
        ) from None
    return line


def _numbers() -> list[str]:
    with wiring().database.reading() as session:
        numbers = list(session.scalars(select(Number.address).order_by(Number.created_at, Number.address)))
    if not numbers:
        raise click.ClickException("There is no number to text; add one with: flask --app wsgi desk add-number")
    return numbers


def _so_far(tally: Tally | None) -> str | None:
    return f"{tally.texts:,} texts, {tally.answers:,} answers" if tally else None


def _summary(tally: Tally) -> str:
    wait = spell(tally.median_wait) if tally.median_wait is not None else "nobody who asked was answered"
    return (
        f"texts sent: {tally.texts:,}, by customers: {len(tally.customers):,}\n"
        f"answers received: {tally.answers:,}, customers who still wait: {len(tally.waiting):,}\n"
        f"median wait: {wait}"
    )


COMMANDS = (simulate,)
