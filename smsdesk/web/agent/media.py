"""Pictures and files that customers sent: only for who may see the conversation, never run as anything."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, request, send_from_directory
from werkzeug.wrappers import Response

from smsdesk.desk import see
from smsdesk.models.media import MediaState
from smsdesk.web.access import me
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

media = Blueprint("media", __name__)

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf"}


@media.get("/media/<uuid:media_id>")
def show(media_id: UUID) -> Response:
    # Another site must not be able to draw our customers' pictures, even with the agent's cookie
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    found = see.media(session(), me(), media_id)
    if found.state is not MediaState.READY or found.file_name is None:
        raise see.NotThere
    name = f"from-customer-{found.id.hex[-8:]}.{ENDINGS.get(found.content_type, 'bin')}"
    answer = send_from_directory(
        wiring().settings.media.absolute(),
        found.file_name,
        mimetype=found.content_type,
        as_attachment=True,
        download_name=name,
    )
    answer.headers["Cache-Control"] = "private, max-age=3600"  # a picture never changes under its id
    return answer
