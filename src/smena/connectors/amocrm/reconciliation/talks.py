"""Look at talks: those that messages name and we lack, and some of those in work.

There is no list of talks, each costs a request; so few are looked at in one check, the others in
the next ones. A talk that is not there says nothing.
"""

from dataclasses import replace

import msgspec

from smena.connectors.amocrm.api.client import ROOT
from smena.connectors.amocrm.reading.fetch_by_id import one_talk
from smena.connectors.amocrm.reconciliation.context import SHARE, Run
from smena.connectors.amocrm.reconciliation.core.compare import checksum, joined, judge
from smena.connectors.amocrm.reconciliation.core.plan import TALKS, Part
from smena.connectors.amocrm.reconciliation.store import runs as store
from smena.connectors.amocrm.translation import page
from smena.connectors.amocrm.translation.page import Told
from smena.crm import actions as crm
from smena.crm.mirror import compare
from smena.crm.mirror.model import Marked, Span
from smena.crm.mirror.queries import comparison
from smena.kernel.db import Tx

AT_ONCE = 10
PAGES_MAX = 5


async def walk(run: Run, part: Part) -> None:
    """Read talks one by one, ten to a step."""
    is_ours = True
    while is_ours and not part.is_walked:
        started_at, read_page = run.now, part.page
        async with run.tenant() as tx:
            span = Span(part.after_id, since=part.from_at)
            ids = await comparison.talks_to_check(tx, run.check, span, AT_ONCE)
        found = [await _read(run, number) for number in ids]
        told = page.page(TALKS, [item for item in found if item is not None])
        part = replace(
            part,
            page=part.page + 1,
            after_id=max(ids, default=part.after_id),
            is_walked=len(ids) < AT_ONCE or part.page >= PAGES_MAX,
            requests=part.requests + len(ids),
            seconds=part.seconds + (run.now - started_at).total_seconds(),
        )
        async with run.tenant() as tx:
            part = await _compared(run, tx, part, told)
            is_ours = await store.save(tx, run.check, part, read_page=read_page)


async def _read(run: Run, number: int) -> msgspec.Raw | None:
    await run.share.turn(SHARE)
    return await run.client.read(f"{ROOT}{TALKS}/{number}", (), one_talk)


async def _compared(run: Run, tx: Tx, part: Part, told: Told) -> Part:
    """Compare a few talks with what is held, and take them in."""
    there = {int(talk.id): talk.updated_at for talk in told.heard.talks}
    contents = await comparison.compare(tx, told.changes, told.heard)
    held = await comparison.marks_among(tx, Marked.TALK, list(there))
    found = judge(there, held, contents, looked_at=there, now=run.crm_now)
    await compare.mistrust(tx, Marked.TALK, found.mistrusted)
    await crm.hear(tx, told.heard)
    moments = {mark.id: mark.changed_at for mark in held.values()}
    return replace(
        part,
        there=part.there + len(there),
        held=part.held + len(held),
        there_sum=joined(part.there_sum, checksum(there.items())),
        held_sum=joined(part.held_sum, checksum(moments.items())),
        missing=part.missing + len(found.missing),
        stale=part.stale + len(found.stale),
        healed=part.healed + found.found,
    )
