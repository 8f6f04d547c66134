"""Media: the bytes of a picture or file that a customer sent."""

from __future__ import annotations

from uuid import UUID

from flask import Response, send_from_directory

from smsdesk.desk import see
from smsdesk.models.media import MediaState
from smsdesk.web.access import me
from smsdesk.web.api.contract import operation
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring


@operation("GET", "/media/<uuid:media_id>", None)
def get_media(media_id: UUID) -> Response:
    """The bytes of a picture or file that is ready."""
    found = see.media(session(), me(), media_id)
    if found.state is not MediaState.READY or found.file_name is None:
        raise see.NotThere
    folder = wiring().settings.media.absolute()
    return send_from_directory(folder, found.file_name, mimetype=found.content_type, as_attachment=True)
