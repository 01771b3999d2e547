"""Two equal nodes on one database: either may be killed, the other goes on."""

import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.server import Emulator
from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.crm.mirror.queries import people
from smena.crm.model.entities import LeadId, PipelineId, UserId
from smena.distribution import actions, queries
from smena.distribution.model import ResultFilter, State, TemplateDraft, TemplateRefusal
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, SALES, SPEC, TOKEN
from tests.journeys.demo import free_port
from tests.patience import until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

SECRET = "a secret key for two nodes, long enough"


class Node:
    """`smena up` on the shared database, as on a machine of its own."""

    def __init__(self, database_url: str, folder: Path, port: int, public_port: int) -> None:
        self.port = port
        self._process = subprocess.Popen(
            [sys.executable, "-m", "smena.app.cli", "up", "--port", str(port)],
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "SMENA_DATA_DIR": str(folder),
                "SMENA_SECRET_KEY": SECRET,
                "SMENA_PUBLIC_URL": f"http://127.0.0.1:{public_port}",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def is_ready(self) -> bool:
        async with httpx2.AsyncClient(trust_env=False) as client:
            with contextlib.suppress(httpx2.HTTPError):
                answer = await client.get(f"http://127.0.0.1:{self.port}/healthz")
                return answer.status_code == httpx2.codes.OK
        return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
async def nodes(db_url: str, tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Two nodes; amoCRM tells the first one of changes."""
    ports = free_port(), free_port()
    made = tuple(Node(db_url, tmp_path / str(port), port, ports[0]) for port in ports)
    try:
        for node in made:
            await until(node.is_ready, 180, pause=0.1)
        yield made[0], made[1]
    finally:
        for node in made:
            node.kill()


@pytest.mark.parametrize("victim", [0, 1], ids=["the one with the webhooks", "the other one"])
async def test_the_other_node_goes_on(db: Database, nodes: tuple[Node, Node], victim: int) -> None:
    crm = Crm.create(None, SPEC)
    async with Emulator(crm, per_second=None) as emulator:
        await _connect(db, emulator.url, nodes[0].port)
        await _given(db, crm.leads.add(ANNA, crm.clock.now(), "До"))
        nodes[victim].kill()
        for number in range(5):
            lead = crm.leads.add(ANNA, crm.clock.now(), f"После {number}")
            await _given(db, lead)
            assert crm.records.existing("leads", lead)["responsible_user_id"] in {ANNA, BORIS}
    async with db.tenant(ACCOUNT) as tx:
        results = await queries.results(tx, ResultFilter())
    assert len(results) == len({result.lead for result in results}) == 6
    crm.close()


async def _connect(db: Database, emulator_url: str, port: int) -> None:
    """Connect the account, load it, share its new leads between two people."""
    async with new_client() as http:
        options = Options(public_url=f"http://127.0.0.1:{port}")
        service = AmocrmService(http, Vault(SECRET), options)
        asked = Request(emulator_url, TOKEN, 0, 0)
        found = await connect_by_token(db, SystemClock(), service, asked)
    assert isinstance(found, Connected)
    await until(lambda: _knows_people(db), pause=0.1)
    draft = TemplateDraft(
        "Очередь", PipelineId(SALES), (UserId(ANNA), UserId(BORIS)), (), is_enabled=True
    )
    saved = await actions.save_template(db, ACCOUNT, draft, None, SystemClock().now())
    assert not isinstance(saved, TemplateRefusal)


async def _knows_people(db: Database) -> bool:
    async with db.tenant(ACCOUNT) as tx:
        return bool(await people.users(tx) and await people.pipelines(tx))


async def _given(db: Database, lead: int) -> None:
    """Wait until the lead has its person, in the result and in amoCRM."""
    wanted = ResultFilter(lead=LeadId(lead), states=(State.DONE,))

    async def has_it() -> bool:
        async with db.tenant(ACCOUNT) as tx:
            return bool(await queries.results(tx, wanted))

    await until(has_it, pause=0.1)
