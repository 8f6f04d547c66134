"""Puts the adapters together: once a process, from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from config.settings import Settings
from smsdesk.adapters.carrier import Carrier
from smsdesk.adapters.database import Database
from smsdesk.adapters.erasure_log import ErasureLog
from smsdesk.adapters.export_store import ExportStore
from smsdesk.adapters.keeper import Keeper
from smsdesk.adapters.live import Announcer, Listener
from smsdesk.adapters.queue import WakeUps
from smsdesk.adapters.spool import Spool


@dataclass
class Wiring:
    """What a request or a job may reach: the database, the queue, the news and the carrier."""

    settings: Settings
    database: Database
    wake_ups: WakeUps
    announcer: Announcer
    keeper: Keeper

    @cached_property
    def inbox(self) -> Database:
        """The same database for the carrier's posts, which must be answered while the carrier still waits: whoever meets a
        database that is away or busy learns it within three seconds, and spools the text."""
        return Database(
            self.settings.database_url,
            self.keeper.keep,
            pool_size=10,
            patience=2.5,
            phone_key=self.settings.phone_key,
        )

    @cached_property
    def spool(self) -> Spool:
        return Spool(self.settings.spool)

    @cached_property
    def erasures(self) -> ErasureLog:
        return ErasureLog(self.settings.var)

    @cached_property
    def exports(self) -> ExportStore:
        return ExportStore(self.settings.var / "exports")

    @cached_property
    def listener(self) -> Listener:
        return Listener(self.settings.redis_url)

    @cached_property
    def carrier(self) -> Carrier:
        from smsdesk.adapters.twilio import TwilioCarrier  # the client costs 120 ms: only who calls it pays

        return TwilioCarrier(self.settings)


def wire(settings: Settings, patience: float = 30) -> Wiring:
    """Connects nothing yet: each part does so when it is first used. `patience`: see Database; a person waits for less than a worker."""
    wake_ups, announcer = WakeUps(settings.redis_url), Announcer(settings.redis_url)
    keeper = Keeper(wake_ups, announcer)
    database = Database(settings.database_url, keeper.keep, patience=patience, phone_key=settings.phone_key)
    return Wiring(settings, database, wake_ups, announcer, keeper)
