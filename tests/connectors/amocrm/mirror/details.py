"""The second half of the comparison: what cards carry, notes, lists, rights, what is said.

Like `cards` it reads the CRM's API and the mirror's tables on its own.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from smena.kernel.db import Tx

Rows = dict[Any, tuple[Any, ...]]
KINDS = {"leads": "lead", "contacts": "contact", "companies": "company"}
NUMBERS = ("numeric", "monetary")
SHOWN = ("incoming_chat_message", "outgoing_chat_message")


class Reader(Protocol):
    async def get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]: ...
    async def all(self, path: str, **params: Any) -> list[dict[str, Any]]: ...


def _crm_details(plural: str) -> Callable[[Reader, int], Awaitable[Rows]]:
    async def read(reader: Reader, _since: int) -> Rows:
        rows = await reader.all(plural, **{"order[id]": "asc", "with": "source_id"})
        return {
            row["id"]: (
                _fields(row["custom_fields_values"]),
                tuple(sorted((tag["id"], tag["name"]) for tag in row["_embedded"]["tags"])),
                *(_of_lead(row) if plural == "leads" else ()),
            )
            for row in rows
        }

    return read


def _details(plural: str) -> Callable[[Tx, int], Awaitable[Rows]]:
    async def read(tx: Tx, _since: int) -> Rows:
        more = "loss_reason_id, lead_source_id, labour_seconds, next_task_at, "
        rows = await tx.rows(
            f"SELECT id, {more if plural == 'leads' else ''}CAST(fields AS text) AS fields,"
            f" tag_ids, tag_names FROM crm_{KINDS[plural]}"
            " WHERE account_id = :account AND NOT is_deleted",
            account=tx.account,
        )
        return {
            row.id: (
                {
                    int(number): [(one.get("value"), one.get("choice")) for one in values]
                    for number, values in json.loads(row.fields).items()
                },
                tuple(zip(row.tag_ids, row.tag_names, strict=True)),
                *(
                    (row.loss_reason_id, row.lead_source_id, row.labour_seconds,
                     _unix(row.next_task_at))
                    if plural == "leads" else ()
                ),
            )
            for row in rows
        }  # fmt: skip

    return read


def _of_lead(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["loss_reason_id"], row["source_id"], row["labor_cost"], row["closest_task_at"])


def _fields(told: Iterable[Mapping[str, Any]] | None) -> dict[int, list[Any]]:
    return {
        field["field_id"]: [
            (_value(one.get("value"), field["field_type"]), one.get("enum_id"))
            for one in field["values"]
        ]
        for field in told or ()
    }


def _value(value: Any, kind: str) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return float(value) if kind in NUMBERS else value


async def _crm_notes(reader: Reader, since: int) -> Rows:
    found: Rows = {}
    for plural, kind in KINDS.items():
        for row in await reader.all(f"{plural}/notes"):
            if row["updated_at"] >= since:
                found[row["id"]] = (
                    row["note_type"], kind, row["entity_id"], row["created_by"],
                    row["created_at"], row["updated_at"], row["params"],
                )  # fmt: skip
    return found


async def _notes(tx: Tx, since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, type, entity_kind, entity_id, author_id, created_at, updated_at,"
        " CAST(params AS text) AS params FROM crm_note"
        " WHERE account_id = :account AND NOT is_deleted AND updated_at >= to_timestamp(:since)",
        account=tx.account,
        since=since,
    )
    return {
        row.id: (
            row.type, row.entity_kind, row.entity_id, row.author_id, _unix(row.created_at),
            _unix(row.updated_at), json.loads(row.params),
        )
        for row in rows
    }  # fmt: skip


async def _crm_lists(reader: Reader, _since: int) -> Rows:
    found: Rows = {}
    for plural, kind in KINDS.items():
        for row in await reader.all(f"{plural}/custom_fields"):
            enums = [(one["id"], one["value"]) for one in row["enums"] or ()]
            found["fields", kind, row["id"]] = (row["name"], row["type"], enums)
        for row in await reader.all(f"{plural}/tags"):
            found["tags", kind, row["id"]] = (row["name"], "", [])
    for row in await reader.all("leads/loss_reasons"):
        found["loss_reasons", "lead", row["id"]] = (row["name"], "", [])
    for row in await reader.all("roles"):
        found["roles", "", row["id"]] = (row["name"], "", [])
    account = await reader.get("account", {"with": "task_types"})
    for row in account["_embedded"]["task_types"]:
        found["task_types", "task", row["id"]] = (row["name"], "", [])
    return found


async def _lists(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT list, owner, id, name, type, CAST(choices AS text) AS choices FROM crm_reference"
        " WHERE account_id = :account AND NOT is_gone AND list <> 'lead_sources'",
        account=tx.account,
    )
    return {
        (row.list, row.owner, row.id): (
            row.name, row.type, [(one["id"], one["name"]) for one in json.loads(row.choices)],
        )
        for row in rows
    }  # fmt: skip


async def _crm_rights(reader: Reader, _since: int) -> Rows:
    return {
        row["id"]: (
            row["rights"]["role_id"], row["rights"]["is_free"], row["lang"],
            {
                (entity, action): letter
                for entity in ("leads", "contacts", "companies", "tasks")
                for action, letter in row["rights"][entity].items()
            },
        )
        for row in await reader.all("users", **{"with": "role,phone_number"})
    }  # fmt: skip


async def _rights(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT id, role_id, is_free, language, CAST(rights AS text) AS rights FROM crm_user"
        " WHERE account_id = :account",
        account=tx.account,
    )
    return {
        row.id: (
            row.role_id, row.is_free, row.language,
            {
                (one["entity"], one["action"]): one["letter"]
                for one in json.loads(row.rights)["general"]
                if one["entity"] != "customers"
            },
        )
        for row in rows
    }  # fmt: skip


async def _crm_messages(reader: Reader, since: int) -> Rows:
    rows = await reader.all("events", limit=100, **{"filter[created_at][from]": since})
    return {
        one["message"]["id"]: (
            row["type"].partition("_")[0], row["created_at"], one["message"]["talk_id"],
            one["message"]["origin"], row["entity_type"], row["entity_id"],
        )
        for row in rows if row["type"] in SHOWN for one in row["value_after"]
    }  # fmt: skip


async def _messages(tx: Tx, since: int) -> Rows:
    rows = await tx.rows(
        "SELECT * FROM crm_message WHERE account_id = :account AND at >= to_timestamp(:since)",
        account=tx.account,
        since=since,
    )
    words = {"in": "incoming", "out": "outgoing"}
    return {
        row.id: (
            words[row.way], _unix(row.at), row.talk_id, row.origin, row.entity_kind, row.entity_id,
        )
        for row in rows
    }  # fmt: skip


async def _crm_unsorted(reader: Reader, _since: int) -> Rows:
    return {
        row["uid"]: (
            row["category"], row["pipeline_id"], row["created_at"],
            [card["id"] for card in row["_embedded"]["leads"]][:1],
        )
        for row in await reader.all("leads/unsorted")
    }  # fmt: skip


async def _unsorted(tx: Tx, _since: int) -> Rows:
    rows = await tx.rows(
        "SELECT * FROM crm_unsorted WHERE account_id = :account AND state = 'open'",
        account=tx.account,
    )
    return {
        row.uid: (
            row.category, row.pipeline_id, _unix(row.created_at),
            [row.lead_id] if row.lead_id else [],
        )
        for row in rows
    }  # fmt: skip


def _unix(moment: Any) -> int | None:
    return None if moment is None else int(moment.timestamp())


CRM = {
    **{f"{plural} in detail": _crm_details(plural) for plural in KINDS}, "note": _crm_notes,
    "list": _crm_lists, "rights": _crm_rights, "message": _crm_messages,
    "unsorted": _crm_unsorted,
}  # fmt: skip
MIRROR = {
    **{f"{plural} in detail": _details(plural) for plural in KINDS}, "note": _notes,
    "list": _lists, "rights": _rights, "message": _messages, "unsorted": _unsorted,
}  # fmt: skip
