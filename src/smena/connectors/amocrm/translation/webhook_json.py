"""Cards and tasks of a webhook as the API would write them, so that one translation serves both.

What a body does not say stays unsaid: it names no links but a contact's company, and tags and
fields only where there are some.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.api.core.form import Tree, branch, branches, leaf
from smena.connectors.amocrm.api.core.payload import (
    EntityJson,
    FieldJson,
    FieldValueJson,
    LinkJson,
    LinksJson,
    NamedJson,
    ResultJson,
    TaskJson,
)
from smena.connectors.amocrm.api.core.values import (
    identity_or_zero,
    local_moment,
    seconds_of,
    whole,
)
from smena.connectors.amocrm.translation.kinds import KINDS_BY_NUMBER, PATHS

Types = Mapping[int, str]
"""What kind each custom field is of: the API says it beside the values, a body does not."""


def lead(item: Tree, types: Types) -> EntityJson:
    return _card(item, types, LinksJson(tags=_tags(item)))


def contact(item: Tree, types: Types) -> EntityJson:
    number = whole(leaf(item, "linked_company_id")) or 0
    companies = [LinkJson(number)] if number > 0 else None
    return _card(item, types, LinksJson(companies=companies, tags=_tags(item)))


def company(item: Tree, types: Types) -> EntityJson:
    return _card(item, types, LinksJson(tags=_tags(item)))


def task(item: Tree, zone: ZoneInfo) -> TaskJson:
    """Return a task; its moments are texts on the account's clock in old bodies."""
    kind = KINDS_BY_NUMBER.get(leaf(item, "element_type"))
    return TaskJson(
        id=leaf(item, "id"),
        text=leaf(item, "text"),
        task_type_id=first(item, "task_type_id", "task_type"),
        responsible_user_id=leaf(item, "responsible_user_id"),
        entity_id=leaf(item, "element_id"),
        entity_type=PATHS[kind] if kind else None,
        complete_till=_seconds(item, zone, "complete_before", "complete_till"),
        is_completed=leaf(item, "status"),
        result=ResultJson(leaf(branch(item, "result"), "text")),
        created_by=leaf(item, "created_user_id"),
        created_at=_seconds(item, zone, "created_at", "date_create"),
        updated_at=_seconds(item, zone, "updated_at", "last_modified"),
    )


def first(item: Tree, *keys: str) -> str:
    """Return the first text that is not empty: new bodies and old ones differ in names."""
    return next((text for key in keys if (text := leaf(item, key))), "")


def _card(item: Tree, types: Types, links: LinksJson) -> EntityJson:
    return EntityJson(
        id=leaf(item, "id"),
        name=leaf(item, "name"),
        price=leaf(item, "price"),
        responsible_user_id=leaf(item, "responsible_user_id"),
        status_id=leaf(item, "status_id"),
        pipeline_id=leaf(item, "pipeline_id"),
        created_by=leaf(item, "created_user_id"),
        updated_by=leaf(item, "modified_user_id"),
        created_at=first(item, "created_at", "date_create"),
        updated_at=first(item, "updated_at", "last_modified"),
        custom_fields_values=[_field(one, types) for one in _branches(item, "custom_fields")],
        embedded=links,
    )


def _field(item: Tree, types: Types) -> FieldJson:
    number = leaf(item, "id")
    return FieldJson(
        field_id=number,
        field_code=leaf(item, "code"),
        field_type=types.get(identity_or_zero(number), ""),
        values=[_value(one) for one in branch(item, "values").values()],
    )


def _value(value: "Tree | str") -> FieldValueJson:
    """Return a value: a bare text (dates), a branch with its choice, or one of many parts."""
    if isinstance(value, str) or ("value" not in value and "enum" not in value):
        return FieldValueJson(value)
    return FieldValueJson(value.get("value", ""), leaf(value, "enum"))


def _tags(item: Tree) -> list[NamedJson]:
    return [NamedJson(leaf(one, "id"), leaf(one, "name")) for one in _branches(item, "tags")]


def _branches(item: Tree, key: str) -> list[Tree]:
    return branches(branch(item, key))


def _seconds(item: Tree, zone: ZoneInfo, *keys: str) -> int:
    return seconds_of(local_moment(first(item, *keys), zone))
