"""`desk doctor`: is every part well, does everything hold that must, and if not, what is to be done."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import click
from flask.cli import with_appcontext
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from smsdesk.adapters import clock, migrate, twilio
from smsdesk.adapters.carrier import CarrierDown
from smsdesk.adapters.wiring import Wiring
from smsdesk.cli.ground import wiring
from smsdesk.cli.storage import storage
from smsdesk.cli.ways_out import ways_out
from smsdesk.desk.examine import Finding, invariants
from smsdesk.desk.fetch_missed import times_fetched
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.number import Number

HOOK = "/webhooks/twilio/messages"
SILENT_AFTER = timedelta(seconds=10)
MOST_AHEAD = timedelta(seconds=30)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_appcontext
def doctor(as_json: bool) -> None:
    """Look at settings, parts and invariants; exit 0 where all is well."""
    findings = list(_look(wiring()))
    well = all(finding.ok for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": well, "checks": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            _show(finding)
        click.echo(
            "\nAll is well." if well else "\nNot all is well; each line above that begins with ✗ says what to do."
        )
    sys.exit(0 if well else 1)


def _show(finding: Finding) -> None:
    click.echo(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.found}")
    if not finding.ok:
        click.echo(f"    → {finding.fix}")


def _look(parts: Wiring) -> Iterator[Finding]:
    yield Finding(
        "settings",
        True,
        f"{parts.settings.env}, carrier {parts.settings.carrier}, public address {parts.settings.public_url}",
    )
    database = _database(parts)
    yield database
    yield from _redis(parts)
    yield _spool(parts)
    yield _signature(parts)
    if database.ok:
        yield storage(parts.database)
        yield _clock(parts)
        yield from _numbers(parts)
        yield from _time_of_day(parts)
        yield _missed(parts)
        yield from ways_out(parts)
        with parts.database.reading() as session:
            yield from invariants(session, clock.now())


def _database(parts: Wiring) -> Finding:
    try:
        with parts.database.engine.connect() as connection:
            newest = migrate.is_at_head(connection)
    except SQLAlchemyError as error:
        return Finding("database", False, type(error).__name__, "Start the database, or correct DATABASE_URL.")
    kind = parts.database.engine.dialect.name
    return Finding(
        "database",
        newest,
        f"{kind}, {'newest' if newest else 'older'} schema",
        "" if newest else "Run: flask --app wsgi desk migrate",
    )


def _redis(parts: Wiring) -> Iterator[Finding]:
    redis = parts.wake_ups.redis
    try:
        version = redis.info("server")["redis_version"]
        policy, kept = (redis.config_get(name).get(name, "unknown") for name in ("maxmemory-policy", "appendonly"))
    except RedisError as error:
        yield Finding(
            "Redis",
            False,
            type(error).__name__,
            "Start Redis, or correct REDIS_URL. Texts are kept meanwhile; work goes on more slowly.",
        )
        return
    yield Finding("Redis", True, str(version))
    fine = policy == "noeviction"
    yield Finding(
        "Redis never evicts", fine, str(policy), "" if fine else "Run: redis-cli config set maxmemory-policy noeviction"
    )
    fine = kept == "yes"
    yield Finding(
        "Redis keeps a log", fine, f"appendonly {kept}", "" if fine else "Run: redis-cli config set appendonly yes"
    )


def _spool(parts: Wiring) -> Finding:
    folder = parts.settings.spool
    fix = f"Let this user write to {folder}; texts that arrive while the database is away are kept there."
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".look-"):
            waiting = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    except OSError as error:
        return Finding("spool", False, str(error.strerror), fix)
    return Finding(
        "spool",
        not waiting,
        f"{len(waiting)} texts wait",
        "The database was away; they are read in within a minute." if waiting else "",
    )


def _signature(parts: Wiring) -> Finding:
    settings = parts.settings
    form = MultiDict({"MessageSid": "SM" + "0" * 32, "Body": "é ✓"})
    signature = twilio.sign(settings.public_url + HOOK, form, settings.twilio_auth_tokens[0])
    well = twilio.check(HOOK, form, signature, settings) and not twilio.check(
        HOOK, form, signature[:-4] + "AAA=", settings
    )
    tokens = len(settings.twilio_auth_tokens)
    return Finding(
        "signatures",
        well,
        f"a round trip with {tokens} token{'s' if tokens > 1 else ''}",
        "" if well else "Correct PUBLIC_URL and TWILIO_AUTH_TOKEN.",
    )


def _clock(parts: Wiring) -> Finding:
    with parts.database.reading() as session:
        at = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "clock"))
    if at is None:
        return Finding("clock process", False, "never ran here", "Start: python -m workers.clock")
    silence = clock.now() - at
    well = silence < SILENT_AFTER
    return Finding(
        "clock process",
        well,
        f"ticked {silence.total_seconds():.0f} s ago",
        "" if well else "Start: python -m workers.clock",
    )


def _numbers(parts: Wiring) -> Iterator[Finding]:
    with parts.database.reading() as session:
        numbers = list(session.scalars(select(Number).order_by(Number.address)))
    if not numbers:
        yield Finding(
            "numbers",
            False,
            "none",
            "Add one: flask --app wsgi desk add-number +1… --team NAME --label TEXT --target 10m",
        )
    wanted = parts.settings.public_url + HOOK
    for number in numbers:
        yield _number(parts, number.address, wanted)


def _time_of_day(parts: Wiring) -> Iterator[Finding]:
    """Against the carrier's, whom the lines before have asked."""
    ahead = parts.carrier.clock_is_ahead_by()
    if ahead is not None:
        well, seconds = abs(ahead) <= MOST_AHEAD, round(ahead.total_seconds())
        found = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} the carrier's"
        fix = "" if well else "Set this machine's clock right and keep it so, as with chrony or systemd-timesyncd."
        yield Finding("this machine's clock", well, found, fix)


def _missed(parts: Wiring) -> Finding:
    with parts.database.reading() as session:
        count = times_fetched(session, clock.now() - timedelta(days=1))
    return Finding(
        "texts reach us by themselves",
        count == 0,
        f"{count} had to be fetched from the carrier's log in the last day",
        "Look at the lines above on your numbers, and at what stood between the carrier and PUBLIC_URL."
        if count
        else "",
    )


def _number(parts: Wiring, address: str, wanted: str) -> Finding:
    name = f"{address} at the carrier"
    try:
        setup = parts.carrier.webhook_of(address)
    except CarrierDown as error:
        return Finding(name, False, str(error), "Look at the carrier's credentials and at the way out of this machine.")
    if setup is None:
        # The pretend carrier takes texts for any number
        return Finding(
            name,
            parts.settings.pretends,
            "not in this account",
            f"Buy or move {address} into the account of TWILIO_ACCOUNT_SID.",
        )
    points_here = setup.sms_url.partition("#")[0] == wanted and setup.sms_method.upper() == "POST"
    return Finding(
        name,
        points_here,
        f"texts go to {setup.sms_url or 'nowhere'}",
        "" if points_here else f"Set its “A message comes in” to POST {wanted}#rc=5&rp=all",
    )


COMMANDS: tuple[click.Command, ...] = (doctor,)
