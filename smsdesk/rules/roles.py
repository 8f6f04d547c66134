"""Who may do what: the one table that the code and its test both read."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is trusted with; each may all that the one before may."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"


class Action(StrEnum):
    """What can be asked for. Which conversations it may be asked of is decided by the person's teams."""

    READ_CONVERSATION = "read_conversation"
    REPLY = "reply"
    NOTE = "note"
    TAKE = "take"
    ASSIGN_OTHERS = "assign_others"
    RESOLVE = "resolve"
    SEE_QUARANTINE = "see_quarantine"
    SEE_MANAGER_PAGE = "see_manager_page"
    CHANGE_TARGET = "change_target"
    MANAGE_PROMISES = "manage_promises"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_NUMBERS = "manage_numbers"
    ACKNOWLEDGE_ALERT = "acknowledge_alert"
    ISSUE_TOKENS = "issue_tokens"
    RESOLVE_UNCONFIRMED = "resolve_unconfirmed"
    MARK_AS_SENT = "mark_as_sent"
    MANAGE_RULES = "manage_rules"
    RECORD_STOP = "record_stop"
    LIFT_STOP = "lift_stop"
    HANDLE_PERSONAL_DATA = "handle_personal_data"


_AGENT = frozenset(
    {
        Action.READ_CONVERSATION,
        Action.REPLY,
        Action.NOTE,
        Action.TAKE,
        Action.RESOLVE,
        Action.ACKNOWLEDGE_ALERT,
        Action.RESOLVE_UNCONFIRMED,
        Action.MARK_AS_SENT,
        Action.RECORD_STOP,
    }
)
_LEAD = _AGENT | {Action.ASSIGN_OTHERS, Action.SEE_MANAGER_PAGE}
# an agent and a lead can never undo a customer's STOP; above them it takes evidence
_MANAGER = _LEAD | {
    Action.SEE_QUARANTINE,
    Action.CHANGE_TARGET,
    Action.MANAGE_PROMISES,
    Action.LIFT_STOP,
    Action.HANDLE_PERSONAL_DATA,
    Action.MANAGE_RULES,
}
_ADMIN = _MANAGER | {Action.MANAGE_PEOPLE, Action.MANAGE_NUMBERS, Action.ISSUE_TOKENS}

MATRIX: Mapping[Role, frozenset[Action]] = {
    Role.AGENT: _AGENT,
    Role.LEAD: _LEAD,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
}

_ALL_TEAMS = frozenset({Role.MANAGER, Role.ADMIN})


def may(role: Role, action: Action) -> bool:
    """True where the role may do this at all."""
    return action in MATRIX[role]


def sees_all_teams(role: Role) -> bool:
    """True for those who see every team; the others see the teams that they belong to."""
    return role in _ALL_TEAMS
