"""Look again at cards that seemed different, and heal those that are.

A card that is not there is believed gone only when it is not there twice more, and only when not
too many are gone at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from smena.connectors.amocrm.api.core.listing import IDS_MAX, by_ids
from smena.connectors.amocrm.reading.related import ask_for_related
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.reconciliation import unsorted
from smena.connectors.amocrm.reconciliation.context import ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.compare import (
    Classification,
    classify,
    is_plausible,
)
from smena.connectors.amocrm.reconciliation.core.marks import marks
from smena.connectors.amocrm.reconciliation.core.plan import (
    BY_PATH,
    NOTES,
    UNSORTED,
    ReconciliationPart,
)
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.reconciliation.store import suspects as suspect_rows
from smena.connectors.amocrm.reconciliation.store.suspects import Suspect
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.kinds import kind_of
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import comparison
from smena.crm.mirror.unverified import mark_unverified
from smena.crm.model.conversations import Conversations
from smena.crm.model.entities import Changes, NoteId, Removed, Source
from smena.crm.model.reading import Reading
from smena.kernel.db import Tx

LOOKS = 2
LOOK_AGAIN = timedelta(seconds=3)


async def recheck(run: ReconciliationRun) -> bool:
    """Look into the suspects that are due; False when none is."""
    async with run.tenant() as tx:
        due = await suspect_rows.due(tx, run.reconciliation, run.now, IDS_MAX)
        work = (await runs.parts(tx, [run.reconciliation]))[run.reconciliation]
    by_number = {part.number: part for part in work}
    for number, suspects in groupby(due, key=lambda suspect: suspect.number):
        part = by_number[number]
        if part.path == UNSORTED:
            await unsorted.recheck(run, part, [suspect.id for suspect in suspects])
        else:
            await _batch(run, part, list(suspects))
    return bool(due)


async def _batch(
    run: ReconciliationRun, part: ReconciliationPart, suspects: Sequence[Suspect]
) -> None:
    looks = {suspect.id: suspect.looks for suspect in suspects}
    read = await run.read(by_ids(part.path, sorted(looks)))
    parsed = parse.page(part.path, read.page.items, run.names)
    remote = marks(read.page.items).rows
    async with run.tenant() as tx:
        ours = await suspect_rows.still_there(tx, run.reconciliation, part.number, looks)
        held = await comparison.marks_among(tx, BY_PATH[part.path].of, ours)
        contents = await comparison.compare(tx, parsed.changes, parsed.conversations)
        found = classify(remote, held, contents, looked_at=ours, now=run.crm_now)
        again = {number for number in found.surplus if looks[number] + 1 < LOOKS}
        gone = found.surplus - again
        is_believed = await _is_believed(run, tx, part, gone)
        await suspect_rows.look_again(
            tx, run.reconciliation, part.number, again, run.now + LOOK_AGAIN
        )
        await suspect_rows.forget(tx, run.reconciliation, part.number, ours - again)
        await _heal(run, tx, part, parsed, found)
        if is_believed:
            await _bin(run, tx, part, gone)
        healed = len((found.missing | found.stale) & parsed.ids) + len(gone) * is_believed
        counted = replace(
            part,
            missing=len(found.missing),
            stale=len(found.stale),
            surplus=len(gone),
            healed=healed,
            requests=read.requests,
            seconds=read.took.total_seconds(),
        )
        await runs.count_found(tx, run.reconciliation, counted)
        await schedule.count_malformed(tx, len(parsed.malformed))


async def _is_believed(
    run: ReconciliationRun, tx: Tx, part: ReconciliationPart, gone: frozenset[int]
) -> bool:
    if not gone:
        return True
    suspects = part.surplus + await suspect_rows.missed(tx, run.reconciliation, part.number)
    return is_plausible(suspects, part.local)


async def _heal(
    run: ReconciliationRun,
    tx: Tx,
    part: ReconciliationPart,
    parsed: ParsedPage,
    found: Classification,
) -> None:
    """Take the read into the mirror, with a push where a read alone would not win."""
    of, changes, unsure = BY_PATH[part.path].of, parsed.changes, found.unverified
    if part.path in NOTES:
        unsure |= found.restored
    else:
        kind = kind_of(part.path)
        back = [Removed(kind, one, run.crm_now, is_restored=True) for one in found.restored]
        changes = replace(changes, removed=tuple(back))
    await mark_unverified(tx, of, unsure & parsed.ids)
    await ingest(tx, replace(parsed, changes=changes), run.now)


async def _bin(
    run: ReconciliationRun, tx: Tx, part: ReconciliationPart, gone: frozenset[int]
) -> None:
    """Throw away what is not there. Of a note that is gone, the call has been made all the same."""
    if not gone:
        return
    if part.path in NOTES:
        dropped = tuple(NoteId(number) for number in sorted(gone))
        await ingest(tx, Reading(conversations=Conversations(dropped=dropped)), run.now)
        return
    kind = kind_of(part.path)
    removed = tuple(Removed(kind, number, run.crm_now) for number in sorted(gone))
    await ingest(tx, Reading(Changes(Source.API, removed=removed)), run.now)
    await ask_for_related(tx, removed, run.now)
