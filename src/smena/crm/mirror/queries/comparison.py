"""What is held, beside what the CRM says now."""

from collections.abc import Collection

from smena.crm.mirror.card_kinds import CARD_KINDS
from smena.crm.mirror.core import contents
from smena.crm.mirror.model import NO_CONTENTS, ComparedKind, Contents, NumberRange, RowMark
from smena.crm.mirror.store import calls, conversations, unsorted
from smena.crm.mirror.store.marks import IN_BIN, SOURCES, row_marks
from smena.crm.model.conversations import Conversations
from smena.crm.model.entities import Changes, EntityKind
from smena.kernel.db import Tx

_OF_CARD = {kind: f" AND entity_kind = '{kind}'" if kind else "" for _, kind in SOURCES.values()}


# The CRM may hide the notes of what it threw away.
_NOT_BINNED = {
    kind: f" AND NOT EXISTS (SELECT FROM crm_{kind} card WHERE card.account_id = $1"
    " AND card.id = entity_id AND card.is_deleted)"
    if kind
    else ""
    for _, kind in SOURCES.values()
}


BETWEEN = {
    of: f"SELECT id, updated_at, {IN_BIN[table]} AS is_deleted, source FROM {table}"  # noqa: S608 -- constant names
    " WHERE account_id = $1 AND id > $2 AND ($3::bigint IS NULL OR id <= $3)"
    f" AND ($4::timestamptz IS NULL OR updated_at >= $4){_OF_CARD[kind]}{_NOT_BINNED[kind]}"
    for of, (table, kind) in SOURCES.items()
}


AMONG = {
    of: f"SELECT id, updated_at, {IN_BIN[table]} AS is_deleted, source FROM {table}"  # noqa: S608 -- constant names
    " WHERE account_id = $1 AND id = ANY($2)"
    for of, (table, _kind) in SOURCES.items()
}


# Talks that messages name and that are not held, and a share of those in work: each costs the
# reader a request.
TALKS_TO_CHECK = """
WITH lacking AS (
    SELECT DISTINCT talk_id AS id FROM crm_message m
     WHERE m.account_id = $1 AND talk_id > $2 AND ($6::timestamptz IS NULL OR m.at >= $6)
       AND NOT EXISTS (SELECT FROM crm_talk t WHERE t.account_id = $1 AND t.id = m.talk_id)
), open AS (
    SELECT id, abs(hashint8(id)::bigint) AS mixed FROM crm_talk
     WHERE account_id = $1 AND is_in_work
), shares AS (
    SELECT greatest(1, ceil(count(*) / $5::numeric))::bigint AS n FROM open
)
SELECT id FROM (
    SELECT id FROM lacking
    UNION
    SELECT id FROM open, shares WHERE mixed % n = $3 % n AND id > $2
) found ORDER BY id LIMIT $4
"""


CALLS_ON = """
SELECT note_id FROM crm_call WHERE account_id = $1 AND entity_kind = $2 AND entity_id = ANY($3)
"""


IN_WORK_AT_ONCE = 40
"""So many of the talks in work are looked at in one check; the others in the next ones."""


async def marks_between(tx: Tx, of: ComparedKind, span: NumberRange) -> dict[int, RowMark]:
    """Return what is held of the rows of a stretch, but for notes on cards in the bin."""
    raw = await tx.driver()
    return row_marks(await raw.fetch(BETWEEN[of], tx.account, span.after, span.until, span.since))


async def marks_among(tx: Tx, of: ComparedKind, ids: Collection[int]) -> dict[int, RowMark]:
    raw = await tx.driver()
    return row_marks(await raw.fetch(AMONG[of], tx.account, list(ids)))


async def talks_to_check(tx: Tx, turn: int, span: NumberRange, limit: int) -> list[int]:
    """Return talks that messages of a stretch name and we lack, and some in work, by `turn`."""
    raw = await tx.driver()
    rows = await raw.fetch(
        TALKS_TO_CHECK, tx.account, span.after, turn, limit, IN_WORK_AT_ONCE, span.since
    )
    return [row["id"] for row in rows]


async def calls_on(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    """Return the notes of calls that hang on these cards."""
    raw = await tx.driver()
    return {row["note_id"] for row in await raw.fetch(CALLS_ON, tx.account, kind, list(ids))}


async def compare(tx: Tx, changes: Changes, heard: Conversations) -> Contents:
    """Return what a page of one list says beside what is held; a page holds rows of one kind."""
    if heard.notes:
        return await _notes(tx, changes, heard)
    if heard.talks:
        talks = await conversations.talks(tx, {talk.id for talk in heard.talks})
        return contents.of_talks(heard.talks, talks)
    if heard.unsorted:
        found = await unsorted.find(tx, {one.id for one in heard.unsorted})
        return contents.of_unsorted(heard.unsorted, found)
    return await _cards(tx, changes)


async def _notes(tx: Tx, changes: Changes, heard: Conversations) -> Contents:
    notes = await conversations.notes(tx, {note.id for note in heard.notes})
    held = await calls.find(tx, {call.note for call in changes.calls})
    return contents.of_notes(heard.notes, changes.calls, notes, held)


async def _cards(tx: Tx, changes: Changes) -> Contents:
    for kind in CARD_KINDS:
        if rows := kind.rows(changes):
            held = await kind.find(tx, {row.id for row in rows})
            return contents.of_cards(rows, held, kind.complete)
    return NO_CONTENTS
