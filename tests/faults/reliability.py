"""`python -m tests.faults.reliability`: writes docs/reliability.md from what the last `make faults` found, and from what others say of theirs."""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.ledger_of_runs import RESULTS
from tests.faults.oracles import WHERE

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"
PEERS = HERE / "peers.toml"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
LONG_ENOUGH_TO_GROW = 300  # seconds
SOAK, ANYTHING = "test_f67_", "test_whatever_"
NAME = re.compile(r"::test_((?:f[0-9]+b?_)*)(\w+)(?:\[(.*)\])?$")
KINDS = {
    "redis killed": "Redis killed",
    "web killed": "the whole web killed",
    "web child killed": "one web process killed",
}
SPELT = {
    "sql": "SQL",
    "redis": "Redis",
    "postgresql": "PostgreSQL",
    "sqlite": "SQLite",
    "sqlites": "SQLite's",
    "postgresqls": "PostgreSQL's",
    "stop": "STOP",
}
LIMITS = """\
- **A power cut** was not tried: processes and servers were killed, machines were not. SQLite and PostgreSQL sync each commit; that the disk keeps what it says is the disk's promise.
- **Exactly once** cannot be promised: the carrier takes no key by which it would know a repetition. What is promised is at most once for each approval, and that whatever may not have gone is shown to a person, who decides.
- **A worker that dies between noting a call and making it** leaves a text that certainly did not go and looks as if it might have. After the carrier's list has been without it for ten minutes, a person is asked.
- **Texts of customers that the carrier could not bring** while the web was away are fetched from its log, within about six minutes of the web's return; they wait from then on."""


def main() -> None:
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


def page(results: dict[str, Any]) -> str:
    cases = results["cases"]
    parts = [
        "# What happens when things break",
        _opening(results),
        "## In one look",
        _sum(cases),
        "## Everything killed at random",
        _soaks(cases),
        "## Anything, in any order",
        _histories(cases),
        "## More than usual",
        _loads(cases),
        "## Case by case",
        "Each line is a claim that a test holds; a number says in how many variations it ran on that database, such as at each place where a process can die. "
        "Case numbers are those of the list that the tests are kept by.",
        _table(("case", "what was found to hold", *DATABASES.values(), "either"), _cases(cases)),
        "## The same faults elsewhere",
        "What others have written down in public, and where. It says nothing about versions after that.",
        _table(("case", "fault", "where", "what happened", "source"), _peers()),
        "## What must hold, and where it is asked",
        "I1 to I5 compare the carrier's own ledger, what it was answered, and the database, in almost every case above. What the database alone can answer is asked with the code of `desk doctor`, which asks it in production.",
        _table(("", "what must hold", "asked in"), _invariants()),
        "## What is not promised, and what was not tried",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _opening(results: dict[str, Any]) -> str:
    machine, days = results["machine"], sorted({case["on"] for case in results["cases"].values()})
    ran = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return (
        "SMSDesk's promise is: **a text that was acknowledged to the carrier is in its thread, once; an answer that somebody approved is accepted by the carrier at most once; and whatever did not arrive is shown.** "
        "This page says how that was tried. `make faults` runs everything on it, with real processes, databases and Redis and a pretend carrier that keeps a ledger of its own, and writes what it found to "
        "`tests/faults/results.json`; `python -m tests.faults.reliability` makes this page of it, and a test holds the two together.\n\n"
        f"Run on {ran}, on {machine['processors']} processors with {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}; the machine did other work at the same time."
    )


def _sum(cases: dict[str, Any]) -> str:
    counted = [case["counted"] for case in cases.values()]
    totals = {name: sum(int(one.get(name, 0)) for one in counted) for name in ("texts_in", "texts_out", "lost", "twice")}  # fmt: skip
    failed = [name for name, case in cases.items() if case["outcome"] != "passed"]
    rows = [
        ("cases, each on each database and in each variation", f"{len(cases):,}"),
        ("of which failed", f"{len(failed):,}"),
        ("faults injected", f"{sum(_faults(case) for case in cases.values()):,}"),
        ("texts of customers stored", f"{totals['texts_in']:,}"),
        ("answers that the carrier accepted", f"{totals['texts_out']:,}"),
        ("acknowledged texts lost", f"**{totals['lost']}**"),
        ("answers sent twice", f"**{totals['twice']}**"),
    ]
    return _table(("", "each case as it was last run"), rows)


def _soaks(cases: dict[str, Any]) -> str:
    soaks = {_database(case): case["counted"] for name, case in sorted(cases.items()) if SOAK in name and case["counted"]}  # fmt: skip
    kinds = sorted({kind for soak in soaks.values() for kind in soak["faults"]})
    waits = sorted({name for soak in soaks.values() for name in soak["recovered_s"]})
    values: list[tuple[str, ...]] = [
        ("length", *(f"{soak['seconds'] / 60:.1f} minutes" for soak in soaks.values())),
        ("seed", *(str(soak["seed"]) for soak in soaks.values())),
        *((KINDS.get(kind, kind), *(str(soak["faults"].get(kind, 0)) for soak in soaks.values())) for kind in kinds),
        ("texts of customers", *(f"{soak['texts_in']:,}" for soak in soaks.values())),
        ("answers accepted by the carrier", *(f"{soak['texts_out']:,}" for soak in soaks.values())),
        ("acknowledged texts lost", *(f"**{soak['lost']}**" for soak in soaks.values())),
        ("answers sent twice", *(f"**{soak['twice']}**" for soak in soaks.values())),
        ("from the last fault until nothing waited", *(f"{soak['caught_up_s']} s" for soak in soaks.values())),
        *((f"back after {name} was away", *(f"{soak['recovered_s'][name]} s" for soak in soaks.values())) for name in waits),
    ]  # fmt: skip
    words = (
        "Customers text, agents answer, reports come late, twice, out of order or not at all, and every few seconds something is killed or turns odd, chosen by the seed: web processes, each worker, the clock, Redis, "
        "the database, the carrier. The product's own supervisor starts again what died. In the end every invariant below is asked, and `desk doctor` has to be content. Then each thing that SMSDesk leans on is taken away once more under load, "
        "and the time is taken from its return until nothing waits: no text on its way, no file in the spool, no customer without an agent, no alert untold. A claim that a killed worker held is free again after 45 seconds."
    )
    return f"{words}\n\n{_table(('', *soaks), values)}"


def _histories(cases: dict[str, Any]) -> str:
    found = {_database(case): case["counted"] for name, case in sorted(cases.items()) if ANYTHING in name and case["counted"]}  # fmt: skip
    words = (
        "A random state machine lives through histories in one process, with the real application, database and carrier client, and with a clock that it sets: texts, repetitions, reports in any order, answers, double presses, "
        "STOPs, processes that die at each place where that could matter, everything ended and started anew, odd answers of the carrier, lists that lag or omit, hours that pass, and a machine's clock that is set back by up to five minutes. After each the ledgers are compared; a history that breaks something is shortened to the fewest steps."
    )
    rows = [
        ("histories", *(str(one["histories"]) for one in found.values())),
        ("steps in each, at most", *(str(one["steps"]) for one in found.values())),
        ("seed", *(str(one["seed"]) for one in found.values())),
    ]
    return f"{words}\n\n{_table(('', *found), rows)}" if found else words


def _loads(cases: dict[str, Any]) -> str:
    """The long form of the load, one column a database."""
    ran = {name: case["counted"]["load"] for name, case in cases.items() if "load" in case["counted"]}
    kinds = [kind for kind in DATABASES if any(f"[{kind}]" in name for name in ran)]
    columns = [[_load_in_words(ran[name]) for name in sorted(ran) if f"[{kind}]" in name] for kind in kinds]
    rows = [row for together in zip(*columns, strict=True) for row in _beside_each_other(together)]
    words = (
        "Texts arrive by a schedule, however slow the answers are, at a whole installation that shares the machine with whoever sends them; the time of each counts from the moment at which it was due. "
        "What one installation is claimed to bear, and how this was measured, stands in [what it costs](costs.md)."
    )
    return f"{words}\n\n{_table(('', *(DATABASES[kind] for kind in kinds)), rows)}" if ran else words


def _beside_each_other(told: tuple[dict[str, str], ...]) -> Iterator[tuple[str, ...]]:
    for what in told[0]:
        yield what, *(one[what] for one in told)


def _load_in_words(found: dict[str, Any]) -> dict[str, str]:
    text, name = found["text"], f"{found['a second']:g} texts a second for {found['seconds']:g} s"
    if found.get("cores") == 1:
        name = f"{found['a second']:g} texts a second on one core alone, for {found['seconds']:g} s"
    if "flood" in found:
        name = f"{found['a second']:g} a second, and in the second half 83 more from one phone"
        told = {
            f"{name}: p95 of the others' texts, before and then": f"{text['p95_before']} and {text['p95_during']} ms"
        }
        told["p95 of the queue page, before and then"] = f"{found['page']['p95_before']} and {found['page']['p95_during']} ms"  # fmt: skip
        return told | {"of these, acknowledged and lost": f"**{found['lost']}**"}
    told = _of_posts(name, text)
    if "report" in found:
        told |= _of_posts(f"with them {found['reports a second']:g} reports of the carrier a second", found["report"])
    told |= {f"{name}: acknowledged and lost": f"**{found['lost'] + found.get('reports_lost', 0)}**"}
    if found["seconds"] >= LONG_ENOUGH_TO_GROW:
        grown = found["a_minute"]
        told[f"{name}: grown by in a minute of the second half, all processes together"] = (
            f"{grown['memory']} MiB, {grown['files']} files, {grown['threads']} threads"
        )
    return told


def _of_posts(name: str, told: dict[str, Any]) -> dict[str, str]:
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(told["answers"].items()))
    return {
        f"{name}: answers": answers,
        f"{name}: p50, p95, p99, the slowest": f"{told['p50']}, {told['p95']}, {told['p99']}, {told['slowest']} ms",
    }


def _cases(cases: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    lines: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, case in cases.items():
        found = NAME.search(name)
        if found and case["outcome"] == "passed":
            numbers = ", ".join(number.upper() for number in found[1].split("_") if number)
            lines[numbers, _sentence(found[2])][_database(case)] += 1
    for (numbers, sentence), ran in sorted(lines.items(), key=lambda line: (line[0][0] or "~", line[0][1])):
        yield numbers, sentence, *(str(ran.get(kind) or "") for kind in (*DATABASES.values(), "either"))


def _sentence(name: str) -> str:
    words = " ".join(SPELT.get(word, word) for word in name.split("_"))
    return f"{words[:1].upper()}{words[1:]}."


def _database(case: dict[str, Any]) -> str:
    return DATABASES.get(case["database"], "either")


def _faults(case: dict[str, Any]) -> int:
    faults = case["counted"].get("faults", 1)
    return sum(faults.values()) if isinstance(faults, dict) else int(faults)


def _peers() -> Iterator[tuple[str, ...]]:
    for peer in tomllib.loads(PEERS.read_text())["peer"]:
        yield peer["case"], peer["fault"], peer["who"], peer["what"], f"<{peer['source']}>"


def _invariants() -> Iterator[tuple[str, ...]]:
    for name, (words, places) in WHERE.items():
        yield name, words, ", ".join(f"`{place}`" for place in places) or "by no test yet"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
