"""What is an event about, and did a person do it: R1, R12 and the event catalogue."""

import re
from collections.abc import Mapping
from functools import lru_cache

from smena.activity.model import EventKind, Family, Nature, PanelSettings

_FAMILIES: Mapping[Family, str] = {
    Family.CALL: "incoming_call outgoing_call",
    Family.SENT: (
        "outgoing_chat_message outgoing_sms outgoing_mail entity_direct_message"
        " conversation_answered talk_closed"
    ),
    Family.RECEIVED: (
        "incoming_chat_message incoming_sms incoming_mail talk_created talk_missed_event"
    ),
    Family.TASK_REPORT: "task_added task_completed task_result_added task_deleted",
    Family.TASK_CONTROL: "task_text_changed task_type_changed task_deadline_changed",
    Family.LEAD: (
        "lead_added lead_deleted lead_restored lead_status_changed lead_linked lead_unlinked"
    ),
    Family.CARD: "customer_status_changed transaction_added",
    Family.FIELD: "custom_field_value_changed sale_field_changed name_field_changed",
    Family.LINK: (
        "entity_responsible_changed entity_tag_added entity_tag_deleted entity_linked"
        " entity_unlinked entity_merged"
    ),
    Family.NOTE: "common_note_added common_note_deleted attachment_note_added geo_note_added",
    Family.VIDEO: "zoom_conference",
    Family.SYSTEM: (
        "ltv_field_changed robot_replied intent_identified ai_result service_note_added"
        " site_visit_note_added link_followed nps_rate_added targeting_in_note_added"
        " targeting_out_note_added message_to_cashier_note_added key_action_completed"
        " picture_opened picture_closed video_opened video_closed"
    ),
}
_BY_TYPE = {word: family for family, words in _FAMILIES.items() for word in words.split()}
_BY_SHAPE = (
    (re.compile(r"custom_field_\d+_value_changed"), Family.FIELD),
    (
        re.compile(r"(contact|company|customer)_(added|deleted|restored|linked|unlinked)"),
        Family.CARD,
    ),
    (re.compile(r"meta_chat_subscription_\w+"), Family.SYSTEM),
)

MASS_FAMILIES = frozenset({Family.FIELD, Family.LEAD, Family.LINK, Family.CARD})
"""Families whose events one click makes by the dozen (R11)."""


@lru_cache(maxsize=4000)
def family_of(event_type: str) -> Family:
    """Return the family of a type; one that nobody knows is kept as OTHER."""
    found = _BY_TYPE.get(event_type)
    if found is not None:
        return found
    for shape, family in _BY_SHAPE:
        if shape.fullmatch(event_type):
            return family
    return Family.OTHER


def nature_of(kind: EventKind, settings: PanelSettings) -> Nature:
    """Say what an event of a panel's user counts as; whose user it is was decided before."""
    family = family_of(kind.type)
    if family is Family.SYSTEM:
        return Nature.MACHINE
    if family is Family.CALL:
        return Nature.CALL
    if family is Family.RECEIVED:
        return Nature.RECEIVED
    if kind.client and kind.client not in settings.clients:
        return Nature.MACHINE
    return Nature.ACTION


def is_machine(author: int, settings: PanelSettings) -> bool:
    """Say whether an author is no person: the CRM's own robot, or a service account."""
    return author <= 0 or author in settings.robots
