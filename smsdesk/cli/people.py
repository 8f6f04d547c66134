"""People, their one-time links and their tokens."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from smsdesk.adapters import clock, passwords
from smsdesk.cli.ground import transaction, wiring
from smsdesk.desk import set_up, sign_in
from smsdesk.models.agent import Agent
from smsdesk.models.sign_in import TokenScope
from smsdesk.rules.passwords import ensure_strong
from smsdesk.rules.roles import Role


@click.command("add-agent")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--team", "teams", multiple=True, help="A team by name; may be given several times.")
@click.option(
    "--capacity",
    type=click.IntRange(0, 100),
    default=6,
    show_default=True,
    help="How many may wait for an answer from them at once.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@with_appcontext
def add_agent(email: str, name: str, role: str, teams: tuple[str, ...], capacity: int, password_stdin: bool) -> None:
    """Add a person; prints their id. Without a password they sign in by `sign-in-link`."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with transaction() as session:
        if password is not None:
            ensure_strong(password, email, name)
        agent = set_up.add_agent(session, email, name, Role(role), teams, clock.now(), capacity=capacity)
        agent.password_hash = passwords.hashed(password) if password is not None else None
        click.echo(agent.id)


@click.command("sign-in-link")
@click.option("--email", required=True)
@with_appcontext
def sign_in_link(email: str) -> None:
    """Print an address that signs one person in, once."""
    with transaction() as session:
        secret = sign_in.issue_link(session, _person(session, email), clock.now())
    click.echo(f"{wiring().settings.public_url}/sign-in/link/{secret}")


@click.command("issue-token")
@click.option("--email", required=True, help="Whose name the program acts in.")
@click.option("--name", required=True, metavar="LABEL", help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in TokenScope]),
    default=TokenScope.READ.value,
    show_default=True,
)
@with_appcontext
def issue_token(email: str, name: str, scope: str) -> None:
    """Print a token for the API; it is shown only now."""
    with transaction() as session:
        click.echo(sign_in.issue_token(session, _person(session, email), name, TokenScope(scope), clock.now()))


def _person(session: Session, email: str) -> Agent:
    agent = sign_in.by_email(session, email)
    if agent is None:
        raise click.ClickException(f"There is nobody with {email}; add them with add-agent.")
    return agent


COMMANDS = (add_agent, sign_in_link, issue_token)
