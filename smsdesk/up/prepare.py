"""`python -m smsdesk.up.prepare`: the schema, the demo shop of a first start, and links that sign its people in once.

It stands alone, so that the supervisor stays small and one process pays for what it loads. It prints `agent <address>`
and `manager <address>`, as far as the demo people are still there.
"""

from __future__ import annotations

import sys

from sqlalchemy import select

from config import logging
from config.settings import BadSettings, Settings, load
from smsdesk.adapters import clock, migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import sign_in
from smsdesk.models.agent import Agent

DEMO_PEOPLE = {"agent": "maya@demo.smsdesk.test", "manager": "sam@demo.smsdesk.test"}


def main() -> None:
    try:
        settings = load()
    except BadSettings as why:
        sys.exit(str(why))
    logging.configure(settings.is_production)
    migrate.to_head(settings.database_url)
    if settings.is_production:
        return
    database = Database(settings.database_url)
    open_the_demo_once(database, settings)
    for role, link in demo_links(database, settings).items():
        print(role, link)


def open_the_demo_once(database: Database, settings: Settings) -> None:
    """Where nobody works yet; whoever is there marks for ever that this was done, or is not wanted."""
    with database.transaction() as session:
        if session.scalar(select(Agent.id).limit(1)) is not None:
            return
        from smsdesk.simulator import demo_shop  # only a first start pays for it

        demo_shop.open_shop(session, settings, clock.now())
    with database.reading() as session:
        demo_shop.remind_carrier(session, settings)


def demo_links(database: Database, settings: Settings) -> dict[str, str]:
    """An address that works once for each demo person who is still there and may sign in."""
    with database.transaction() as session:
        found = {role: sign_in.by_email(session, email) for role, email in DEMO_PEOPLE.items()}
        return {
            role: f"{settings.public_url}/sign-in/link/{sign_in.issue_link(session, agent, clock.now())}"
            for role, agent in found.items()
            if agent is not None and agent.disabled_at is None
        }


if __name__ == "__main__":
    main()
