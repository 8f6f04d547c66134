"""The demo shop, and customers who keep it busy."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from smsdesk.adapters import clock
from smsdesk.cli.ground import transaction, wiring
from smsdesk.simulator import demo_shop


@click.command("seed-demo")
@with_appcontext
def seed_demo() -> None:
    """Fill an empty database with a shop to look at; never in production."""
    settings = wiring().settings
    if settings.is_production:
        raise click.ClickException("This is production; demo data belongs on a machine of your own.")
    with transaction() as session:
        if demo_shop.is_open(session):
            click.echo("There is a shop already; nothing was added.")
            return
        people = demo_shop.open_shop(session, settings, clock.now())
    # After the commit: the carrier must not know of texts that were never kept
    with wiring().database.reading() as session:
        demo_shop.remind_carrier(session, settings)
    click.echo(f"A demo shop is open, with {len(people)} people in it.")


COMMANDS = (seed_demo,)
