"""A connected account has hours, an administrator and a session; or nothing of it happened."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from smena.access import actions as people
from smena.access import queries as access
from smena.access.model import AccessRefusal, NewPerson, Role
from smena.accounts import queries as accounts
from smena.app import commands, demo, node
from smena.connectors.amocrm.connecting import connect
from smena.connectors.amocrm.connecting.connect import Request
from smena.connectors.amocrm.model import Connected
from smena.kernel.db import Database
from smena.kernel.errors import BadSetting
from smena.kernel.settings import Settings, load
from tests.access.cast import MARINA_MAIL, PASSWORD, admit
from tests.connectors.amocrm.account import ACCOUNT, CLERK_TOKEN, TOKEN
from tests.connectors.amocrm.connecting.browsing import PATH, Browsing
from tests.connectors.amocrm.stand import Stand, stand

pytestmark = pytest.mark.anyio
MARINA = NewPerson(MARINA_MAIL, "Марина", Role.ADMIN, ACCOUNT, PASSWORD)
TABLES = ("account", "amocrm_token", "amocrm_connection", "work_hours", "membership", "person")
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
 WHERE NOT l.granted AND d.datname = current_database()
"""


@pytest.fixture
async def owner(db_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Who may change the tables themselves."""
    connection = await asyncpg.connect(db_url)
    yield connection
    await connection.close()


@pytest.fixture
def settings(db_url: str, tmp_path: Path) -> Settings:
    key = "a secret key of the tests, long enough"
    return load(None, data_dir=tmp_path, database_url=db_url, secret_key=key)


async def admins(db: Database) -> list[str]:
    return await access.admins(db, ACCOUNT)


async def has_hours(db: Database) -> bool:
    """Look at the row itself: an account without one is shown the same hours."""
    async with db.tenant(ACCOUNT) as tx:
        return bool(await tx.value("SELECT count(*) FROM work_hours"))


async def is_nothing_there(owner: asyncpg.Connection) -> bool:
    found = [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]
    return found == [0] * len(TABLES)


async def begin(made: Stand) -> Connected:
    """Connect as the demo does: the administrator is a new person."""
    founder = await people.check_person(MARINA)
    assert not isinstance(founder, AccessRefusal)
    asked = Request(made.emulator.url, TOKEN, founder=founder)
    found = await connect.connect_by_token(made.db, made.clock, made.service, asked)
    assert isinstance(found, Connected), found
    return found


async def test_by_the_page(marina: Browsing) -> None:
    shown = await marina.send(PATH, address=marina.made.emulator.url, token=TOKEN)
    assert "Аккаунт «Проба» подключён." in shown.text
    assert "уже есть доступ" not in shown.text
    assert await admins(marina.made.db) == ["Марина"]
    assert await has_hours(marina.made.db)
    # The browser goes on in the account: its page of hours is there.
    assert "включены" in (await marina.browser.get(PATH)).text


async def test_the_page_tells_whoever_has_another_place_already(marina: Browsing) -> None:
    made = marina.made
    await made.connect()
    await admit(made.db, role=Role.SUPERVISOR, account=ACCOUNT)
    shown = await marina.send(PATH, address=made.emulator.url, token=TOKEN)
    assert "Аккаунт «Проба» подключён." in shown.text
    assert "У этого человека уже есть доступ к аккаунту." in shown.text
    assert await admins(made.db) == []


async def test_by_the_command_line(db: Database, settings: Settings) -> None:
    screen = io.StringIO()
    async with stand(db) as made:
        with pytest.raises(commands.Failed, match="не администратор"):
            await commands.connect(settings, made.emulator.url, CLERK_TOKEN, Console(file=screen))
        await commands.connect(settings, made.emulator.url, TOKEN, Console(file=screen, width=200))
    assert "Аккаунт подключён: Проба" in screen.getvalue()
    assert await has_hours(db)


async def test_by_the_demo(db: Database, settings: Settings, db_url: str) -> None:
    weak = demo.Remembered("1", TOKEN, 0, "Europe/Moscow")
    async with stand(db) as made, node.parts(settings, db_url, is_short=True) as parts:
        with pytest.raises(BadSetting, match="Администратор демо не добавлен: weak_password"):
            await demo._connect(parts, weak, made.emulator.url)
        assert await demo._is_fresh(parts)
        await demo._connect(parts, replace(weak, password=PASSWORD), made.emulator.url)
        await demo._activate(parts)
    assert await admins(db) == [demo.NAME]
    assert await has_hours(db)
    async with db.tenant(ACCOUNT) as tx:
        assert (await accounts.standing(tx)).is_activated


async def test_a_failure_of_the_last_part_leaves_nothing(
    db: Database, owner: asyncpg.Connection
) -> None:
    async with stand(db) as made:
        await owner.execute("REVOKE INSERT ON membership FROM smena_system")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await begin(made)
        assert await is_nothing_there(owner)
        await owner.execute("GRANT INSERT ON membership TO smena_system")
        assert (await begin(made)).onboarded.refusal is None
    assert not await is_nothing_there(owner)
    assert await admins(db) == ["Марина"]


async def test_a_kill_in_the_middle_leaves_nothing(db: Database, owner: asyncpg.Connection) -> None:
    async with stand(db) as made:
        async with owner.transaction():
            await owner.execute("LOCK TABLE membership IN ACCESS EXCLUSIVE MODE")
            connecting = asyncio.create_task(begin(made))
            while not await owner.fetchval(WAITING):
                assert not connecting.done(), connecting.result()
                await asyncio.sleep(0)
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        assert await is_nothing_there(owner)
        await begin(made)
    assert await admins(db) == ["Марина"]
