"""Leads, contacts, companies and tasks of the API in our words."""

from smena.connectors.amocrm.api.core.payload import (
    EntityJson,
    LinkJson,
    LinksJson,
    NamedJson,
    ResultJson,
    TaskJson,
)
from smena.connectors.amocrm.api.core.values import (
    Loose,
    duration_seconds,
    flag,
    identity,
    moment,
    moment_or_none,
    number_or_zero,
    text,
    whole,
)
from smena.connectors.amocrm.translation import fields
from smena.connectors.amocrm.translation.kinds import KINDS_BY_PATH
from smena.crm.model.details import LeadSourceId, LossReasonId
from smena.crm.model.entities import (
    Company,
    CompanyId,
    Contact,
    ContactId,
    Lead,
    LeadId,
    PipelineId,
    StatusId,
    Task,
    TaskId,
    UserId,
)

NAME_MAX = 300


def lead(json: EntityJson) -> Lead:
    links = json.embedded if isinstance(json.embedded, LinksJson) else LinksJson()
    return Lead(
        id=LeadId(identity(json.id)),
        name=text(json.name),
        price=whole(json.price),
        responsible=responsible(json.responsible_user_id),
        pipeline=PipelineId(identity(json.pipeline_id)),
        status=StatusId(identity(json.status_id)),
        created_by=UserId(number_or_zero(json.created_by)),
        updated_by=UserId(number_or_zero(json.updated_by)),
        created_at=moment(json.created_at),
        updated_at=moment(json.updated_at),
        closed_at=moment_or_none(json.closed_at),
        is_deleted=flag(json.is_deleted),
        contacts=_contacts(links.contacts),
        company=_company(links),
        tags=fields.tags(links.tags),
        fields=fields.of_card(json.custom_fields_values),
        loss_reason=LossReasonId(reason) if (reason := whole(json.loss_reason_id)) else None,
        came_from=_source(json, links),
        labour_seconds=whole(json.labor_cost),
        next_task_at=moment_or_none(json.closest_task_at),
    )


def contact(json: EntityJson) -> Contact:
    links = json.embedded if isinstance(json.embedded, LinksJson) else LinksJson()
    return Contact(
        id=ContactId(identity(json.id)),
        name=text(json.name),
        responsible=responsible(json.responsible_user_id),
        created_at=moment(json.created_at),
        updated_at=moment(json.updated_at),
        is_deleted=flag(json.is_deleted),
        phones=_field(json, "PHONE"),
        emails=_field(json, "EMAIL"),
        company=_company(links),
        tags=fields.tags(links.tags),
        fields=fields.of_card(json.custom_fields_values),
    )


def company(json: EntityJson) -> Company:
    links = json.embedded if isinstance(json.embedded, LinksJson) else LinksJson()
    return Company(
        id=CompanyId(identity(json.id)),
        name=text(json.name),
        responsible=responsible(json.responsible_user_id),
        created_at=moment(json.created_at),
        updated_at=moment(json.updated_at),
        is_deleted=flag(json.is_deleted),
        tags=fields.tags(links.tags),
        fields=fields.of_card(json.custom_fields_values),
    )


def task(json: TaskJson) -> Task:
    kind = KINDS_BY_PATH.get(json.entity_type or "")
    return Task(
        id=TaskId(identity(json.id)),
        text=text(json.text),
        type_id=number_or_zero(json.task_type_id),
        responsible=responsible(json.responsible_user_id),
        entity_kind=kind,
        entity_id=(whole(json.entity_id) or None) if kind else None,
        due_at=moment(json.complete_till),
        duration_seconds=duration_seconds(json.duration) or 0,
        is_completed=flag(json.is_completed),
        result=text(json.result.text) if isinstance(json.result, ResultJson) else "",
        created_by=UserId(number_or_zero(json.created_by)),
        created_at=moment(json.created_at),
        updated_at=moment(json.updated_at),
    )


def responsible(value: Loose) -> UserId | None:
    """Return the responsible user; 0 and nothing are nobody."""
    number = whole(value)
    return UserId(number) if number and number > 0 else None


def _contacts(links: list[LinkJson] | None) -> tuple[ContactId, ...] | None:
    """Put the main contact first and the others by number, whatever the order sent."""
    if links is None:
        return None
    ranked = sorted((not flag(link.is_main), identity(link.id)) for link in links)
    return tuple(ContactId(number) for _, number in ranked)


def _company(links: LinksJson) -> CompanyId | None:
    """Return the linked company; a list that is empty says that there is none."""
    if links.companies is None:
        return None
    if not links.companies:
        return CompanyId(0)
    return CompanyId(identity(links.companies[0].id))


def _source(json: EntityJson, links: LinksJson) -> LeadSourceId | None:
    embedded = links.source.id if isinstance(links.source, NamedJson) else None
    number = whole(json.source_id) or whole(embedded)
    return LeadSourceId(number) if number else None


def source_name(json: EntityJson) -> tuple[int, str] | None:
    """Return the source that a lead names, where it names one."""
    links = json.embedded if isinstance(json.embedded, LinksJson) else LinksJson()
    if not isinstance(links.source, NamedJson) or not links.source.name:
        return None
    number = whole(links.source.id)
    return (number, text(links.source.name)[:NAME_MAX]) if number else None


def _field(json: EntityJson, code: str) -> tuple[str, ...]:
    """Return the values of a predefined field, without those that hold no text."""
    found = [
        value.value
        for field in json.custom_fields_values or ()
        if field.field_code == code
        for value in field.values or ()
    ]
    return tuple(text(value) for value in found if isinstance(value, str | int) and value != "")
