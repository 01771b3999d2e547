"""Commands reach amoCRM once, whatever happens to the answers (F7, F8, I2)."""

import asyncio
from datetime import timedelta

import pytest

from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import jobs
from smena.connectors.amocrm.api.client import AccessLost
from smena.crm.facts import queries as facts_queries
from smena.crm.model.entities import LeadId, UserId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import ChangeLead, CommandState, Priority, entity_of
from smena.kernel.db import Database
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, VERA
from tests.connectors.amocrm.interruptions import kill, killing
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def test_batches_of_fifty(db: Database) -> None:
    async with stand(db) as made:
        leads = await connected(made, leads=120)
        made.emulator.limiter.requests.clear()
        await command(made, leads, ANNA)
        await made.deliver()
        assert made.emulator.limiter.requests["PATCH /api/v4/leads"] == 3
        assert owners(made, leads) == {ANNA}
        assert await states(made) == {CommandState.DELIVERED: 120}


async def test_echo_changes_nothing(db: Database) -> None:
    """The mirror has the new owner at once; the webhook of our own write is no news."""
    async with stand(db) as made:
        leads = await connected(made, leads=1)
        await command(made, leads, ANNA)
        await made.deliver()
        before = await facts(made)
        assert "ResponsibleChanged" in before
        await made.emulator.flush_hooks()
        await made.settle(rounds=2)
        assert await facts(made) == before


async def test_refused_one_does_not_stop_the_others(db: Database) -> None:
    async with stand(db) as made:
        leads = await connected(made, leads=10)
        await command(made, leads[:4], ANNA)
        await command(made, leads[4:5], 999)
        await command(made, leads[5:], ANNA)
        await command(made, [31337], ANNA)
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 9, CommandState.REFUSED: 2}
        assert owners(made, [*leads[:4], *leads[5:]]) == {ANNA}
        async with db.tenant(ACCOUNT) as tx:
            errors = await queries.commands_with_errors(tx)
        assert {entity_of(error.change)[1] for error in errors} == {leads[4], 31337}
        assert all(error.error for error in errors)


@pytest.mark.parametrize(
    "spoil", [net.lose, net.cut, net.html, net.no_content, net.not_json], ids=lambda f: f.__name__
)
async def test_answer_malformed_after_the_work_was_done(db: Database, spoil: net.Spoil) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as proxy:
        leads = await connected(made, leads=60, through=proxy.url)
        await command(made, leads, BORIS)
        writes = made.writes_of_leads()
        made.emulator.limiter.requests.clear()
        proxy.faults = {"PATCH": [spoil, spoil]}
        await made.deliver()
        assert proxy.malformed == 2
        assert await states(made) == {CommandState.DELIVERED: 60}
        assert owners(made, leads) == {BORIS}
        assert made.writes_of_leads() - writes == 60
        assert made.emulator.limiter.requests["PATCH /api/v4/leads"] == 2  # never sent twice


async def test_read_back_fails_as_well(db: Database) -> None:
    """Nothing is lost while amoCRM is away; the next run finds out."""
    async with stand(db) as made, net.between(made.emulator.url) as proxy:
        leads = await connected(made, leads=3, through=proxy.url)
        await command(made, leads, BORIS)
        proxy.faults = {"PATCH": [net.lose], "GET": [net.forbidden]}
        with pytest.raises(AccessLost):
            await jobs.deliver(made.context, ACCOUNT)
        assert await states(made) == {CommandState.SENDING: 3}
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.SIGN_IN_AGAIN
        await made.deliver()
        assert await states(made) == {CommandState.SENDING: 3}
        await jobs.check_access(made.context)
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 3}
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.CONNECTED


async def test_killed_between_claim_and_answer(db: Database) -> None:
    """What was left under way is read back, and sent only when it did not arrive."""
    async with stand(db) as made:
        leads = await connected(made, leads=4)
        await command(made, leads, ANNA)
        async with db.tenant(ACCOUNT) as tx:
            claimed = await actions.claim(tx, 50, made.clock.now())
        assert len(claimed) == 4
        for lead in leads[:2]:
            made.crm.leads.change(0, made.now(), lead, responsible_user_id=ANNA)
        writes = made.writes_of_leads()
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 4}
        assert made.writes_of_leads() - writes == 2


async def test_killed_at_each_request(db: Database) -> None:
    """Cut short when amoCRM has got the request and we have no answer yet, again and again."""
    with killing():
        async with stand(db, history_days=0) as made:
            leads = await connected(made, leads=70)
            await command(made, leads, ANNA)
            writes, kills = made.writes_of_leads(), 0
            for _ in range(6):
                kills += await kill(made, asyncio.create_task(made.deliver()), 1)
                made.clock.offset += timedelta(minutes=2)
            assert kills >= 2
            await made.deliver()
            assert await states(made) == {CommandState.DELIVERED: 70}
            assert owners(made, leads) == {ANNA}
            assert made.writes_of_leads() - writes == 70


@pytest.mark.slow
async def test_no_answer_429_at_seven_a_second(db: Database) -> None:
    """A burst with polling beside it stays below the limit of amoCRM (F7)."""
    async with stand(db) as made:
        leads = await connected(made, leads=1000, every_day=7.0)
        await asyncio.sleep(1)
        made.emulator.limiter.per_second = 7
        await command(made, leads, ANNA)
        reading = asyncio.create_task(made.step())
        await made.deliver()
        await reading
        assert await states(made) == {CommandState.DELIVERED: 1000}
        assert made.emulator.limiter.requests["PATCH /api/v4/leads"] == 20
        assert made.emulator.limiter.refused == 0


async def connected(
    made: Stand, *, leads: int, through: str | None = None, every_day: float = 0
) -> list[int]:
    team = Team(made, 5)
    team.begin(leads)
    for lead in team.leads:
        made.crm.leads.change(0, made.now(), lead, responsible_user_id=VERA)
    await made.connect(through=through, every_day=every_day)
    await made.load()
    return team.leads


async def command(made: Stand, leads: list[int], user: int) -> None:
    async with made.db.tenant(ACCOUNT) as tx:
        for lead in leads:
            change = ChangeLead(lead=LeadId(lead), responsible=UserId(user))
            await actions.request(
                tx, change, cause="test", priority=Priority.FRESH, now=made.clock.now()
            )


def owners(made: Stand, leads: list[int]) -> set[int]:
    return {made.crm.records.existing("leads", lead)["responsible_user_id"] for lead in leads}


async def states(made: Stand) -> dict[CommandState, int]:
    async with made.db.tenant(ACCOUNT) as tx:
        counts = await queries.command_counts(tx)
    return {state: count.commands for state, count in counts.items()}


async def facts(made: Stand) -> list[str]:
    async with made.db.tenant(ACCOUNT) as tx:
        return [type(recorded.fact).__name__ for recorded in await facts_queries.facts(tx, 0, 1000)]
