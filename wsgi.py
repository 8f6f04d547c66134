"""Where a web server and `flask --app wsgi` find the application."""

import sys

from config.settings import BadSettings
from smsdesk.app import create_app

try:
    app = create_app()
except BadSettings as error:
    sys.exit(str(error))
