"""The schema, the teams and the numbers."""

from __future__ import annotations

from datetime import timedelta

import click
from flask.cli import with_appcontext

from smsdesk.adapters import clock, migrate
from smsdesk.cli.ground import Length, transaction, wiring
from smsdesk.desk import set_up


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    migrate.to_head(wiring().settings.database_url)
    click.echo("The database is up to date.")


@click.command("add-team")
@click.argument("name")
@with_appcontext
def add_team(name: str) -> None:
    """Add a team; prints its id."""
    with transaction() as session:
        click.echo(set_up.add_team(session, name, clock.now()).id)


@click.command("add-number")
@click.argument("address", metavar="E164")
@click.option("--team", required=True, help="The team that answers it.")
@click.option("--label", default="", help="What people here call it.")
@click.option("--target", type=Length(), default="10m", show_default=True, help="The promised reply time.")
@click.option(
    "--per-second",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Texts a second that the carrier allows it.",
)
@with_appcontext
def add_number(address: str, team: str, label: str, target: timedelta, per_second: int) -> None:
    """Add a number that customers text; prints its id."""
    with transaction() as session:
        click.echo(set_up.add_number(session, address, team, label, target, clock.now(), per_second=per_second).id)


COMMANDS = (migrate_command, add_team, add_number)
