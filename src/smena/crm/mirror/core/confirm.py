"""What an entity looks like in the mirror once the CRM has confirmed our change of it.

Fields and tags are not laid over the row here: the answer does not tell what became of them, and
the next reading of lists, which has the last word, brings them.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from smena.crm.model.entities import CLOSED, Company, Contact, Lead, Task
from smena.crm.outbox.model import ChangeCompany, ChangeContact, ChangeLead, ChangeTask


def lead(row: Lead, change: ChangeLead, at: datetime) -> Lead:
    told = replace(row, **_said(change, "responsible", "name", "price"), updated_at=at)
    if change.stage is None:
        return told
    closed_at = (row.closed_at or at) if change.stage.status in CLOSED else None
    return replace(
        told, pipeline=change.stage.pipeline, status=change.stage.status, closed_at=closed_at
    )


def contact(row: Contact, change: ChangeContact, at: datetime) -> Contact:
    return replace(row, **_said(change, "responsible", "name"), updated_at=at)


def company(row: Company, change: ChangeCompany, at: datetime) -> Company:
    return replace(row, **_said(change, "responsible", "name"), updated_at=at)


def task(row: Task, change: ChangeTask, at: datetime) -> Task:
    said = _said(change, "responsible", "text", "type_id", "due_at", "is_completed", "result")
    return replace(row, **said, updated_at=at)


def _said(change: object, *names: str) -> dict[str, Any]:
    """Return those of the named values that a change says something about."""
    return {name: getattr(change, name) for name in names if getattr(change, name) is not None}
