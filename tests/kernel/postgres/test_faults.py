"""Crashes, kills, leftovers and a slow recovery: nothing acknowledged is lost, nobody is fooled."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.postgres import processes
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.kernel.postgres.trouble import PostgresTrouble
from tests.kernel.postgres.surroundings import holder
from tests.patience import patience, until


def postmaster(cluster: Path) -> int:
    (found,) = [found.pid for found in processes.standing_in(cluster) if found.is_postmaster]
    return found


async def write(url: str, number: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS written (number int PRIMARY KEY)")
    await connection.execute("INSERT INTO written VALUES ($1)", number)
    await connection.close()


async def read(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT number FROM written ORDER BY number")
    await connection.close()
    return [row["number"] for row in rows]


@pytest.mark.anyio
async def test_killed_server_comes_back_with_its_data(place: Path, heard: list[str]) -> None:
    async with EmbeddedPostgres(place, on_event=heard.append) as server:
        for number in (1, 2):
            await write(server.url, number)
            os.kill(postmaster(place / "cluster"), signal.SIGKILL)
            await until(lambda: server.restarts == number)  # noqa: B023 -- awaited in this turn
        assert await read(server.url) == [1, 2]
    assert sum("сигнал 9" in message for message in heard) == 2
    assert heard[-1] == "Сервер базы данных снова работает."


@pytest.mark.anyio
async def test_killed_backend_is_the_servers_own_business(place: Path) -> None:
    async with EmbeddedPostgres(place) as server:
        await write(server.url, 1)
        victim = await asyncpg.connect(server.url)
        os.kill(victim.get_server_pid(), signal.SIGKILL)
        await until(victim.is_closed)
        again = EmbeddedPostgres(place)
        with pytest.raises(PostgresTrouble, match=str(os.getpid())):
            await again.start()
        async with asyncio.timeout(patience()):
            while True:
                try:
                    assert await read(server.url) == [1]
                    break
                except (asyncpg.PostgresError, OSError):  # the server is recovering
                    await asyncio.sleep(0.05)
        assert server.restarts == 0


@pytest.mark.slow
@pytest.mark.anyio
async def test_killed_program_leaves_nothing_behind_but_its_data(
    place: Path, heard: list[str]
) -> None:
    data = place / "data"
    acknowledged = -1
    for _round in range(3):
        with holder(str(data), "100000") as program:
            assert program.stdout is not None
            assert program.stdout.readline().startswith("ready")
            for _row in range(50):
                line = program.stdout.readline()
                if not line:  # the rows of the round before are there: a duplicate ends it
                    break
                acknowledged = max(acknowledged, int(line))
            program.kill()
        left = postmaster(data / "cluster") if processes.standing_in(data / "cluster") else None
        async with EmbeddedPostgres(data, on_event=heard.append) as server:
            assert left is None or postmaster(data / "cluster") != left
            rows = await read(server.url)
            assert rows[: acknowledged + 1] == list(range(acknowledged + 1))
            connection = await asyncpg.connect(server.url)
            await connection.execute("TRUNCATE written")
            await connection.close()
        acknowledged = -1
    assert "Остановлен сервер базы данных, оставшийся от прошлого запуска." in heard


@pytest.mark.slow
@pytest.mark.anyio
async def test_orphans_and_frozen_leftovers_go_too(place: Path) -> None:
    with holder(str(place / "data"), "1") as program:
        assert program.stdout is not None
        url = program.stdout.readline().removeprefix("ready ").strip()
        assert program.stdout.readline() == "0\n"
        busy = await asyncpg.connect(url)
        frozen = busy.get_server_pid()
        os.kill(frozen, signal.SIGSTOP)
        program.kill()
        os.kill(postmaster(place / "data" / "cluster"), signal.SIGKILL)
    async with EmbeddedPostgres(place / "data") as server:
        assert not Path(f"/proc/{frozen}/cwd").exists()
        assert await read(server.url) == [0]
    busy.terminate()


@pytest.mark.anyio
async def test_stale_pid_file_with_the_number_of_a_stranger(place: Path) -> None:
    async with EmbeddedPostgres(place) as server:
        await write(server.url, 1)
        pid_file = (place / "cluster" / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        forged = "\n".join([str(stranger.pid), *pid_file[1:]])
        (place / "cluster" / "postmaster.pid").write_text(forged)
        (place / "socket" / ".s.PGSQL.5432.lock").write_text(forged)
        async with EmbeddedPostgres(place) as server:
            assert await read(server.url) == [1]
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.anyio
async def test_half_of_a_cluster_is_not_taken_for_one(place: Path) -> None:
    half = place / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(place) as server:
        await write(server.url, 1)
    assert not half.exists()


@pytest.mark.slow
@pytest.mark.anyio
async def test_slow_recovery_is_waited_for_and_told(place: Path, heard: list[str]) -> None:
    """Recovery hangs in a command of ours until the test lets it go on."""
    async with EmbeddedPostgres(place) as server:
        await write(server.url, 1)
    cluster, go = place / "cluster", place / "go"
    with (cluster / "postgresql.auto.conf").open("a") as settings:
        command = f"while [ ! -e {go} ]; do sleep 0.05; done; exit 1"
        settings.write(f"restore_command = '{command}'\n")
    (cluster / "recovery.signal").touch()
    os.chown(cluster / "recovery.signal", cluster.stat().st_uid, cluster.stat().st_gid)

    server = EmbeddedPostgres(place, on_event=heard.append)
    start = asyncio.create_task(server.start())
    await until(lambda: any("ещё поднимается" in message for message in heard))
    assert not start.done()
    go.touch()
    await start
    assert await read(server.url) == [1]
    await server.stop()


@pytest.mark.anyio
async def test_start_called_off_leaves_no_server(place: Path) -> None:
    server = EmbeddedPostgres(place)
    start = asyncio.create_task(server.start())
    await until(lambda: bool(processes.standing_in(place / "cluster.new")))
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert not processes.standing_in(place, "initdb")
    assert not (place / "cluster.new").exists()
    assert not [pid for pid in processes.standing_in(place) if pid.is_postmaster]
    async with EmbeddedPostgres(place) as again:
        await write(again.url, 1)
