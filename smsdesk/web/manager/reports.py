"""Reports: the page, its inside as a fragment for live updates, what is behind a figure, and both as files."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, render_template, request

from smsdesk.adapters import clock
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.report_episodes import episodes_picture, narrow, read_cursor
from smsdesk.web.manager.report_files import summary_lines, wait_lines
from smsdesk.web.manager.report_overviews import report_picture
from smsdesk.web.manager.report_pictures import ReportPicture
from smsdesk.web.manager.report_questions import Question, question
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

reports = Blueprint("reports", __name__)


@reports.get("")
def index() -> str:
    now = clock.now()
    return render_template("manager/reports.html", page=_picture(now), **surroundings(now))


@reports.get("/figures")
def inside() -> str:
    return render_template("manager/_reports.html", page=_picture(clock.now()))


@reports.get("/episodes")
def episodes() -> str:
    now, asked = clock.now(), _asked()
    which, after = narrow(request.args, asked), read_cursor(request.args.get("after", ""))
    page = episodes_picture(session(), me(), asked, which, after, now)
    return render_template("manager/report_episodes.html", page=page, **surroundings(now))


@reports.get("/waits.csv")
def waits_csv() -> Response:
    asked, now = _asked(), clock.now()
    # The file is written while it is fetched, long after this request's own look is over
    told = wait_lines(wiring().database, me().id, asked, narrow(request.args, asked), wiring().settings.public_url, now)
    return _file(told, asked, "waits")


@reports.get("/summary.csv")
def summary_csv() -> Response:
    asked = _asked()
    return _file(summary_lines(session(), asked.asked(me()), asked, clock.now()), asked, "summary")


def _asked() -> Question:
    return question(session(), me(), request.args, clock.now())


def _picture(now: datetime) -> ReportPicture:
    return report_picture(session(), me(), _asked(), request.args.get("heat", ""), now)


def _file(lines: object, asked: Question, what: str) -> Response:
    answer = Response(lines, mimetype="text/csv")  # type: ignore[arg-type]
    name = f"smsdesk-{what}-{asked.period.first}-to-{asked.period.last}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
