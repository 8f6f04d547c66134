"""An alert in words, for the page and for the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from smsdesk.desk.oversee import ToldAlert, ToldOfWatch
from smsdesk.models.alert import AlertKind
from smsdesk.rules.durations import clock_face, spell
from smsdesk.rules.wording import alert_words
from smsdesk.web.agent import words
from smsdesk.web.manager.pictures import AlertRow, RecordRow, Since

MOST_NAMES = 3
KINDS = {AlertKind.WARNING: "Warning", AlertKind.BREACH: "Late", AlertKind.ESCALATION: "Still late"}


def by_urgency(alert: ToldAlert) -> tuple[bool, bool]:
    """What can still be mended first, and of that what is late already."""
    return (not alert.still_waits, alert.kind is AlertKind.WARNING)


def record_row(alert: ToldAlert | ToldOfWatch, now: datetime, zone: str) -> RecordRow:
    kind, kind_words, address, said = _about(alert, now)
    return RecordRow(
        id=alert.id,
        kind=kind,
        kind_words=kind_words,
        address=address,
        words=said,
        told_words=f"{words.moment(alert.told_at, now, zone)} · {_told(alert)}",
        lateness_words=_lateness(alert.lateness),
        seen_words=_seen(alert, now, zone),
    )


def _about(alert: ToldAlert | ToldOfWatch, now: datetime) -> tuple[str, str, str, str]:
    if isinstance(alert, ToldOfWatch):
        said = f"{alert.name}: {alert.words}"
        return AlertKind.WATCH.value, "Response-time alert", _watch_address(alert), said
    return alert.kind.value, KINDS[alert.kind], f"/conversations/{alert.conversation_id}", _sentence(alert, now)


def _watch_address(alert: ToldOfWatch) -> str:
    return f"/manager/watches/{alert.watch_id}" if alert.watch_id else ""


def alert_row(alert: ToldAlert, now: datetime, zone: str) -> AlertRow:
    return AlertRow(
        id=alert.id,
        kind=alert.kind.value,
        conversation_id=alert.conversation_id,
        customer=alert.customer,
        since=Since(alert.started_at, clock_face(now - alert.started_at)) if alert.still_waits else None,
        words=_sentence(alert, now),
        told_words=f"{words.moment(alert.told_at, now, zone)} · {_told(alert)}",
        lateness_words=_lateness(alert.lateness),
        seen_words=_seen(alert, now, zone),
    )


def _sentence(alert: ToldAlert, now: datetime) -> str:
    if alert.still_waits:
        return alert_words(alert.step, alert.customer, now - alert.started_at, alert.target, alert.clock_kind)
    if alert.kind is not AlertKind.WARNING:
        return f"{alert.customer} waited longer than the promised {spell(alert.target)}; nobody waits there now."
    return (
        f"{alert.customer} had waited {spell(alert.told_at - alert.started_at)} of the promised {spell(alert.target)}."
    )


def _told(alert: ToldAlert | ToldOfWatch) -> str:
    if not alert.told:
        return "nobody was there to be told"
    first = ", ".join(name.split()[0] for name in alert.told[:MOST_NAMES])
    more = len(alert.told) - MOST_NAMES
    return f"told {first}" + (f" and {more} more" if more > 0 else "")


def _lateness(length: timedelta) -> str:
    """How late we were ourselves, told to a tenth of a second."""
    seconds = max(0.0, length.total_seconds())
    return f"{seconds:.1f} s late" if seconds < 60 else f"{spell(length)} late"


def _seen(alert: ToldAlert | ToldOfWatch, now: datetime, zone: str) -> str:
    if alert.acknowledged_at is None:
        return ""
    return f"{alert.acknowledged_by or 'Somebody'}, {words.moment(alert.acknowledged_at, now, zone)}"
