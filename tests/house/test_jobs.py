"""Every job that is asked for exists, and every queue has a worker."""

from __future__ import annotations

import ast
from importlib import import_module

from config.queues import QUEUES
from smsdesk.adapters.queue import JOBS
from tests.house.sources import ROOT, sources


def test_every_job_that_is_asked_for_exists() -> None:
    asked = {
        (source.where, call.args[1].value)
        for source in sources()
        for call in source.calls()
        if _name(call) == "later" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }

    assert asked, "nothing was found: has `later` another name?"
    assert {(where, job) for where, job in asked if job not in JOBS} == set()


def test_every_job_is_a_function_of_the_worker_of_its_queue() -> None:
    for queue, function in JOBS.values():
        module, _, name = function.rpartition(".")
        assert queue in QUEUES
        assert module == f"workers.{queue}"
        assert callable(getattr(import_module(module), name))


def test_every_queue_has_a_worker_that_the_procfile_starts() -> None:
    procfile = (ROOT / "Procfile").read_text()

    for queue in QUEUES:
        assert (ROOT / "workers" / f"{queue}.py").exists()
        assert f"python -m workers.start {queue}" in procfile


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
