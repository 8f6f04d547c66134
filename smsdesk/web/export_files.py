"""The file in which a customer is taken along, as it leaves: never kept on the way."""

from __future__ import annotations

from flask import Response, send_file

from smsdesk.desk.see import NotThere
from smsdesk.models.person_export import PersonExport
from smsdesk.web.wired import wiring


def file_of(export: PersonExport) -> Response:
    """Raises NotThere where the file is not on this machine."""
    path = wiring().exports.path(export.id)
    if not path.is_file():
        raise NotThere
    name = f"customer-{export.customer_id.hex[-8:]}.zip"
    answer = send_file(path.absolute(), "application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
