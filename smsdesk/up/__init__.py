"""One command that starts every part of SMSDesk, watches over it and stops it in order."""
