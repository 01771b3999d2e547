"""Carry wishes to amoCRM: in batches, at its pace, never with two results.

The intent is stored before anything leaves (`claim`). Whatever is in `sending` when the courier
starts was left by a run that died, so its fate is read back first. A batch is completed at the last
moment: what comes while we wait for a slot goes with it (distribution.md section 3, b).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from smena.connectors.amocrm.client import SHUT, TOO_MANY, AccessLost, Client, Passing
from smena.connectors.amocrm.core import outcome, translate
from smena.connectors.amocrm.core.listing import IDS_MAX, by_ids
from smena.connectors.amocrm.core.outcome import Outcome
from smena.connectors.amocrm.reach import Reach
from smena.connectors.amocrm.store import link
from smena.connectors.amocrm.together import together
from smena.crm import actions as crm
from smena.crm import queries as crm_queries
from smena.crm.model import Lead, LeadId
from smena.crm.outbox import Delivered, Wish, WishId
from smena.kernel.ids import AccountId
from smena.kernel.jobs import JobContext

BATCH = 50
UNDER_WAY = 4
"""With 0.3 s of answer, fewer would keep us below seven requests a second."""
LEADS = "/api/v4/leads"
NO_ACCESS = timedelta(minutes=1)


async def deliver(context: JobContext, account: AccountId) -> None:
    """Find out what became of wishes left under way, then carry all that are due."""
    async with context.db.tenant(account) as tx:
        connection, left = await link.one(tx), await crm_queries.sending(tx)
    if connection is None or not connection.is_active:
        return
    client = await context.service(Reach).client(context.db, context.clock, account)
    courier = Courier(context, account, client)
    await courier.read_back(left)
    await together([courier.carry() for _ in range(UNDER_WAY)])


class Courier:
    """One run for one account."""

    def __init__(self, context: JobContext, account: AccountId, client: Client) -> None:
        self._context = context
        self._account = account
        self._client = client
        self._batch = BATCH
        self._claiming = asyncio.Lock()

    async def carry(self) -> None:
        """Send batch after batch until nothing is due."""
        while wishes := await self._claim(self._batch):
            await self._client.turn()
            if len(wishes) < self._batch:
                wishes += await self._claim(self._batch - len(wishes))
            await self._send(wishes)

    async def read_back(self, wishes: Sequence[Wish]) -> None:
        """Compare with what amoCRM holds: it came true, or it is sent again."""
        for start in range(0, len(wishes), IDS_MAX):
            batch = wishes[start : start + IDS_MAX]
            page = await self._client.list_page(by_ids("leads", [w.change.lead for w in batch]))
            held: Mapping[LeadId, Lead] = {
                lead.id: lead for lead in translate.page("leads", page.items).changes.leads
            }
            found = outcome.of_read_back(batch, held)
            await self._save(batch, found, "the answer was lost")

    async def _claim(self, limit: int) -> list[Wish]:
        """Take what is due, one after another: two at once would share out half a batch each."""
        async with self._claiming, self._context.db.tenant(self._account) as tx:
            return await crm.claim(tx, limit, self._context.now)

    async def _send(self, wishes: Sequence[Wish]) -> None:
        """Send a batch in the slot we hold, and what is left of it in further ones."""
        try:
            answer = await self._client.send("PATCH", LEADS, outcome.body_of(wishes))
        except Passing:
            await self._unknown(wishes)
            return
        if answer.status in SHUT:
            await self._again(wishes, NO_ACCESS, f"amoCRM answers {answer.status}")
            raise AccessLost(answer.status)
        if answer.status == TOO_MANY:
            await self._again(wishes, timedelta(0), "amoCRM asks for fewer requests")
            return
        found = outcome.of_answer(wishes, answer.status, answer.body)
        await self._save(wishes, Outcome(found.delivered, found.refused), "")
        for part in _parts(wishes, found):
            await self._client.turn()
            await self._send(part)
        await self._unknown(_chosen(wishes, found.unknown))

    async def _unknown(self, wishes: Sequence[Wish]) -> None:
        """Read back, and be more modest: a batch that is too large times out (section 4.1)."""
        if wishes:
            self._batch = max(1, self._batch // 2)
            await self.read_back(wishes)

    async def _save(self, wishes: Sequence[Wish], found: Outcome, reason: str) -> None:
        """Store what is certain; the oftener a wish has failed, the longer it rests."""
        now = self._context.now
        async with self._context.db.tenant(self._account) as tx:
            if found.delivered:
                confirmed = [Delivered(wish, at) for wish, at in found.delivered.items()]
                await crm.delivered(tx, confirmed, now)
            for wish, why in found.refused.items():
                await crm.refused(tx, wish, why, now)
            for one in _chosen(wishes, found.at_once):
                pause = timedelta(seconds=outcome.pause_seconds(one.attempts))
                await crm.again(tx, [one.id], pause, reason, now)

    async def _again(self, wishes: Sequence[Wish], after: timedelta, reason: str) -> None:
        async with self._context.db.tenant(self._account) as tx:
            await crm.again(tx, [wish.id for wish in wishes], after, reason, self._context.now)


def _parts(wishes: Sequence[Wish], found: Outcome) -> list[Sequence[Wish]]:
    """Return what to send next: the rest of a refused batch, or its halves to find the culprit."""
    rest = _chosen(wishes, found.at_once)
    apart = _chosen(wishes, found.apart)
    middle = (len(apart) + 1) // 2
    return [part for part in (rest, apart[:middle], apart[middle:]) if part]


def _chosen(wishes: Sequence[Wish], ids: Sequence[WishId]) -> list[Wish]:
    wanted = set(ids)
    return [wish for wish in wishes if wish.id in wanted]
