"""Answers of the API as they must not be: what is read from them is exact all the same."""

from typing import Any

import httpx2
import pytest

from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.mirror import equality
from tests.connectors.amocrm.reading.test_mirror import persistently
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def script(made: Stand, *faults: dict[str, Any]) -> None:
    """Make trouble by script; without faults all is well again."""
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(f"{made.emulator.url}/control/faults/api", json=list(faults))
        assert answer.status_code == 200, answer.text


async def hits(made: Stand) -> int:
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        told = (await client.get(f"{made.emulator.url}/control/faults/api")).json()
    return sum(line["struck"] for line in told)


async def compare(made: Stand) -> list[str]:
    """Return what differs; values of events and details of notes are kept as received."""
    await script(made)
    return await equality.compare(made, but=("event", "note"))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "text_ids"}, id="ids as strings"),
        pytest.param({"kind": "wrong_types"}, id="numbers as texts, empty objects as lists"),
        pytest.param({"kind": "html", "nth": 2, "times": 3}, id="html"),
        pytest.param({"kind": "empty", "nth": 2, "times": 3}, id="an empty 200"),
        pytest.param({"kind": "cut", "nth": 2, "times": 3}, id="cut json"),
    ],
)
async def test_the_mirror_is_exact(db: Database, fault: dict[str, Any]) -> None:
    async with stand(db, history_days=1) as made:
        team = Team(made, 3)
        team.begin(leads=4)
        team.act_often(60)
        await made.connect()
        await script(made, {"method": "GET", "path": "/api/v4/*", **fault})
        await persistently(made.load)
        assert await hits(made) > 0
        assert await compare(made) == []
        team.act_often(30)
        await script(made, {"method": "GET", "path": "/api/v4/*", **fault})
        await persistently(made.settle)
        await made.emulator.flush_hooks()
        await persistently(made.settle)
        assert await compare(made) == []


async def test_nulls_where_lists_should_be(db: Database) -> None:
    """A null list is an empty one; the rows around it are taken, and the next reading heals."""
    async with stand(db, history_days=1) as made:
        team = Team(made, 3)
        team.begin(leads=4)
        await made.connect()
        cards = ("leads", "contacts", "companies", "tasks")
        await script(made, *({"kind": "nulls", "path": f"/api/v4/{name}"} for name in cards))
        await made.load()
        assert await hits(made) >= len(cards)
        async with db.tenant(ACCOUNT) as tx:
            names = await tx.rows("SELECT name FROM crm_lead ORDER BY id")
            assert await tx.value("SELECT malformed_rows FROM amocrm_connection") == 0
        assert [row.name for row in names] == ["Сделка 0", "Сделка 1", "Сделка 2", "Сделка 3"]
        await script(made)
        for number in team.leads:
            made.crm.leads.change(0, made.now(), number, name="Читается снова", quiet=True)
        for kind in ("contacts", "companies"):
            for number in getattr(team, kind):
                made.crm.cards.change(kind, 0, made.now(), number, name="И они", quiet=True)
        await made.settle()
        assert await compare(made) == []


async def test_a_megabyte_in_one_field(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        Team(made, 3).begin(leads=2)
        await made.connect()
        await script(made, {"kind": "huge", "path": "/api/v4/leads"})
        await made.load()
        async with db.tenant(ACCOUNT) as tx:
            rows = await tx.rows("SELECT length(name) AS letters FROM crm_lead")
        assert [row.letters for row in rows] == [10_000, 10_000]
