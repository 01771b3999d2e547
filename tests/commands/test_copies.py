"""The way to a new major version of PostgreSQL, as an operator walks it."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.postgres.server import EmbeddedPostgres
from tests.patience import patience


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="smena-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def smena(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "smena.app.cli", *map(str, arguments), "--lang", "ru"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=patience(300)
    )
    return done.returncode, done.stdout + done.stderr


async def people(data_dir: Path) -> list[str]:
    async with EmbeddedPostgres(data_dir / "postgres") as server:
        connection = await asyncpg.connect(server.url)
        rows = await connection.fetch("SELECT email FROM person")
        await connection.close()
    return [row["email"] for row in rows]


@pytest.mark.slow
def test_copy_goes_from_an_old_folder_to_a_new_one(place: Path) -> None:
    old, new, copy = place / "old", place / "new", place / "copy.dump"
    given = ("--email", "anna@romashka.example", "--name", "Анна", "--password", "a long one 123")
    assert smena("user", "add", *given, "--data-dir", old)[0] == 0
    code, said = smena("dump", copy, "--data-dir", old)
    assert code == 0, said
    assert "secret.key" in said

    code, said = smena("restore", copy, "--data-dir", new)
    assert code == 0, said
    assert asyncio.run(people(new)) == ["anna@romashka.example"]
    shutil.copy(old / "secret.key", new)
    code, said = smena("migrate", "--data-dir", new)
    assert code == 0, said

    code, said = smena("restore", copy, "--data-dir", new)
    assert code == 1
    assert "только в пустую" in said.replace("\n", " ")
