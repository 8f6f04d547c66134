"""Twilio: sending, reading its forms, signing and checking. The only place that knows the official client."""

from smsdesk.adapters.twilio.client import TwilioCarrier
from smsdesk.adapters.twilio.forms import BadForm, read_inbound, read_oddity, read_status
from smsdesk.adapters.twilio.signatures import check, sign

__all__ = ["BadForm", "TwilioCarrier", "check", "read_inbound", "read_oddity", "read_status", "sign"]
