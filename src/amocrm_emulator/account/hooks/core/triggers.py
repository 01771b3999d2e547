"""Triggers of the digital pipeline: which move fires one, and what it sends. Pure.

A plain trigger sends the form of "send webhook"; a widget's sends an event with the widget's
settings, as JSON by the documents, as a form by what was seen. The salesbot is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

LEAD_ADDED, LEAD_STATUS_CHANGED, LEAD_APPEARED = 1, 14, 15
TYPE_CODES = {
    LEAD_ADDED: "lead_added",
    LEAD_STATUS_CHANGED: "lead_status_changed",
    LEAD_APPEARED: "lead_appeared_in_status",
}
LEAD = 2
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Trigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was put into a stage. Several stages: stretched over them, `action_multiple`."""

    pipeline: int
    statuses: Annotated[list[int], Meta(min_length=1)]
    url: Annotated[str, Meta(pattern="^https?://")]
    kind: Literal["webhook", "widget"] = "webhook"
    encoding: Literal["json", "form"] = "json"
    settings: dict[str, str] = {}


class Move(msgspec.Struct, frozen=True):
    """A lead that came to a stage; `old_status` None: it was created there."""

    lead: int
    pipeline: int
    status: int
    old_pipeline: int | None = None
    old_status: int | None = None


class TriggerAccount(msgspec.Struct, frozen=True):
    id: int
    subdomain: str


class Firing(msgspec.Struct, frozen=True):
    """The type of the event, and the direction of the move: none for a new lead."""

    type: int
    direction: str | None


def fire(trigger: Trigger, move: Move) -> Firing | None:
    """Tell what a move means for a trigger; None: nothing."""
    was_inside = move.old_pipeline == trigger.pipeline and move.old_status in trigger.statuses
    is_inside = move.pipeline == trigger.pipeline and move.status in trigger.statuses
    is_stretched = len(trigger.statuses) > 1
    if is_inside and move.old_status is None:
        return Firing(LEAD_ADDED, None)
    if is_inside and not was_inside:
        return Firing(LEAD_STATUS_CHANGED, "went_to_trigger")
    if is_inside and is_stretched and move.old_status != move.status:
        return Firing(LEAD_APPEARED, "went_in_trigger")
    if was_inside and not is_inside and is_stretched and trigger.kind == "widget":
        return Firing(LEAD_STATUS_CHANGED, "went_from_trigger")
    return None


def body(
    trigger: Trigger, move: Move, firing: Firing, account: TriggerAccount, at: int
) -> tuple[str, bytes]:
    """Return the content type and the body of a firing."""
    if trigger.kind == "webhook":
        return FORM, urlencode(list(_plain(move, account))).encode()
    tree = _event(trigger, move, firing, account, at)
    if trigger.encoding == "json":
        return JSON, msgspec.json.encode(tree)
    return FORM, urlencode(list(flat("", tree))).encode()


def _plain(move: Move, account: TriggerAccount) -> Iterator[tuple[str, object]]:
    """Yield the fields of "send webhook": here the account comes last."""
    action = "add" if move.old_status is None else "status"
    fields = {"id": move.lead, "status_id": move.status, "pipeline_id": move.pipeline}
    if move.old_status is not None and move.old_pipeline is not None:
        fields |= {"old_status_id": move.old_status, "old_pipeline_id": move.old_pipeline}
    for name, value in fields.items():
        yield f"leads[{action}][0][{name}]", value
    yield "account[id]", account.id
    yield "account[subdomain]", account.subdomain


def _event(
    trigger: Trigger, move: Move, firing: Firing, account: TriggerAccount, at: int
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": move.lead,
        "element_type": LEAD,
        "status_id": move.status,
        "pipeline_id": move.pipeline,
    }
    if firing.direction is not None:
        data["direction_of_movement"] = firing.direction
    return {
        "event": {
            "type": firing.type,
            "type_code": TYPE_CODES[firing.type],
            "data": data,
            "time": at,
        },
        "action": {"settings": {"widget": {"settings": trigger.settings}}},
        "subdomain": account.subdomain,
        "account_id": account.id,
    }


def flat(prefix: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Write a tree as PHP's `http_build_query` does."""
    for name, value in tree.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, Mapping):
            yield from flat(key, value)
        else:
            yield key, value
