"""Look at talks: those that messages name and we lack, and some of those in work.

There is no list of talks, each costs a request; so few are looked at in one reconciliation, the
others in the next ones. A talk that is not there says nothing.
"""

from dataclasses import replace

import msgspec

from smena.connectors.amocrm.api.client import ROOT
from smena.connectors.amocrm.reading.fetch_by_id import one_talk
from smena.connectors.amocrm.reconciliation.context import ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.compare import checksum, classify, joined
from smena.connectors.amocrm.reconciliation.core.plan import TALKS, ReconciliationPart
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.model import ComparedKind, NumberRange
from smena.crm.mirror.queries import comparison
from smena.crm.mirror.unverified import mark_unverified
from smena.kernel.db import Tx

AT_ONCE = 10
PAGES_MAX = 5


async def walk(run: ReconciliationRun, part: ReconciliationPart) -> None:
    """Read talks one by one, ten to a step."""
    is_ours = True
    while is_ours and not part.is_walked:
        started_at, read_page = run.now, part.page
        async with run.tenant() as tx:
            span = NumberRange(part.after_id, since=part.from_at)
            ids = await comparison.talks_to_check(tx, run.reconciliation, span, AT_ONCE)
        found = [await _read(run, number) for number in ids]
        parsed = parse.page(TALKS, [item for item in found if item is not None])
        part = replace(
            part,
            page=part.page + 1,
            after_id=max(ids, default=part.after_id),
            is_walked=len(ids) < AT_ONCE or part.page >= PAGES_MAX,
            requests=part.requests + len(ids),
            seconds=part.seconds + (run.now - started_at).total_seconds(),
        )
        async with run.tenant() as tx:
            part = await _compared(run, tx, part, parsed)
            is_ours = await runs.save(tx, run.reconciliation, part, read_page=read_page)


async def _read(run: ReconciliationRun, number: int) -> msgspec.Raw | None:
    await run.leave()
    return await run.client.read(f"{ROOT}{TALKS}/{number}", (), one_talk)


async def _compared(
    run: ReconciliationRun, tx: Tx, part: ReconciliationPart, parsed: ParsedPage
) -> ReconciliationPart:
    """Compare a few talks with what is held, and take them in."""
    remote = {int(talk.id): talk.updated_at for talk in parsed.conversations.talks}
    contents = await comparison.compare(tx, parsed.changes, parsed.conversations)
    held = await comparison.marks_among(tx, ComparedKind.TALK, list(remote))
    found = classify(remote, held, contents, looked_at=remote, now=run.crm_now)
    await mark_unverified(tx, ComparedKind.TALK, found.unverified)
    await ingest(tx, parsed, run.now)
    moments = {mark.id: mark.changed_at for mark in held.values()}
    return replace(
        part,
        remote=part.remote + len(remote),
        local=part.local + len(held),
        remote_sum=joined(part.remote_sum, checksum(remote.items())),
        local_sum=joined(part.local_sum, checksum(moments.items())),
        missing=part.missing + len(found.missing),
        stale=part.stale + len(found.stale),
        healed=part.healed + found.found,
    )
