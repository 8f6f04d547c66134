"""Where a web server and `flask --app wsgi` find the application."""

from smsdesk.app import create_app

app = create_app()
