"""Goes through the log again, here and now."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from uuid import UUID

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from smsdesk.adapters import clock
from smsdesk.cli.ground import Length, transaction, wiring
from smsdesk.desk.audit.ask import UNFINISHED, ask, beginning
from smsdesk.desk.audit.go_on import go_on
from smsdesk.models.audit import AuditFinding, AuditRun, AuditState
from smsdesk.rules.audit import NAMES, Kind

LOOK_EVERY_S = 0.5


@click.command("audit")
@click.option("--last", type=Length(), help="How far to look back: 12h, 30d. Everything, if left out.")
@with_appcontext
def audit(last: timedelta | None) -> None:
    """List what the log says and no screen does: questions that were closed, late alerts. Exit 0 where all is well."""
    now = clock.now()
    with transaction() as session:
        run_id = ask(session, None, now - last if last else beginning(session) or now, now).id
    run = _finished(run_id)
    with wiring().database.reading() as session:
        counted = (
            select(AuditFinding.kind, func.count()).where(AuditFinding.run_id == run_id).group_by(AuditFinding.kind)
        )
        found = {row[0]: row[1] for row in session.execute(counted)}
    if run.state is AuditState.FAILED:
        raise click.ClickException(
            "The audit broke off again and again and was given up; the log of the reports worker says why."
        )
    click.echo(f"{run.done} episodes, alerts and clocks were gone through.")
    for kind in Kind:
        if kind in found:
            click.echo(f"{found[kind]:>6}  {NAMES[kind]}")
    if not found:
        click.echo("All is well.")
    sys.exit(1 if set(found) - {Kind.NO_REPLY_NEEDED} else 0)


def _finished(run_id: UUID) -> AuditRun:
    """The run once it is done; a worker may be quicker than this command, and is waited for."""
    while True:
        go_on(wiring().database)
        with wiring().database.reading() as session:
            run = session.get_one(AuditRun, run_id)
        if run.state not in UNFINISHED:
            return run
        time.sleep(LOOK_EVERY_S)


COMMANDS = (audit,)
