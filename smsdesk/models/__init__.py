"""What is remembered: one singular thing a file. Importing this package knows every table."""

from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.alert import (
    Alert,
    AlertDelivery,
    AlertKind,
    AlertRecipient,
    Channel,
    DeliveryState,
    OutgoingWebhook,
    PhoneProof,
    PushSubscription,
    WebhookStyle,
)
from smsdesk.models.audit import AuditFinding, AuditRun, AuditState
from smsdesk.models.base import Base
from smsdesk.models.calendar import Calendar
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop, StopSource, StopWish, WishOutcome
from smsdesk.models.conversation import Conversation, ConversationState, Priority
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.erasure import (
    CarrierRemoval,
    ErasedPhone,
    ErasedStop,
    ErasedText,
    Erasure,
    ErasureState,
    RemovalState,
)
from smsdesk.models.event import Event
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.house_rules import HouseRulesRow
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import AuthorKind, DeliveryReport, Direction, Message, Purpose, SendAttempt
from smsdesk.models.note import Note
from smsdesk.models.number import Number
from smsdesk.models.person_export import ExportState, PersonExport
from smsdesk.models.policy import Policy, PolicyTrial, TrialState
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.models.reading import Draft, ReadMark
from smsdesk.models.rollup import RollupHour, VolumeRollup, WaitRollup
from smsdesk.models.sign_in import ApiToken, SignInLink, SignInSession, TokenScope
from smsdesk.models.team import Team
from smsdesk.models.terms import PromiseBook, TermsRow
from smsdesk.models.watch import Watch, WatchEvent, WatchEventKind
from smsdesk.rules.watches import Figure, WatchState

__all__ = [
    "Address",
    "Agent",
    "Alert",
    "AlertDelivery",
    "AlertKind",
    "AlertRecipient",
    "ApiToken",
    "AuditFinding",
    "AuditRun",
    "AuditState",
    "AuthorKind",
    "Availability",
    "Base",
    "Calendar",
    "CarrierRemoval",
    "Channel",
    "Clock",
    "ClockEvent",
    "ConsentEvent",
    "ConsentKind",
    "Conversation",
    "ConversationState",
    "Customer",
    "DeliveryReport",
    "DeliveryState",
    "Direction",
    "Draft",
    "Episode",
    "ErasedPhone",
    "ErasedStop",
    "ErasedText",
    "Erasure",
    "ErasureState",
    "Event",
    "ExportState",
    "Figure",
    "Heartbeat",
    "HouseRulesRow",
    "Media",
    "MediaState",
    "Membership",
    "Message",
    "Note",
    "Number",
    "OutgoingWebhook",
    "PersonExport",
    "PhoneProof",
    "Policy",
    "PolicyTrial",
    "Priority",
    "PromiseBook",
    "Purpose",
    "PushSubscription",
    "QuarantinedText",
    "ReadMark",
    "RemovalState",
    "RollupHour",
    "SendAttempt",
    "SignInLink",
    "SignInSession",
    "Stop",
    "StopSource",
    "StopWish",
    "Team",
    "TermsRow",
    "TokenScope",
    "TrialState",
    "VolumeRollup",
    "WaitRollup",
    "Watch",
    "WatchEvent",
    "WatchEventKind",
    "WatchState",
    "WebhookStyle",
    "WishOutcome",
]
