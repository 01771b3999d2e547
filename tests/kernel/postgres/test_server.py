"""A server as one meets it: where it lives, who runs it, how it is reached, stopped, shared."""

import asyncio
import os
import pwd
import stat
import subprocess
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
import uvloop
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from smena.kernel.postgres import processes
from smena.kernel.postgres.owner import SYSTEM_USER
from smena.kernel.postgres.programs import of_the_wheel
from smena.kernel.postgres.server import EmbeddedPostgres, pause_seconds
from tests.kernel.postgres.surroundings import holder, needs_root, nobody
from tests.patience import patience

CLUSTER = "cluster"


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.mark.anyio
async def test_made_private_and_durable(place: Path) -> None:
    async with EmbeddedPostgres(place) as server:
        assert server.is_running
        for setting, value in {
            "listen_addresses": "",
            "fsync": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "jit": "off",
            "TimeZone": "UTC",
            "shared_buffers": "128MB",
            "max_connections": "100",
        }.items():
            assert await ask(server.url, f"SHOW {setting}") == value, setting
        locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'smena'"
        assert await ask(server.url, locale) == "bC.UTF-8"
        assert stat.S_IMODE((place / "socket").stat().st_mode) == 0o700
        assert stat.S_IMODE((place / CLUSTER).stat().st_mode) == 0o700
    assert not processes.standing_in(place / CLUSTER)


@pytest.mark.anyio
async def test_address_is_read_alike_by_all_clients(place: Path) -> None:
    folder = place / "с пробелом + плюсом"
    async with EmbeddedPostgres(folder) as server:
        assert await ask(server.url, "SELECT current_user || current_database()") == "smenasmena"
        for url in (server.url, make_url(server.url).render_as_string(hide_password=False)):
            assert await ask(url, "SELECT 1") == 1
            engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
            async with engine.connect() as connection:
                assert (await connection.execute(text("SELECT 2"))).scalar() == 2
            await engine.dispose()
        psql = [of_the_wheel().path("psql"), server.url, "-Atc", "SELECT 3"]
        assert subprocess.run(psql, check=True, capture_output=True, text=True).stdout == "3\n"


@pytest.mark.anyio
async def test_environment_of_ours_does_not_redirect_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    async with EmbeddedPostgres(place) as server:
        assert await ask(server.url, "SHOW port") == "5432"


@needs_root
@pytest.mark.anyio
async def test_root_lends_a_system_user(place: Path) -> None:
    async with EmbeddedPostgres(place):
        (postmaster,) = [f for f in processes.standing_in(place / CLUSTER) if f.is_postmaster]
        running_as = Path(f"/proc/{postmaster.pid}").stat().st_uid
        assert running_as == pwd.getpwnam(SYSTEM_USER).pw_uid != 0
        assert (place / CLUSTER).stat().st_uid == running_as


@needs_root
@pytest.mark.anyio
async def test_root_runs_it_as_the_owner_of_existing_data(place: Path) -> None:
    async with EmbeddedPostgres(place, run_as="nobody"):
        pass
    async with EmbeddedPostgres(place) as server:
        assert (place / CLUSTER).stat().st_uid == nobody().uid
        assert await ask(server.url, "SELECT 1") == 1


@needs_root
def test_ordinary_user_runs_it_as_themselves(place: Path) -> None:
    os.chown(place, nobody().uid, nobody().gid)
    with holder(str(place / "data"), "3", owner=nobody()) as program:
        said, _nothing = program.communicate(timeout=patience())
    assert [line.split()[0] for line in said.splitlines()] == ["ready", "0", "1", "2"]
    assert program.returncode == 0
    assert (place / "data" / CLUSTER).stat().st_uid == nobody().uid
    assert not processes.standing_in(place / "data" / CLUSTER)


@pytest.mark.anyio
async def test_signals_for_us_are_not_for_it(place: Path) -> None:
    async with EmbeddedPostgres(place):
        for found in processes.standing_in(place / CLUSTER):
            assert os.getsid(found.pid) != os.getsid(0)


@pytest.mark.parametrize(
    "new_loop",
    [
        pytest.param(asyncio.new_event_loop, id="asyncio"),
        pytest.param(uvloop.new_event_loop, id="uvloop"),
    ],
)
def test_loop_of_the_start_need_not_run_all_the_time(
    place: Path, new_loop: Callable[[], AbstractEventLoop]
) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        server = EmbeddedPostgres(place)
        runner.run(server.start())
        assert asyncio.run(ask(server.url, "SELECT 1")) == 1
        runner.run(server.stop())
    assert not processes.standing_in(place / CLUSTER)


def test_stopped_from_another_loop(place: Path) -> None:
    server = EmbeddedPostgres(place)
    asyncio.run(server.start())
    assert asyncio.run(ask(server.url, "SELECT 1")) == 1
    asyncio.run(server.stop())
    assert not processes.standing_in(place / CLUSTER)


@pytest.mark.anyio
async def test_stop_is_harmless_twice_and_a_new_start_works(place: Path) -> None:
    server = EmbeddedPostgres(place)
    await server.start()
    await ask(server.url, "CREATE TABLE kept (number int)")
    await server.stop()
    await server.stop()
    with pytest.raises(RuntimeError):
        _ = server.url
    await server.start()
    assert await ask(server.url, "SELECT count(*) FROM kept") == 0
    await server.stop()


def test_pause_before_bringing_back_grows_to_a_bound() -> None:
    pauses = [pause_seconds(attempt) for attempt in range(100)]
    assert pauses[0] == pytest.approx(0.1)
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30
