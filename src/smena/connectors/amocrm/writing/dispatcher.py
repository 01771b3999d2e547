"""Carry commands to amoCRM: in batches, at its pace, never with two results.

The intent is stored before anything leaves (`claim`). Whatever is in `sending` when the dispatcher
starts was left by a run that died, so its fate is verified first. A batch is put together just
before its slot: what arrives while we wait goes with it, and the most urgent goes first
(distribution.md section 3, rules b and g).
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from smena.connectors.amocrm import account_run, reasons
from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.client import SHUT, TOO_MANY, AccessLost, TransientError
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.writing import verification
from smena.connectors.amocrm.writing.core import response
from smena.connectors.amocrm.writing.core.request import ADDRESSES, body_of, kind_of
from smena.connectors.amocrm.writing.core.response import Outcome
from smena.connectors.amocrm.writing.core.verification import Cards, cards_of
from smena.connectors.kit.rate_limiter import Purpose
from smena.crm.mirror import confirmation
from smena.crm.model.entities import CommandId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import CREATIONS, Delivered, Item, Sentinel
from smena.kernel.concurrency import together
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext

BATCH_MAX = 250
UNDER_WAY = 8
"""At seven requests a second, enough for answers that take a second (distribution.md 3, rule c)."""
NO_ACCESS = timedelta(minutes=1)
CREATION_REST = timedelta(seconds=30)
"""A creation whose answer was lost may still be at work there: look again before repeating it."""
LOST, UNSEEN = reasons.WRITE_LOST.about(), reasons.WRITE_UNSEEN.about()
TAKEN_BEFORE = timedelta(hours=1)
"""What an earlier command made just before is in the list too, and must not answer this one."""


async def dispatch(context: JobContext, account: AccountId) -> None:
    """Find out what became of commands left under way, then carry all that are due.

    Raises AccessLost when amoCRM does not let us in, TryLater while it cannot be asked.
    """
    async with context.db.tenant(account) as tx:
        connection, left = await connections.active(tx), await queries.sending(tx)
    if connection is None:
        return
    run = await account_run.begin(context, account, Purpose.DISPATCHER)
    dispatcher = Dispatcher(run, connection.clock_offset)
    await dispatcher.read_back(left)
    await together([dispatcher.run() for _ in range(UNDER_WAY)])


class Dispatcher:
    """One run for one account. `clock_offset` is amoCRM's clock minus ours."""

    def __init__(self, run: AccountRun, clock_offset: timedelta) -> None:
        self._run = run
        self._clock_offset = clock_offset
        self._batch = BATCH_MAX
        self._door = asyncio.Lock()

    async def run(self) -> None:
        """Send batch after batch until nothing is due."""
        while items := await self._take():
            if kind_of(items) in CREATIONS:
                items = await self._not_made_yet(items)
            if items:
                await self._send(items)

    async def read_back(self, items: Sequence[Item]) -> None:
        """Compare with what amoCRM holds: it came true, or it is sent again."""
        changes, creations = verification.sorted_out(items)
        for batch in changes:
            found = await verification.changes(self._run.client, batch)
            await self._save(batch, found, LOST)
        for batch in creations:
            await self._save_made(batch, await self._made(batch))

    async def _take(self) -> list[Item]:
        """Wait for a slot when something is due and claim just before: one waits at a time."""
        items: list[Item] = []

        async def claim() -> None:
            async with self._run.tenant() as tx:
                items.extend(await actions.claim(tx, self._batch, self._run.now))

        async with self._door:
            async with self._run.tenant() as tx:
                if not await queries.has_due_commands(tx, self._run.now):
                    return []
            await self._run.client.turn(claim)
        return items

    async def _not_made_yet(self, items: Sequence[Item]) -> list[Item]:
        """Look whether what we tried before has been made after all: a POST is not repeatable.

        What nobody can tell of rests, and holds up nothing else.
        """
        tried = [item for item in items if item.attempts > 1]
        if not tried:
            return list(items)
        found = await self._made(tried)
        await self._save_made(tried, replace(found, resend=()))
        rest = [one for one in items if one.key not in {*found.delivered, *found.unknown}]
        if rest:
            await self._run.client.turn()
        return rest

    async def _made(self, items: Sequence[Item]) -> Outcome:
        since = min(command.asked_at for item in items for command in item.commands)
        async with self._run.tenant() as tx:
            facts = verification.Facts(
                await queries.created_by_commands(tx, since - TAKEN_BEFORE),
                {cards: await _known(tx, cards) for cards in cards_of(items)},
            )
        return await verification.creations(
            self._run.client, items, facts, since + self._clock_offset
        )

    async def _save_made(self, items: Sequence[Item], found: Outcome) -> None:
        """Store what was found to have been made; the rest is looked for again a while later."""
        resting = replace(found, resend=(*found.resend, *found.unknown), unknown=())
        await self._save(items, resting, UNSEEN if found.unknown else LOST, CREATION_REST)

    async def _send(self, items: Sequence[Item]) -> None:
        """Send a batch in the slot we hold, and what is left of it in further ones."""
        address = ADDRESSES[kind_of(items)]
        try:
            answer = await self._run.client.send(address.verb, address.path, body_of(items))
        except TransientError:
            await self._unknown(items)
            return
        if answer.status in SHUT:
            await self._again(items, NO_ACCESS, reasons.ANSWERS.about(status=answer.status))
            raise AccessLost(answer.status)
        if answer.status == TOO_MANY:
            await self._again(items, timedelta(0), reasons.TOO_FAST.about())
            return
        found = response.of_answer(items, answer.status, answer.body)
        await self._save(items, Outcome(found.delivered, found.refused), "")
        for part in _parts(items, found):
            await self._run.client.turn()
            await self._send(part)
        await self._unknown(_chosen(items, found.unknown))

    async def _unknown(self, items: Sequence[Item]) -> None:
        """Read back and send less at once: a large batch times out (amocrm.md section 4.1)."""
        if items:
            self._batch = max(1, len(items) // 2)
            await self.read_back(items)

    async def _save(
        self,
        items: Sequence[Item],
        found: Outcome,
        reason: str,
        rest: timedelta = timedelta(0),
    ) -> None:
        """Store what is certain; the oftener an item has failed, the longer it rests."""
        now = self._run.now
        refused = _chosen(items, found.refused)
        async with self._run.tenant() as tx:
            confirmed = [
                Delivered(item, told.updated_at, told.created)
                for item in _chosen(items, found.delivered)
                for told in (found.delivered[item.key],)
            ]
            await confirmation.delivered(tx, confirmed, now)
            alone = [item for item in refused if len(item.commands) == 1]
            await actions.refused(tx, {one.key: found.refused[one.key] for one in alone}, now)
            await actions.split(tx, _commands([one for one in refused if one not in alone]), now)
            for item in _chosen(items, found.resend):
                pause = timedelta(seconds=response.pause_seconds(item.attempts))
                await actions.reschedule(tx, _commands([item]), max(pause, rest), reason, now)

    async def _again(self, items: Sequence[Item], after: timedelta, reason: str) -> None:
        async with self._run.tenant() as tx:
            await actions.reschedule(tx, _commands(items), after, reason, self._run.now)


async def _known(tx: Tx, cards: Cards) -> list[Sentinel]:
    """Return what the list of such creations has to show one of."""
    what, kind = cards
    if what == "notes" and kind:
        return await queries.known_notes(tx, kind)
    return await queries.known_tasks(tx, kind)


def _parts(items: Sequence[Item], found: Outcome) -> list[Sequence[Item]]:
    """Return what to send next: the rest of a refused batch, or its halves to find the culprit."""
    rest = _chosen(items, found.resend)
    split = _chosen(items, found.split)
    middle = (len(split) + 1) // 2
    return [part for part in (rest, split[:middle], split[middle:]) if part]


def _chosen(items: Sequence[Item], keys: Collection[CommandId]) -> list[Item]:
    wanted = set(keys)
    return [item for item in items if item.key in wanted]


def _commands(items: Sequence[Item]) -> list[CommandId]:
    return [command.id for item in items for command in item.commands]
