"""A sender is as fast as its carrier lets it be: the moments that it has free are kept in the database for every worker at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.models.number import Number
from smsdesk.rules.send_retries import next_slot

HORIZON = timedelta(milliseconds=250)  # how far ahead a sender's slots are given away


class Slots:
    """Of these numbers, as far as nobody else holds them; `keep` writes down what was taken."""

    def __init__(self, session: Session, number_ids: Collection[UUID], now: datetime) -> None:
        self.session, self.now = session, now
        rows = session.execute(
            select(Number.id, Number.texts_per_second, Number.next_send_at)
            .where(Number.id.in_(number_ids))
            .with_for_update(skip_locked=True, key_share=True)
        )
        self.numbers = {row.id: (row.texts_per_second, row.next_send_at) for row in rows}
        self._taken: set[UUID] = set()

    def is_free(self, number_id: UUID) -> bool:
        if number_id not in self.numbers:
            return False
        free_at = self.numbers[number_id][1]
        return free_at is None or free_at <= self.now + HORIZON

    def take(self, number_id: UUID) -> datetime:
        per_second, free_at = self.numbers[number_id]
        at, then = next_slot(free_at, self.now, per_second)
        self.numbers[number_id] = (per_second, then)
        self._taken.add(number_id)
        return at

    def keep(self) -> None:
        for number_id in self._taken:
            self.session.execute(
                update(Number).where(Number.id == number_id).values(next_send_at=self.numbers[number_id][1]),
                execution_options={"synchronize_session": False},
            )
