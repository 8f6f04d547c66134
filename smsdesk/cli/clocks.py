"""Checks that every clock is what its events add up to."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from smsdesk.cli.ground import wiring
from smsdesk.desk.replay import differences


@click.command("replay-clocks")
@with_appcontext
def replay_clocks() -> None:
    """Derive every clock anew from its events; exit 0 where all are as stored."""
    with wiring().database.reading() as session:
        found = list(differences(session))
    for difference in found:
        click.echo(str(difference))
    click.echo(f"{len(found)} differences" if found else "Every clock is what its events add up to.")
    sys.exit(1 if found else 0)


COMMANDS = (replay_clocks,)
