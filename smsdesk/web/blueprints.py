"""Every way in, on one page: where it is, what guards it, and how much it may be brought.

Whoever adds a page adds its blueprint here; a route without a rule stops the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from flask import Blueprint, Flask

from config.settings import Settings
from smsdesk.rules.roles import Action
from smsdesk.web.access import RULES, Access, Rule
from smsdesk.web.assets import ENDPOINT as ASSETS
from smsdesk.web.sizes import MOST, MOST_ANONYMOUS, MOST_PICTURE, SIZES
from smsdesk.web.wired import wiring


@dataclass(frozen=True)
class Way:
    """A blueprint (`module:name`), the prefix of its addresses, the rule of all its routes, and the most bytes of a body."""

    blueprint: str
    prefix: str
    rule: Rule
    most: int = MOST
    exists: Callable[[Settings], bool] = lambda _: True


WAYS_IN = (
    Way("smsdesk.web.health:blueprint", "", Access.PUBLIC, MOST_ANONYMOUS),
    Way("smsdesk.web.metrics:blueprint", "", Access.OPERATOR, MOST_ANONYMOUS),
    Way("smsdesk.web.sign_ins:blueprint", "", Access.PUBLIC, MOST_ANONYMOUS),
    Way("smsdesk.web.passwords:blueprint", "/settings", Access.SIGNED_IN),
    Way("smsdesk.web.sessions:blueprint", "/settings/sessions", Access.SIGNED_IN),
    Way("smsdesk.web.alert_settings:blueprint", "/settings/alerts", Access.SIGNED_IN),
    Way("smsdesk.web.service_workers:blueprint", "", Access.PUBLIC, MOST_ANONYMOUS),
    Way("smsdesk.web.stream:blueprint", "", Access.SIGNED_IN),
    Way("smsdesk.web.hooks:blueprint", "/webhooks/twilio", Access.SIGNATURE),
    Way("smsdesk.web.agent.queue:queue", "", Action.READ_CONVERSATION),
    Way("smsdesk.web.agent.conversations:conversations", "", Action.READ_CONVERSATION),
    Way("smsdesk.web.agent.media:media", "", Action.READ_CONVERSATION),
    Way("smsdesk.web.agent.read_marks:read_marks", "", Action.READ_CONVERSATION),
    Way("smsdesk.web.agent.drafts:drafts", "", Action.REPLY),
    Way("smsdesk.web.agent.replies:replies", "", Action.REPLY),
    Way("smsdesk.web.agent.messages:messages", "", Action.RESOLVE_UNCONFIRMED),
    Way("smsdesk.web.agent.notes:notes", "", Action.NOTE),
    Way("smsdesk.web.agent.assignments:assignments", "", Action.TAKE),
    Way("smsdesk.web.agent.closures:closures", "", Action.RESOLVE),
    Way("smsdesk.web.agent.snoozes:snoozes", "", Action.RESOLVE),
    Way("smsdesk.web.agent.reply_needs:reply_needs", "", Action.RESOLVE),
    Way("smsdesk.web.agent.labels:labels", "", Action.RESOLVE),
    Way("smsdesk.web.agent.same_person:same_person", "", Action.RESOLVE),
    Way("smsdesk.web.agent.consents:consents", "", Action.RECORD_STOP),
    Way("smsdesk.web.agent.alerts:alerts", "", Action.ACKNOWLEDGE_ALERT),
    Way("smsdesk.web.agent.availability:availability", "", Access.SIGNED_IN),
    Way("smsdesk.web.manager.right_now:right_now", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.reports:reports", "/manager/reports", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.alerts:alerts", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.webhooks:webhooks", "/manager/webhooks", Action.MANAGE_PROMISES),
    Way("smsdesk.web.manager.staffing:staffing", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.hours:hours", "/manager/hours", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.calendars:calendars", "/manager/hours", Action.MANAGE_PROMISES),
    Way("smsdesk.web.manager.audits:audits", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.watches:watches", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.watch_plans:watch_plans", "/manager", Action.MANAGE_PROMISES),
    Way("smsdesk.web.manager.targets:targets", "/manager", Action.CHANGE_TARGET),
    Way("smsdesk.web.manager.personal_data:personal_data", "/manager", Action.HANDLE_PERSONAL_DATA),
    Way("smsdesk.web.manager.retentions:retentions", "/manager", Action.HANDLE_PERSONAL_DATA),
    Way("smsdesk.web.manager.policies:policies", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.policy_changes:policy_changes", "/manager", Action.MANAGE_PROMISES),
    Way("smsdesk.web.manager.policy_trials:policy_trials", "/manager", Action.MANAGE_PROMISES),
    Way("smsdesk.web.manager.house_rules:house_rules", "/manager", Action.SEE_MANAGER_PAGE),
    Way("smsdesk.web.manager.quarantined_texts:quarantined_texts", "/manager", Action.SEE_QUARANTINE),
    Way("smsdesk.web.api:blueprint", "/api/v1", Access.TOKEN),
    Way("smsdesk.web.api:docs", "/api", Access.PUBLIC, MOST_ANONYMOUS),
    Way(
        "smsdesk.simulator.phones:blueprint", "/phone", Access.PUBLIC, MOST_PICTURE, lambda settings: settings.pretends
    ),
)
NOT_IN_A_BLUEPRINT: dict[str, Rule] = {ASSETS: Access.PUBLIC}


class NoAccessRule(Exception):
    """A route that no way in covers; give its blueprint a line in WAYS_IN."""


def register(app: Flask) -> None:
    """Raises NoAccessRule."""
    with app.app_context():
        settings = wiring().settings
    ways: dict[str, Way] = {}
    for way in WAYS_IN:
        if way.exists(settings):
            blueprint = _load(way)
            app.register_blueprint(blueprint, url_prefix=way.prefix or None)
            ways[blueprint.name] = way
    endpoints = {route.endpoint for route in app.url_map.iter_rules()}
    app.extensions[RULES] = {endpoint: _rule_of(endpoint, ways) for endpoint in endpoints}
    app.extensions[SIZES] = {e: ways[e.rpartition(".")[0]].most for e in endpoints - set(NOT_IN_A_BLUEPRINT)}


def _rule_of(endpoint: str, ways: dict[str, Way]) -> Rule:
    if endpoint in NOT_IN_A_BLUEPRINT:
        return NOT_IN_A_BLUEPRINT[endpoint]
    way = ways.get(endpoint.rpartition(".")[0])
    if way is None:
        raise NoAccessRule(endpoint)
    return way.rule


def _load(way: Way) -> Blueprint:
    module, _, name = way.blueprint.partition(":")
    return cast(Blueprint, getattr(import_module(module), name))
