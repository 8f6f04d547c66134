"""The operator's commands: `flask --app wsgi desk …`."""

from __future__ import annotations

from flask.cli import AppGroup

from smsdesk.cli import audit, backup, clocks, demo, doctor, people, shop, simulate

desk = AppGroup("desk", help="Set up and look after this SMSDesk.")
for command in (
    *shop.COMMANDS,
    *people.COMMANDS,
    *demo.COMMANDS,
    *simulate.COMMANDS,
    *clocks.COMMANDS,
    *audit.COMMANDS,
    *backup.COMMANDS,
    *doctor.COMMANDS,
):
    desk.add_command(command)
