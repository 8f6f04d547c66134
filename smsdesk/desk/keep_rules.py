"""The house's rules of sending are read, and changed by a manager; what follows at once is that what waits is looked at anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import later
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.house_rules import THE_ONE, HouseRulesRow
from smsdesk.rules.house_rules import HouseRules, read


def rules_of_the_house(session: Session) -> HouseRules:
    """As they are now; the defaults where nobody has changed anything."""
    stored = session.scalar(select(HouseRulesRow.rules).where(HouseRulesRow.id == THE_ONE))
    return read(stored) if stored else HouseRules()


def change_rules(session: Session, rules: HouseRules, by: Agent | None, now: datetime) -> None:
    """From the next look on, for texts that wait already too."""
    before, after = rules_of_the_house(session).stored(), rules.stored()
    if before == after:
        return
    values = {"rules": after, "changed_at": now, "changed_by_id": by.id if by else None}
    session.execute(
        upsert(HouseRulesRow).on_conflict_do_update(index_elements=["id"], set_=values), {"id": THE_ONE} | values
    )
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    record(session, "rules.changed", now, actor_id=by.id if by else None, changed=changed)
    later(session, "outbound.drain")
