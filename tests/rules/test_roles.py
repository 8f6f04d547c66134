"""Who may do what, written out once more by hand."""

import pytest

from smsdesk.rules.roles import MATRIX, Action, Role, may, sees_all_teams

EVERYONE, LEADS, MANAGERS, ADMINS = "agent lead manager admin", "lead manager admin", "manager admin", "admin"

BY_HAND = {
    Action.READ_CONVERSATION: EVERYONE,
    Action.REPLY: EVERYONE,
    Action.NOTE: EVERYONE,
    Action.TAKE: EVERYONE,
    Action.RESOLVE: EVERYONE,
    Action.ACKNOWLEDGE_ALERT: EVERYONE,
    Action.RESOLVE_UNCONFIRMED: EVERYONE,
    Action.MARK_AS_SENT: EVERYONE,
    Action.RECORD_STOP: EVERYONE,
    Action.ASSIGN_OTHERS: LEADS,
    Action.SEE_MANAGER_PAGE: LEADS,
    Action.SEE_QUARANTINE: MANAGERS,
    Action.CHANGE_TARGET: MANAGERS,
    Action.MANAGE_PROMISES: MANAGERS,
    Action.MANAGE_RULES: MANAGERS,
    Action.LIFT_STOP: MANAGERS,
    Action.HANDLE_PERSONAL_DATA: MANAGERS,
    Action.MANAGE_PEOPLE: ADMINS,
    Action.MANAGE_NUMBERS: ADMINS,
    Action.ISSUE_TOKENS: ADMINS,
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_its_table_says(role: Role, action: Action) -> None:
    assert may(role, action) is (role.value in BY_HAND[action].split())


def test_whoever_stands_higher_may_all_that_the_one_below_may() -> None:
    agent, lead, manager, admin = (MATRIX[role] for role in Role)

    assert agent < lead < manager < admin


def test_only_managers_and_admins_see_every_team() -> None:
    assert [role.value for role in Role if sees_all_teams(role)] == ["manager", "admin"]
