"""A copy of the whole database in one file, and back: for safe-keeping and for a new major version.

A copy holds everything, encrypted tokens too; the key is not in it (`secret.key` in the data
folder) and must be kept beside it.
"""

import asyncio
import os
from pathlib import Path

import asyncpg

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.programs import of_the_wheel
from smena.kernel.postgres.trouble import PostgresTrouble

_ROLES = ("smena_app", "smena_system")  # of the whole server and so not in a copy; migration 0001

_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""


async def dump(url: str, file: Path) -> None:
    """Write a copy of the database at `url`. The file has its name only when it is whole.

    Raises PostgresTrouble when it cannot be written.
    """
    half = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        await _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={half}")
        half.rename(file)
    except OSError as error:
        raise PostgresTrouble(
            _("Не удалось записать копию в {file}: {error}").format(file=file, error=error)
        ) from error
    finally:
        half.unlink(missing_ok=True)


async def restore(url: str, file: Path) -> None:
    """Read a copy into the database at `url`, which must be empty: all of it or nothing.

    Raises PostgresTrouble when there is no copy, or the database has tables.
    """
    if not await asyncio.to_thread(file.is_file):
        raise PostgresTrouble(_("Нет файла с копией: {file}.").format(file=file))
    await _make_ready(url)
    await _run(
        "pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", str(file)
    )


async def _make_ready(url: str) -> None:
    """Make the roles that rights in the copy are given to; raise PostgresTrouble for tables."""
    address = DatabaseUrl.parse(url)
    try:
        connection = await asyncpg.connect(address.dsn)
    except (OSError, asyncpg.PostgresError) as error:
        raise PostgresTrouble(
            _("База данных {address} недоступна: {error}").format(address=address, error=error)
        ) from error
    try:
        if await connection.fetchval(_TABLES):
            raise PostgresTrouble(
                _("В базе уже есть таблицы. Копия загружается только в пустую базу данных.")
            )
        for role in _ROLES:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
                await connection.execute(f"GRANT {role} TO CURRENT_USER")
    finally:
        await connection.close()


async def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs. A password goes by the environment: `ps` shows the rest."""
    address = DatabaseUrl.parse(url)
    secret = {"PGPASSWORD": address.password} if address.password else {}
    child = await asyncio.create_subprocess_exec(
        of_the_wheel().path(program),
        f"--dbname={address.without_password.dsn}",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **secret, "LC_ALL": "C"},
    )
    try:
        _nothing, said = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise PostgresTrouble(
            _("Программа {program} не справилась: {said}").format(
                program=program, said=said.decode(errors="replace").strip()[:2000]
            )
        )
