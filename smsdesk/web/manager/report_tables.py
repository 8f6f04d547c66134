"""The tables of a report: by number, team and person, in the order that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from smsdesk.desk.report import Report
from smsdesk.rules.packed_waits import Account
from smsdesk.web.manager import report_words as words
from smsdesk.web.manager.report_pictures import Head, Linked, Row, Table
from smsdesk.web.manager.report_questions import Question

COLUMNS = {
    "name": "",
    "count": "Waits",
    "late": "Late",
    "share": "Kept",
    "p50": "p50",
    "p90": "p90",
    "p99": "p99",
    "open50": "Open p50",
    "open90": "Open p90",
}
GONE = "somebody of another team"
NOTHING = timedelta(0)


def tables(told: Report, asked: Question) -> Iterator[Table]:
    labels = {place.id: place.label for place in asked.places}
    teams = {team.id: team.name for team in asked.teams}
    people = {person.id: person.name for person in asked.people}
    theirs = {number.id for number in asked.numbers}
    yield _table("number", "By number", "Number", told.by_number, labels, theirs, asked)
    yield _table("team", "By team", "Team", told.by_team, teams, set(teams), asked)
    yield _table("agent", "By person who answered", "Person", told.by_agent, people, set(people), asked)


def row(name: str, address: str, account: Account, asked: Question, **narrow: object) -> Row:
    """One row; `narrow` is what makes its waits out of all of them."""
    behind = asked.address("/episodes", **narrow)
    late = asked.address("/episodes", **narrow, verdict="late")
    return Row(
        name=name,
        address=address,
        count=Linked(f"{account.count:,}", behind if account.count else ""),
        late=Linked(f"{account.late:,}", late if account.late else ""),
        share=words.share(account),
        p50=words.face(account.wall.p50),
        p90=words.face(account.wall.p90),
        p99=words.face(account.wall.p99),
        open_p50=words.face(account.open.p50),
        open_p90=words.face(account.open.p90),
        thin=0 < account.count < words.FEW,
    )


def _table(
    name: str,
    title: str,
    head: str,
    accounts: Mapping[UUID, Account],
    names: Mapping[UUID, str],
    theirs: set[UUID],
    asked: Question,
) -> Table:
    descending, key = asked.sort.startswith("-"), asked.sort.lstrip("-")
    key = key if key in COLUMNS else "name"

    def place(one: tuple[UUID, Account]) -> tuple[object, str]:
        return _value(key, one[1]) if key != "name" else "", names.get(one[0], GONE).casefold()

    ordered = sorted(accounts.items(), key=place, reverse=descending)
    rows = []
    for id, account in ordered:
        shown = names.get(id, GONE)
        narrow: dict[str, object] = {name: id} if id in theirs else {}
        one = row(shown, asked.address("", **narrow) if narrow else "", account, asked, **narrow)
        rows.append(one if narrow else _without_links(one))
    return Table(name, title, tuple(_heads(name, head, asked, key, descending)), tuple(rows))


def _heads(table: str, head: str, asked: Question, key: str, descending: bool) -> Iterator[Head]:
    for column, shown in COLUMNS.items():
        here = column == key
        # A figure is looked at from its greatest, a name from its first
        turned = (f"-{column}" if not descending else column) if here else column if column == "name" else f"-{column}"
        order = ("descending" if descending else "ascending") if here else "none"
        yield Head(shown or head, asked.address(sort=turned) + f"#by-{table}", order, column != "name")


def _value(key: str, account: Account) -> object:
    match key:
        case "count":
            return account.count
        case "late":
            return account.late
        case "share":
            return account.share_kept or 0
        case "open50" | "open90":
            return (account.open.p50 if key == "open50" else account.open.p90) or NOTHING
        case _:
            return getattr(account.wall, key) or NOTHING


def _without_links(one: Row) -> Row:
    return Row(one.name, "", Linked(one.count.words), Linked(one.late.words), one.share, one.p50, one.p90, one.p99, one.open_p50, one.open_p90, one.thin)  # fmt: skip
