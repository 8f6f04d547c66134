"""What is remembered: one singular thing a file. Importing this package knows every table."""

from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.alert import Alert, AlertKind, AlertRecipient
from smsdesk.models.base import Base
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.event import Event
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import AuthorKind, DeliveryReport, Direction, Message, SendAttempt
from smsdesk.models.note import Note
from smsdesk.models.number import Number
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.models.reading import Draft, ReadMark
from smsdesk.models.sign_in import ApiToken, SignInLink, SignInSession, TokenScope
from smsdesk.models.team import Team

__all__ = [
    "Address",
    "Agent",
    "Alert",
    "AlertKind",
    "AlertRecipient",
    "ApiToken",
    "AuthorKind",
    "Availability",
    "Base",
    "Clock",
    "ClockEvent",
    "ConsentEvent",
    "ConsentKind",
    "Conversation",
    "ConversationState",
    "Customer",
    "DeliveryReport",
    "Direction",
    "Draft",
    "Episode",
    "Event",
    "Heartbeat",
    "Media",
    "MediaState",
    "Membership",
    "Message",
    "Note",
    "Number",
    "QuarantinedText",
    "ReadMark",
    "SendAttempt",
    "SignInLink",
    "SignInSession",
    "Stop",
    "Team",
    "TokenScope",
]
