"""Notes, chat messages and talks."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from smena.crm.mirror.core.conversations import Known
from smena.crm.mirror.store import bulk
from smena.crm.model.conversations import Message, MessageId, MessageWay, Note, Talk, TalkId
from smena.crm.model.entities import ContactId, EntityKind, NoteId, Source, UserId
from smena.kernel.db import Tx

_NOTE = {
    "id": "bigint",
    "type": "text",
    "entity_kind": "text",
    "entity_id": "bigint",
    "author_id": "bigint",
    "responsible_id": "bigint",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "text": "text",
    "params": "jsonb",
    "source": "text",
}
_MESSAGE = {
    "id": "text",
    "way": "text",
    "at": "timestamptz",
    "author_id": "bigint",
    "talk_id": "bigint",
    "chat_id": "text",
    "contact_id": "bigint",
    "entity_kind": "text",
    "entity_id": "bigint",
    "origin": "text",
    "text": "text",
    "source": "text",
}
_TALK = {
    "id": "bigint",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "contact_id": "bigint",
    "chat_id": "text",
    "entity_kind": "text",
    "entity_id": "bigint",
    "is_in_work": "boolean",
    "is_read": "boolean",
    "origin": "text",
    "rate": "bigint",
    "missed_at": "timestamptz",
    "source": "text",
}

KEEP_NOTES = bulk.upsert("crm_note", ("id",), _NOTE)
KEEP_MESSAGES = bulk.upsert("crm_message", ("id",), _MESSAGE)
KEEP_TALKS = bulk.upsert("crm_talk", ("id",), _TALK)
DROP_NOTES = "UPDATE crm_note SET is_deleted = true WHERE account_id = $1 AND id = ANY($2)"

# Params as they were encoded here: jsonb would tell them in another order.
NOTES = """
SELECT id, type, entity_kind, entity_id, author_id, responsible_id, created_at, updated_at, text,
       params::text AS params, source
  FROM crm_note WHERE account_id = $1 AND id = ANY($2)
"""
MESSAGES = f"SELECT {', '.join(_MESSAGE)} FROM crm_message WHERE account_id = $1 AND id = ANY($2)"  # noqa: S608 -- a constant list
TALKS = f"SELECT {', '.join(_TALK)} FROM crm_talk WHERE account_id = $1 AND id = ANY($2)"  # noqa: S608 -- a constant list


async def notes(tx: Tx, ids: Iterable[NoteId]) -> dict[int, Known[Note]]:
    raw = await tx.driver()
    rows = await raw.fetch(NOTES, tx.account, list(ids))
    return {row["id"]: Known(_note(row), Source(row["source"])) for row in rows}


async def messages(tx: Tx, ids: Iterable[MessageId]) -> dict[MessageId, Known[Message]]:
    raw = await tx.driver()
    rows = await raw.fetch(MESSAGES, tx.account, list(ids))
    return {MessageId(row["id"]): Known(_message(row), Source(row["source"])) for row in rows}


async def talks(tx: Tx, ids: Iterable[TalkId]) -> dict[int, Known[Talk]]:
    raw = await tx.driver()
    rows = await raw.fetch(TALKS, tx.account, list(ids))
    return {row["id"]: Known(_talk(row), Source(row["source"])) for row in rows}


async def keep_notes(tx: Tx, rows: Sequence[Note], source: Source) -> None:
    await bulk.write(
        tx,
        KEEP_NOTES,
        [
            {
                "id": one.id,
                "type": one.type,
                "entity_kind": one.entity_kind,
                "entity_id": one.entity_id,
                "author_id": one.author,
                "responsible_id": one.responsible,
                "created_at": one.created_at,
                "updated_at": one.updated_at,
                "text": one.text,
                "params": msgspec.Raw(one.params),
                "source": source,
            }
            for one in rows
        ],
    )


async def drop_notes(tx: Tx, ids: Sequence[NoteId]) -> None:
    """Mark notes as thrown away; one that was never seen has nothing to mark."""
    if ids:
        raw = await tx.driver()
        await raw.execute(DROP_NOTES, tx.account, list(ids))


async def keep_messages(tx: Tx, rows: Sequence[Known[Message]]) -> None:
    await bulk.write(
        tx,
        KEEP_MESSAGES,
        [
            {
                "id": one.id,
                "way": one.way,
                "at": one.at,
                "author_id": one.author,
                "talk_id": one.talk,
                "chat_id": one.chat,
                "contact_id": one.contact,
                "entity_kind": one.entity_kind,
                "entity_id": one.entity_id,
                "origin": one.origin,
                "text": one.text,
                "source": known.source,
            }
            for known in rows
            for one in (known.row,)
        ],
    )


async def keep_talks(tx: Tx, rows: Sequence[Talk], source: Source) -> None:
    await bulk.write(
        tx,
        KEEP_TALKS,
        [
            {
                "id": one.id,
                "created_at": one.created_at,
                "updated_at": one.updated_at,
                "contact_id": one.contact,
                "chat_id": one.chat,
                "entity_kind": one.entity_kind,
                "entity_id": one.entity_id,
                "is_in_work": one.is_in_work,
                "is_read": one.is_read,
                "origin": one.origin,
                "rate": one.rate,
                "missed_at": one.missed_at,
                "source": source,
            }
            for one in rows
        ],
    )


def _note(row: asyncpg.Record) -> Note:
    return Note(
        id=NoteId(row["id"]),
        type=row["type"],
        entity_kind=EntityKind(row["entity_kind"]),
        entity_id=row["entity_id"],
        author=UserId(row["author_id"]),
        responsible=None if row["responsible_id"] is None else UserId(row["responsible_id"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        text=row["text"],
        params=msgspec.json.encode(msgspec.json.decode(row["params"]), order="sorted"),
    )


def _message(row: asyncpg.Record) -> Message:
    return Message(
        id=MessageId(row["id"]),
        way=MessageWay(row["way"]),
        at=row["at"],
        author=UserId(row["author_id"]),
        talk=None if row["talk_id"] is None else TalkId(row["talk_id"]),
        chat=row["chat_id"],
        contact=_contact(row),
        entity_kind=_kind(row),
        entity_id=row["entity_id"],
        origin=row["origin"],
        text=row["text"],
    )


def _talk(row: asyncpg.Record) -> Talk:
    return Talk(
        id=TalkId(row["id"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        contact=_contact(row),
        chat=row["chat_id"],
        entity_kind=_kind(row),
        entity_id=row["entity_id"],
        is_in_work=row["is_in_work"],
        is_read=row["is_read"],
        origin=row["origin"],
        rate=row["rate"],
        missed_at=row["missed_at"],
    )


def _contact(row: asyncpg.Record) -> ContactId | None:
    return None if row["contact_id"] is None else ContactId(row["contact_id"])


def _kind(row: asyncpg.Record) -> EntityKind | None:
    return None if row["entity_kind"] is None else EntityKind(row["entity_kind"])
