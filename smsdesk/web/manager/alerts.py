"""The record of alerts: what was told to whom, how late, and who has seen it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.oversee import ToldAlert, ToldOfWatch, alerts_told
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.alert_rows import record_row
from smsdesk.web.manager.fates import fates
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.transaction import session

PAGE = 50

alerts = Blueprint("manager_alerts", __name__)


@alerts.get("/alerts")
def index() -> str:
    now = clock.now()
    zone = zone_of(see.numbers(session(), me()))
    told = alerts_told(session(), me(), PAGE + 1, _read_cursor(request.args.get("before", "")))
    rows = [record_row(alert, now, zone) for alert in told[:PAGE]]
    older = _cursor(told[PAGE - 1]) if len(told) > PAGE else None
    ways = fates(session(), [alert.id for alert in told[:PAGE]], now, zone)
    return render_template("manager/alerts.html", alerts=rows, ways=ways, older=older, **surroundings(now))


def _cursor(alert: ToldAlert | ToldOfWatch) -> str:
    return f"{alert.told_at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}_{alert.id}"


def _read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """None where there is none, or where somebody wrote their own: then the record begins at its end."""
    moment, _, id = text.partition("_")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(id)
    except (ValueError, OverflowError):
        return None
