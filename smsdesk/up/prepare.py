"""Brings the database to the schema of this code and prints `empty` where nobody works here yet."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from config.settings import load
from smsdesk.adapters import migrate


def main() -> None:
    settings = load()
    migrate.to_head(settings.database_url)
    if not _anyone(settings.database_url):
        print("empty")


def _anyone(database_url: str) -> bool:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1 FROM agent LIMIT 1")).first() is not None


if __name__ == "__main__":
    main()
