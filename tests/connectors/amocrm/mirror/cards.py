"""The first half of the comparison: cards, people, stages, events and calls.

It reads the CRM's API and the mirror's tables on its own: no code of the connector.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from smena.kernel.db import Tx
from tests.connectors.amocrm.mirror.details import Reader, Rows

PLURAL = {"lead": "leads", "contact": "contacts", "company": "companies", "customer": "customers"}


async def _crm_leads(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["name"], row["price"], row["responsible_user_id"], row["pipeline_id"],
            row["status_id"], row["created_by"], row["updated_by"], row["created_at"],
            row["updated_at"], row["closed_at"],
            tuple(sorted(link["id"] for link in row["_embedded"]["contacts"])),
            next((link["id"] for link in row["_embedded"]["companies"]), None),
        )
        for row in await reader.all("leads", **{"with": "contacts", "order[id]": "asc"})
    }  # fmt: skip


async def _crm_contacts(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["name"], row["responsible_user_id"], row["created_at"], row["updated_at"],
            _values(row, "PHONE"), _values(row, "EMAIL"),
            next((link["id"] for link in row["_embedded"]["companies"]), None),
        )
        for row in await reader.all("contacts", **{"order[id]": "asc"})
    }  # fmt: skip


async def _crm_companies(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["name"], row["responsible_user_id"], row["created_at"], row["updated_at"],
        )
        for row in await reader.all("companies", **{"order[id]": "asc"})
    }  # fmt: skip


async def _crm_tasks(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["text"], row["task_type_id"], row["responsible_user_id"],
            row["entity_type"], row["entity_id"] or None, row["complete_till"], row["duration"],
            row["is_completed"], row["result"]["text"] if row["result"] else "",
            row["created_by"], row["created_at"], row["updated_at"],
        )
        for row in await reader.all("tasks", **{"order[id]": "asc"})
    }  # fmt: skip


async def _crm_users(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["name"], row["email"], row["rights"]["group_id"] or 0,
            row["rights"]["is_active"], row["rights"]["is_admin"],
        )
        for row in await reader.all("users")
    }  # fmt: skip


async def _crm_stages(reader: Reader, _since: int) -> Rows:
    return {
        (pipeline["id"], stage["id"]): (
            pipeline["name"], pipeline["is_main"], stage["name"], stage["sort"], stage["type"],
        )
        for pipeline in await reader.all("leads/pipelines")
        if not pipeline["is_archive"]
        for stage in pipeline["_embedded"]["statuses"]
    }  # fmt: skip


async def _crm_events(reader: Reader, since: int) -> Rows:
    rows = await reader.all("events", limit=100, **{"filter[created_at][from]": since})
    return {
        row["id"]: (
            row["type"], row["created_at"], row["created_by"], row["entity_type"],
            row["entity_id"], row["value_before"], row["value_after"],
        )
        for row in rows
    }  # fmt: skip


async def _crm_calls(reader: Reader, since: int) -> Rows:
    found: Rows = {}
    for kind, plural in PLURAL.items():
        if kind == "customer":
            continue
        filters = {"filter[note_type][0]": "call_in", "filter[note_type][1]": "call_out"}
        for row in await reader.all(f"{plural}/notes", **filters):
            if row["updated_at"] >= since:
                found[row["id"]] = (
                    kind, row["entity_id"], row["note_type"][5:], row["params"].get("duration"),
                    str(row["params"].get("phone") or ""), row["created_at"],
                )  # fmt: skip
    return found


async def _leads(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, name, price, responsible_id, pipeline_id, status_id, created_by, updated_by,"
        " created_at, updated_at, closed_at, contact_ids, company_id FROM crm_lead"
        " WHERE account_id = :account AND NOT is_deleted",
        account=tx.account,
    )
    return {
        row.id: (
            row.name, row.price, row.responsible_id, row.pipeline_id, row.status_id,
            row.created_by, row.updated_by, _unix(row.created_at), _unix(row.updated_at),
            _unix(row.closed_at), tuple(sorted(row.contact_ids)), row.company_id or None,
        )
        for row in rows
    }  # fmt: skip


async def _contacts(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, name, responsible_id, created_at, updated_at, phones, emails, company_id"
        " FROM crm_contact WHERE account_id = :account AND NOT is_deleted",
        account=tx.account,
    )
    return {
        row.id: (
            row.name, row.responsible_id, _unix(row.created_at), _unix(row.updated_at),
            tuple(row.phones), tuple(row.emails), row.company_id or None,
        )
        for row in rows
    }  # fmt: skip


async def _companies(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, name, responsible_id, created_at, updated_at FROM crm_company"
        " WHERE account_id = :account AND NOT is_deleted",
        account=tx.account,
    )
    return {
        row.id: (row.name, row.responsible_id, _unix(row.created_at), _unix(row.updated_at))
        for row in rows
    }


async def _tasks(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, text, type_id, responsible_id, entity_kind, entity_id, due_at,"
        " duration_seconds, is_completed, result, created_by, created_at, updated_at FROM crm_task"
        " WHERE account_id = :account AND NOT is_deleted",
        account=tx.account,
    )
    return {
        row.id: (
            row.text, row.type_id, row.responsible_id, PLURAL.get(row.entity_kind), row.entity_id,
            _unix(row.due_at), row.duration_seconds, row.is_completed, row.result, row.created_by,
            _unix(row.created_at), _unix(row.updated_at),
        )
        for row in rows
    }  # fmt: skip


async def _users(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, name, email, group_id, is_active, is_admin FROM crm_user"
        " WHERE account_id = :account",
        account=tx.account,
    )
    return {
        row.id: (row.name, row.email, row.group_id, row.is_active, row.is_admin) for row in rows
    }


async def _stages(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT p.id AS pipeline, s.id, p.name AS pipeline_name, p.is_main, s.name, s.sort, s.kind"
        " FROM crm_pipeline p JOIN crm_status s"
        "   ON s.account_id = p.account_id AND s.pipeline_id = p.id"
        " WHERE p.account_id = :account AND NOT p.is_archive",
        account=tx.account,
    )
    return {
        (row.pipeline, row.id): (row.pipeline_name, row.is_main, row.name, row.sort, row.kind)
        for row in rows
    }


async def _events(tx: Tx, since: int) -> Rows:
    rows = await tx.rows(
        "SELECT e.id, w.word, e.at, e.author_id, e.entity_kind, e.entity_id, e.before, e.after"
        " FROM crm_event e JOIN crm_event_word w"
        "   ON w.account_id = e.account_id AND w.id = e.type_id"
        " WHERE e.account_id = :account AND e.at >= to_timestamp(:since)",
        account=tx.account,
        since=since,
    )
    return {
        row.id: (
            row.word, _unix(row.at), row.author_id, row.entity_kind, row.entity_id,
            json.loads(row.before or b"[]"), json.loads(row.after or b"[]"),
        )
        for row in rows
    }  # fmt: skip


async def _calls(tx: Tx, since: int) -> Rows:
    rows = await tx.rows(
        "SELECT note_id, entity_kind, entity_id, direction, duration_seconds, phone, stamp"
        " FROM crm_call WHERE account_id = :account AND stamp >= to_timestamp(:since)",
        account=tx.account,
        since=since,
    )
    return {
        row.note_id: (
            row.entity_kind, row.entity_id, row.direction, row.duration_seconds, row.phone,
            _unix(row.stamp),
        )
        for row in rows
    }  # fmt: skip


def _values(row: Mapping[str, Any], code: str) -> tuple[str, ...]:
    fields: Iterable[Mapping[str, Any]] = row.get("custom_fields_values") or ()
    return tuple(
        value["value"] for field in fields if field["field_code"] == code
        for value in field["values"]
    )  # fmt: skip


def _unix(moment: Any) -> int | None:
    return None if moment is None else int(moment.timestamp())


CRM = {
    "lead": _crm_leads, "contact": _crm_contacts, "company": _crm_companies, "task": _crm_tasks,
    "user": _crm_users, "stage": _crm_stages, "event": _crm_events, "call": _crm_calls,
}  # fmt: skip
MIRROR = {
    "lead": _leads, "contact": _contacts, "company": _companies, "task": _tasks,
    "user": _users, "stage": _stages, "event": _events, "call": _calls,
}  # fmt: skip
