"""What is wrong with the items of a write: unknown users, stages, cards, values of a bad type."""

from collections.abc import Collection, Iterable
from typing import Any

from amocrm_emulator.account.core.field_values import troubles as value_troubles
from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    is_whole,
    missing,
    not_a_choice,
    wrong_types,
)

WHOLE = (
    "id",
    "price",
    "responsible_user_id",
    "status_id",
    "pipeline_id",
    "loss_reason_id",
    "created_at",
    "updated_at",
    "closed_at",
    "created_by",
    "updated_by",
)
WHOLE_OF_TASK = (
    "id",
    "complete_till",
    "task_type_id",
    "duration",
    "entity_id",
    "responsible_user_id",
    "created_at",
    "updated_at",
    "created_by",
)
TEXTS = ("name", "first_name", "last_name")
OF_CARDS = frozenset(
    (
        *WHOLE,
        *TEXTS,
        "custom_fields_values",
        "tags_to_add",
        "tags_to_delete",
        "_embedded",
        "request_id",
    )
)
OF_TASKS = frozenset(
    (*WHOLE_OF_TASK, "text", "entity_type", "is_completed", "result", "updated_by", "request_id")
)
OF_NOTES = frozenset(
    """id entity_id note_type params created_by responsible_user_id created_at updated_at
    is_need_to_trigger_digital_pipeline request_id""".split()  # noqa: SIM905 -- as documented
)


def check_card(crm: Crm, kind: str, item: Doc) -> list[Trouble]:
    """Check what all cards share, and a lead's stage."""
    troubles = [*wrong_types(item, WHOLE, TEXTS), *strangers(crm, item, OF_CARDS)]
    if troubles:
        return troubles
    troubles += _people(crm, item)
    troubles += check_custom_fields(crm, kind, item.get("custom_fields_values"))
    troubles += _links(crm, item)
    if kind == "leads":
        troubles += _stage(crm, item)
    return troubles


def check_task(crm: Crm, item: Doc, *, is_new: bool) -> list[Trouble]:
    """Check a task; its text and its deadline are asked of new ones only."""
    troubles = list(missing(item, ("text", "complete_till"))) if is_new else []
    troubles += wrong_types(item, WHOLE_OF_TASK, ("text",))
    troubles += strangers(crm, item, OF_TASKS)
    if troubles:
        return troubles
    troubles += _people(crm, item)
    known = {number for number, _name in crm.account.doc["task_types"]}
    if item.get("task_type_id") is not None and item["task_type_id"] not in known:
        troubles.append(not_a_choice("task_type_id"))
    if item.get("result") and not isinstance(item["result"], dict):
        troubles.append(("InvalidType", "result", "This value should be of type object."))
    return troubles + list(_card_of_task(crm, item))


def strangers(crm: Crm, item: Doc, known: Collection[str]) -> Iterable[Trouble]:
    """Name the properties that the documents do not, where accounts refuse them."""
    if crm.switches.refuses_unknown:
        for name in sorted(item.keys() - known):
            yield ("FieldNotExpected", name, "This field was not expected.")


def _people(crm: Crm, item: Doc) -> Iterable[Trouble]:
    responsible = item.get("responsible_user_id")
    if responsible is not None and not is_active(crm, responsible):
        yield not_a_choice("responsible_user_id")
    yield from check_authors(crm, item)


def check_authors(crm: Crm, item: Doc) -> Iterable[Trouble]:
    """Name the authors who do not work here (any more); the robot is one."""
    for name in ("created_by", "updated_by"):
        author = item.get(name)
        if author is not None and author != ROBOT and not is_active(crm, author):
            yield not_a_choice(name)


def is_active(crm: Crm, user: Any) -> bool:
    return is_whole(user) and user in crm.people.users and bool(crm.people.users[user]["is_active"])


def _stage(crm: Crm, item: Doc) -> Iterable[Trouble]:
    pipeline, status = item.get("pipeline_id"), item.get("status_id")
    numbers = [found["id"] for found in crm.pipelines.all]
    if pipeline is not None and pipeline not in numbers:
        yield not_a_choice("pipeline_id")
    elif status is not None:
        among = numbers if pipeline is None else [pipeline]
        if not any(crm.pipelines.takes(number, status) for number in among):
            yield not_a_choice("status_id")


def check_custom_fields(crm: Crm, kind: str, given: Any) -> Iterable[Trouble]:
    """Check the values that a write gives to a card's custom fields."""
    if given is None:
        return
    if not isinstance(given, list):
        yield ("InvalidType", "custom_fields_values", "This value should be of type array.")
        return
    for place, field in enumerate(given):
        path = f"custom_fields_values.{place}"
        known = crm.fields.find(kind, field) if isinstance(field, dict) else None
        if known is None:
            by_code = (
                isinstance(field, dict) and not field.get("field_id") and "field_code" in field
            )
            yield not_a_choice(f"{path}.{'field_code' if by_code else 'field_id'}")
        else:
            yield from value_troubles(known, field.get("values"), f"{path}.values")


def _links(crm: Crm, item: Doc) -> Iterable[Trouble]:
    """Check that the cards a new one is linked to exist; cards without id are new themselves."""
    embedded = item.get("_embedded")
    for kind in CARDS:
        linked = embedded.get(kind) if isinstance(embedded, dict) else None
        for place, card in enumerate(linked if isinstance(linked, list) else ()):
            number = card.get("id") if isinstance(card, dict) else 0
            if number is not None and not card_exists(crm, kind, number):
                yield not_a_choice(f"_embedded.{kind}.{place}.id")


def card_exists(crm: Crm, kind: Any, number: Any) -> bool:
    return kind in CARDS and is_whole(number) and crm.store.entity(kind, number) is not None


def _card_of_task(crm: Crm, item: Doc) -> Iterable[Trouble]:
    kind, number = item.get("entity_type"), item.get("entity_id")
    if number and kind is None:
        yield ("FieldMissing", "entity_type", "This field is missing.")
    elif kind is not None and kind not in CARDS:
        yield not_a_choice("entity_type")
    elif number and not card_exists(crm, kind, number):
        yield not_a_choice("entity_id")
