"""The words of a plan: who does what, when, and to which kind of thing."""

from dataclasses import dataclass
from enum import StrEnum

ROBOT = 0  # amoCRM writes author 0 for robots and for anybody unknown


class Verb(StrEnum):
    CALL_OUT = "call_out"
    CALL_IN = "call_in"
    MESSAGE_OUT = "message_out"
    MESSAGE_IN = "message_in"
    NOTE = "note"
    STAGE = "stage"
    PRICE = "price"
    FIELD = "field"
    RENAME = "rename"
    TASK_ADD = "task_add"
    TASK_DONE = "task_done"
    TASK_MOVE = "task_move"
    LEAD_NEW = "lead_new"
    LEAD_AGAIN = "lead_again"
    SERVICE_NOTE = "service_note"
    LINK = "link"


class ActTarget(StrEnum):
    """What an act is about; found when the act is performed, not when it is planned."""

    MY_LEAD = "one of my open leads, a fresh one first"
    SAME_LEAD = "the lead I worked on last"
    MY_TASK = "one of my open tasks, an overdue one first"
    RECENT_LEAD = "one of the leads that came lately, whoever has it"
    NEW_CUSTOMER = "a customer not seen before"
    OLD_CUSTOMER = "a customer who came earlier"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person (or of an integration under the person's name).

    `at` is the moment it is saved. A call is saved when it ends, so it lasts
    `[at - seconds, at)`; `seconds` 0 is a call without a talk. `roll` makes the later choices.
    """

    at: int
    person: int
    verb: Verb
    target: ActTarget
    roll: int
    seconds: int = 0
    is_integration: bool = False
