"""What the API's JSON looks like. Unknown fields are ignored; nearly everything may be missing.

PHP on the other side writes `[]` for an empty object and null for an empty list, so a branch is a
union. Each item of a list is read on its own: one that cannot be read must not hold up the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from smena.connectors.amocrm.api.core.values import BadValue, Loose

Json = TypeVar("Json", bound=msgspec.Struct)
Row = TypeVar("Row")

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, BadValue)
"""All that reading a hostile body may raise."""


class BadAnswer(ValueError):  # noqa: N818 -- named after what was received
    """An answer is not JSON, is cut short, or is not shaped as the API promises."""


class LinkJson(msgspec.Struct):
    id: Loose = None
    is_main: Loose = None


class NamedJson(msgspec.Struct):
    """A tag, a source, a group: a number and its name."""

    id: Loose = None
    name: Loose = None


class LinksJson(msgspec.Struct):
    contacts: list[LinkJson] | None = None
    companies: list[LinkJson] | None = None
    leads: list[LinkJson] | None = None
    tags: list[NamedJson] | None = None
    source: NamedJson | list[Any] | None = None


class FieldValueJson(msgspec.Struct):
    value: Any = None
    enum_id: Loose = None


class FieldJson(msgspec.Struct):
    field_id: Loose = None
    field_code: str | None = None
    field_type: Loose = None
    values: list[FieldValueJson] | None = None


class EntityJson(msgspec.Struct):
    """A lead, a contact or a company: what they share and what each adds."""

    id: Loose
    name: Loose = None
    price: Loose = None
    responsible_user_id: Loose = None
    status_id: Loose = None
    pipeline_id: Loose = None
    created_by: Loose = None
    updated_by: Loose = None
    created_at: Loose = None
    updated_at: Loose = None
    closed_at: Loose = None
    is_deleted: Loose = None
    loss_reason_id: Loose = None
    source_id: Loose = None
    labor_cost: Loose = None
    closest_task_at: Loose = None
    custom_fields_values: list[FieldJson] | None = None
    embedded: LinksJson | list[Any] | None = msgspec.field(default=None, name="_embedded")


class ResultJson(msgspec.Struct):
    text: Loose = None


class TaskJson(msgspec.Struct):
    id: Loose
    text: Loose = None
    task_type_id: Loose = None
    responsible_user_id: Loose = None
    entity_id: Loose = None
    entity_type: str | None = None
    complete_till: Loose = None
    duration: Loose = None
    is_completed: Loose = None
    result: ResultJson | list[Any] | None = None
    created_by: Loose = None
    created_at: Loose = None
    updated_at: Loose = None


class CallParamsJson(msgspec.Struct):
    uniq: Loose = None
    duration: Loose = None
    source: Loose = None
    phone: Loose = None
    call_status: Loose = None
    call_responsible: Loose = None


class NoteJson(msgspec.Struct):
    id: Loose
    entity_id: Loose = None
    note_type: Loose = None
    created_by: Loose = None
    responsible_user_id: Loose = None
    created_at: Loose = None
    updated_at: Loose = None
    params: msgspec.Raw = msgspec.Raw(b"{}")


class EventEntityJson(msgspec.Struct):
    linked_talk_contact_id: Loose = None


class EventPartsJson(msgspec.Struct):
    entity: EventEntityJson | list[Any] | None = None


class EventJson(msgspec.Struct):
    id: Loose
    type: Loose = None
    entity_id: Loose = None
    entity_type: Loose = None
    created_by: Loose = None
    created_at: Loose = None
    oauth_client_uuid: Loose = None
    value_before: msgspec.Raw = msgspec.Raw(b"[]")
    value_after: msgspec.Raw = msgspec.Raw(b"[]")
    embedded: EventPartsJson | list[Any] | None = msgspec.field(default=None, name="_embedded")


Letters = dict[str, Loose] | list[Any] | None


class StageRightJson(msgspec.Struct):
    entity_type: Loose = None
    pipeline_id: Loose = None
    status_id: Loose = None
    rights: Letters = None


class RightsJson(msgspec.Struct):
    is_admin: Loose = None
    is_active: Loose = None
    is_free: Loose = None
    group_id: Loose = None
    role_id: Loose = None
    leads: Letters = None
    contacts: Letters = None
    companies: Letters = None
    customers: Letters = None
    tasks: Letters = None
    mail_access: Loose = None
    catalog_access: Loose = None
    status_rights: list[StageRightJson] | None = None


class UserJson(msgspec.Struct):
    id: Loose
    name: Loose = None
    email: Loose = None
    lang: Loose = None
    phone_number: Loose = None
    rights: RightsJson | list[Any] | None = None


class StatusJson(msgspec.Struct):
    id: Loose
    name: Loose = None
    sort: Loose = None
    color: Loose = None
    type: Loose = None


class StatusesJson(msgspec.Struct):
    statuses: list[StatusJson] | None = None


class PipelineJson(msgspec.Struct):
    id: Loose
    name: Loose = None
    sort: Loose = None
    is_main: Loose = None
    is_archive: Loose = None
    embedded: StatusesJson | list[Any] | None = msgspec.field(default=None, name="_embedded")


class DateTimeJson(msgspec.Struct):
    timezone: Loose = None


class AccountPartsJson(msgspec.Struct):
    users_groups: list[NamedJson] | None = None
    datetime_settings: DateTimeJson | list[Any] | None = None


class AccountJson(msgspec.Struct):
    id: Loose
    name: Loose = None
    subdomain: Loose = None
    current_user_id: Loose = None
    embedded: AccountPartsJson | list[Any] | None = msgspec.field(default=None, name="_embedded")


class _HrefJson(msgspec.Struct):
    href: str | None = None


class _PageLinksJson(msgspec.Struct):
    next: _HrefJson | list[Any] | None = None


class _PageJson(msgspec.Struct):
    embedded: dict[str, msgspec.Raw] | list[Any] | None = msgspec.field(
        default=None, name="_embedded"
    )
    links: _PageLinksJson | list[Any] | None = msgspec.field(default=None, name="_links")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: items still unread, and whether more follow."""

    items: tuple[msgspec.Raw, ...] = ()
    has_next: bool = False


def read_page(body: bytes, root: str) -> Page:
    """Open the HAL envelope; an empty body is an empty list (204, amocrm.md section 4.3).

    Raises BadAnswer when it is not JSON of that shape.
    """
    if not body.strip():
        return Page()
    try:
        envelope = msgspec.json.decode(body, type=_PageJson)
        raw = envelope.embedded.get(root) if isinstance(envelope.embedded, dict) else None
        items = [] if raw is None else msgspec.json.decode(raw, type=list[msgspec.Raw] | None)
    except UNREADABLE as error:
        raise BadAnswer(str(error)) from error
    links = envelope.links if isinstance(envelope.links, _PageLinksJson) else _PageLinksJson()
    has_next = isinstance(links.next, _HrefJson) and bool(links.next.href)
    return Page(tuple(items or ()), has_next)


def read_one(body: bytes, kind: type[Json]) -> Json:
    """Read a bare object; raises BadAnswer when it is not JSON of that shape."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except UNREADABLE as error:
        raise BadAnswer(str(error)) from error


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """Items that could be read as our rows, and the reasons of those that could not."""

    good: tuple[Row, ...] = ()
    malformed: tuple[str, ...] = ()


def read_rows(
    items: Sequence[msgspec.Raw], kind: type[Json], translate: Callable[[Json], Row]
) -> Rows[Row]:
    """Translate item by item; a malformed one is set aside."""
    decoder = msgspec.json.Decoder(kind, strict=False)
    good: list[Row] = []
    malformed: list[str] = []
    for item in items:
        try:
            good.append(translate(decoder.decode(item)))
        except UNREADABLE as error:
            malformed.append(f"{kind.__name__}: {error}"[:300])
    return Rows(tuple(good), tuple(malformed))
