"""Figures for Prometheus, worked out when they are asked for: from the database, which all processes share, and from this one."""

from __future__ import annotations

import os

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from smsdesk.adapters import clock, pulse
from smsdesk.desk.gauge import Gauges, gauge
from smsdesk.rules.delivery_status import State
from smsdesk.web.gate import GATE
from smsdesk.web.stream import SEATS
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

blueprint = Blueprint("metrics", __name__)
WATCHED = (State.READY, State.RETRY_WAIT, State.SENDING, State.UNKNOWN)


@blueprint.get("/metrics")
def index() -> Response:
    registry = CollectorRegistry()
    _of_the_desk(registry, gauge(session(), clock.now()))
    _of_the_machine(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _of_the_desk(registry: CollectorRegistry, found: Gauges) -> None:
    _set(registry, "conversations_waiting", "Conversations that wait for us", found.waiting)
    _set(registry, "conversations_late", "Conversations that have waited longer than was promised", found.late)
    _set(registry, "messages_unconfirmed", "Texts of ours of which nobody knows whether they left", found.unconfirmed)
    _set(registry, "alerts_untold", "Alerts that nobody has been told yet", found.untold_alerts)
    _set(registry, "texts_quarantined", "Texts to numbers that are not ours", found.quarantined)
    if found.clock_silence is not None:
        seconds = found.clock_silence.total_seconds()
        _set(registry, "clock_silence_seconds", "How long ago the clock process ticked", seconds)
    _set(registry, "programs_failing", "Programs that do not hear alerts", found.programs_failing)
    waiting = Gauge("smsdesk_alert_deliveries_waiting", "Alerts on their way outside", ["channel"], registry=registry)
    for channel in ("push", "email", "phone", "webhook"):
        waiting.labels(channel).set(found.deliveries.get(channel, 0))
    unsent = Gauge("smsdesk_messages_unsent", "Texts of ours on their way to the carrier", ["state"], registry=registry)
    for state in WATCHED:
        unsent.labels(state.value).set(found.unsent.get(state, 0))


def _of_the_machine(registry: CollectorRegistry) -> None:
    wired = wiring()
    _set(
        registry,
        "spool_files",
        "Texts, outcomes and reports on the disk that wait for the database",
        wired.spool.depth(),
    )
    _set(registry, "redis_up", "Whether Redis answers", pulse.answers(wired.wake_ups.redis))
    depth = Gauge("smsdesk_queue_jobs", "Wake-ups that wait in a queue", ["queue"], registry=registry)
    for name, jobs in pulse.depths(wired.wake_ups.redis).items():
        depth.labels(name).set(jobs)
    here = str(os.getpid())
    streams = Gauge("smsdesk_streams", "Open pages of the process that answers", ["process"], registry=registry)
    streams.labels(here).set(current_app.extensions[SEATS].taken)
    refused = Gauge("smsdesk_refused", "Requests refused because too many came at once", ["process"], registry=registry)
    refused.labels(here).set(current_app.extensions[GATE].refused)
    failures = Gauge("smsdesk_wakeups_failed", "Wake-ups that Redis did not take", ["process"], registry=registry)
    failures.labels(here).set(wired.wake_ups.failures)


def _set(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    Gauge(f"smsdesk_{name}", words, registry=registry).set(value)
