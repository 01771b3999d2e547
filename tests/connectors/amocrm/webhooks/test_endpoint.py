"""The door for webhooks: quick, secret, never knocked over (F9, F10, F21)."""

import random
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import pytest

from smena.connectors.amocrm import queries
from smena.connectors.amocrm.api.core.form import SIZE_MAX_BYTES
from smena.connectors.amocrm.connecting import disconnect
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import Stand, stand

pytestmark = pytest.mark.anyio

LEAD = {
    "id": "4000001", "name": "Поставка", "status_id": "71001", "pipeline_id": "700",
    "created_at": "1790000000", "updated_at": "1790000000", "responsible_user_id": "9000002",
}  # fmt: skip


def body(account: str = str(ACCOUNT), **lead: str) -> bytes:
    pairs = {"account[id]": account, "account[subdomain]": "proba"}
    pairs |= {f"leads[add][0][{key}]": value for key, value in (LEAD | lead).items()}
    return urlencode(pairs).encode()


def path(made: Stand) -> str:
    return f"/hooks/amocrm/{ACCOUNT}/{made.service.webhook_key(ACCOUNT)}"


async def send(made: Stand, raw: bytes, where: str | None = None, method: str = "POST") -> int:
    async with httpx2.AsyncClient(
        base_url=made.webhooks_url, trust_env=False, verify=False
    ) as client:
        answer = await client.request(method, where or path(made), content=raw)
        return answer.status_code


async def kept(made: Stand) -> list[tuple[bytes, str]]:
    async with made.db.tenant(ACCOUNT) as tx:
        rows = await tx.rows("SELECT body, trouble FROM inbox ORDER BY id")
    return [(row.body, row.trouble) for row in rows]


async def test_kept_before_it_is_answered(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert await send(made, body()) == 200
        assert await kept(made) == [(body(), "")]
        await made.drain()
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT name FROM crm_lead") == "Поставка"


async def test_closed_to_others(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        key, stranger = made.service.webhook_key(ACCOUNT), AccountId(5)
        closed = [
            f"/hooks/amocrm/{ACCOUNT}/{key[:-1]}",
            f"/hooks/amocrm/{ACCOUNT}/{'0' * 40}",
            f"/hooks/amocrm/{ACCOUNT}/{'я' * 40}",
            f"/hooks/amocrm/{stranger}/{key}",
            f"/hooks/amocrm/{stranger}/{made.service.webhook_key(stranger)}",
            f"/hooks/amocrm/{2**80}/{key}",
            f"/hooks/amocrm/x/{key}",
            "/hooks/amocrm",
        ]
        for where in closed:
            assert await send(made, body(), where) == 404, where
        assert await send(made, b"", method="GET") == 405
        assert await kept(made) == []


async def test_size_is_bounded(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert await send(made, b"a" * SIZE_MAX_BYTES) == 200
        assert await send(made, b"a" * (SIZE_MAX_BYTES + 1)) == 413


async def test_disconnected_account_takes_nothing(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert await send(made, body()) == 200
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        made.clock.offset += timedelta(seconds=11)
        assert await send(made, body()) == 404


async def test_hostile_bodies_are_kept_and_do_no_harm(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        dice = random.Random(21)
        hostile = [
            b"", b"\0\xff\xfe", b"%", b"a[" * 500, b"[]" * 500 + b"=1", b"&=" * 5000,
            b"a" + b"[b]" * 5000 + b"=1", b'{"json": true}',
            body(account="31000002"),
            body(id=str(2**70)), body(id="-1"), body(id="1'; DROP TABLE crm_lead; --"),
            body(name="<script>alert(1)</script>\0\u202e" + "x" * 9000),
            body(price="9" * 400), body(price="1e999"), body(updated_at="99999999999999"),
            body(updated_at="0"), body(status_id="nan"),
            *(dice.randbytes(dice.randrange(400)) for _ in range(40)),
            *(mutated(body(), dice) for _ in range(60)),
        ]  # fmt: skip
        for raw in hostile:
            assert await send(made, raw) == 200
        assert await send(made, body(id="77")) == 200
        await made.drain()
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT count(*) FROM inbox WHERE taken_at IS NULL") == 0
            assert await tx.value("SELECT name FROM crm_lead WHERE id = 77") == "Поставка"
            connection = await queries.connection(tx)
        troubles = {trouble for _, trouble in await kept(made)}
        assert "the body names account 31000002" in troubles
        assert not [trouble for trouble in troubles if trouble.startswith("defect")]
        assert connection is not None
        assert connection.malformed_rows > 0
        await made.settle(rounds=2)


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """Change some bytes of a good body."""
    changed = bytearray(raw)
    for _ in range(dice.randrange(1, 12)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)
