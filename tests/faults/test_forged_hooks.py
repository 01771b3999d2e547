"""F10: whatever a body claims, amoCRM has the last word; strangers change nothing (I9).

That the receiver is closed to wrong keys and accounts is in tests/connectors/test_receiver.py,
bodies that make no sense are in test_bad_bodies.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from amocrm_emulator.account.crm import Crm
from smena.connectors.amocrm import jobs
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.account import ACCOUNT, ANNA, SPEC
from tests.connectors.amocrm.checking import check
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.connectors.amocrm.webhooks.test_endpoint import body, send

pytestmark = pytest.mark.anyio

OTHER = AccountId(31000002)
FORGED = "подделка"


@dataclass(frozen=True, slots=True)
class Scene:
    """An account with a lead that lives and one that lies in the bin."""

    made: Stand
    alive: int
    binned: int

    def claim(self, lead: int, *, seconds: int = 0, **more: str) -> bytes:
        at = str(self.made.now() + seconds)
        return body(id=str(lead), name=FORGED, created_at=at, updated_at=at, **more)


async def scene(made: Stand) -> Scene:
    team = Team(made, 3)
    team.begin(leads=2)
    await made.connect()
    await made.load()
    alive, binned = team.leads
    made.crm.cards.delete(ANNA, made.now(), "leads", binned, quiet=True)
    await made.settle(rounds=2)
    assert await compare(made) == []
    return Scene(made, alive, binned)


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda s: s.claim(s.binned, seconds=-3600), id="late news of one in the bin"),
        pytest.param(lambda s: s.claim(s.alive, seconds=-3600), id="late news of a living one"),
        pytest.param(lambda s: s.claim(s.alive, seconds=2 * 86_400), id="from the future"),
        pytest.param(lambda _: body(account=str(OTHER), name=FORGED), id="of another account"),
        pytest.param(
            lambda s: body(id=str(s.alive)).replace(b"add", b"delete"), id="a removal that is none"
        ),
        pytest.param(
            lambda s: body(id=str(s.binned)).replace(b"add", b"restore"), id="a return that is none"
        ),
    ],
)
async def test_changes_nothing(db: Database, forged: Callable[[Scene], bytes]) -> None:
    """Not even for a moment: what it claims is older, impossible, or asked for first."""
    async with stand(db, history_days=1) as made:
        before = await scene(made)
        assert await send(made, forged(before)) == 200
        await made.drain()
        assert await compare(made) == []
        await made.settle(rounds=2)
        assert await compare(made) == []


async def test_a_claim_about_nobody_is_found_out(db: Database) -> None:
    """Only the secret address takes it; the next check of the mirror throws it out."""
    async with stand(db, history_days=1) as made:
        before = await scene(made)
        assert await send(made, before.claim(before.alive + 31337)) == 200
        await made.settle(rounds=2)
        await check(made)
        assert await compare(made) == []


async def test_a_newer_claim_about_a_living_one_is_found_out(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        before = await scene(made)
        assert await send(made, before.claim(before.alive, seconds=300)) == 200
        await made.settle(rounds=3)
        await check(made)
        assert await compare(made) == []


async def test_another_account_keeps_its_own(db: Database) -> None:
    """Two accounts hold entities of the same numbers; a body reaches only the one it came to."""
    other = replace(SPEC, id=OTHER, subdomain="drugaya")
    async with stand(db, history_days=1) as made, stand(db, Crm.create(None, other)) as neighbour:
        before = await scene(made)
        Team(neighbour, 3).begin(leads=2)
        await neighbour.connect()
        await jobs.load(neighbour.context, OTHER)
        async with db.tenant(OTHER) as tx:
            held = await leads(tx)
        assert await send(made, before.claim(before.alive, seconds=1)) == 200
        await made.drain()
        async with db.tenant(OTHER) as tx:
            assert await leads(tx) == held
        async with db.tenant(ACCOUNT) as tx:
            assert (before.alive, FORGED) in await leads(tx)


async def leads(tx: Tx) -> list[tuple[int, str]]:
    rows = await tx.rows("SELECT id, name FROM crm_lead ORDER BY id")
    return [(row.id, row.name) for row in rows]
