"""A pooler in miniature: one server connection, lent to its clients for a transaction each.

Like a real one it opens the server connection by itself, so what a client asks for at its start
(session settings) is not there, and what one client leaves behind the next one meets.
"""

import asyncio
import contextlib
import os
import pwd
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from smena.kernel.database.url import DatabaseUrl

PGBOUNCER = "/usr/sbin/pgbouncer"
CONFIG = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
pool_mode = transaction
default_pool_size = 1
listen_addr =
unix_socket_dir = {folder}
listen_port = 5432
auth_type = any
pidfile = {folder}/pid
"""

PROTOCOL_3_0 = 196608
IDLE = b"I"
Message = tuple[bytes, bytes]


async def read(source: StreamReader) -> Message:
    kind = await source.readexactly(1)
    length = struct.unpack("!i", await source.readexactly(4))[0]
    return kind, await source.readexactly(length - 4)


def write(target: StreamWriter, message: Message) -> None:
    kind, body = message
    target.write(kind + struct.pack("!i", len(body) + 4) + body)


class Pooler:
    """Stands between several clients and one server connection."""

    def __init__(self, server: tuple[StreamReader, StreamWriter], greeting: list[Message]) -> None:
        self._reader, self._writer = server
        self._greeting = greeting
        self._turn = asyncio.Lock()
        self.transactions = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            length = struct.unpack("!i", await reader.readexactly(4))[0]
            await reader.readexactly(length - 4)
            for message in self._greeting:
                write(writer, message)
            while (message := await read(reader))[0] != b"X":
                async with self._turn:
                    write(self._writer, message)
                    await self._transaction(reader, writer)
        writer.close()

    async def _transaction(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Carry messages both ways until the server is outside of any transaction."""
        carrying = asyncio.create_task(self._carry(reader))
        try:
            while (message := await read(self._reader)) != (b"Z", IDLE):
                write(writer, message)
        finally:
            carrying.cancel()
            await asyncio.wait([carrying])
        self.transactions += 1
        write(writer, message)

    async def _carry(self, reader: StreamReader) -> None:
        while True:
            write(self._writer, await read(reader))


async def _opened(url: DatabaseUrl) -> tuple[tuple[StreamReader, StreamWriter], list[Message]]:
    """Connect to a server that asks for no password; return what it says before the first query."""
    if folder := url.options.get("host"):
        port = url.options.get("port", "5432")
        server = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
    else:
        host, _colon, port = url.hosts.partition(":")
        server = await asyncio.open_connection(host, int(port or 5432))
    names = f"user\0{url.user}\0database\0{url.database}\0\0".encode()
    server[1].write(struct.pack("!ii", len(names) + 8, PROTOCOL_3_0) + names)
    said = [await read(server[0])]
    while said[-1][0] != b"Z":
        said.append(await read(server[0]))
    return server, said


@asynccontextmanager
async def pooler(db_url: str, folder: Path) -> AsyncIterator[tuple[Pooler, str]]:
    """Run a pooler in front of a database; it is reached at the returned address."""
    url = DatabaseUrl.parse(db_url)
    server, greeting = await _opened(url)
    made = Pooler(server, greeting)
    listening = await asyncio.start_unix_server(made.serve, folder / ".s.PGSQL.5432")
    try:
        yield made, replace(url, hosts="", options={"host": str(folder), "port": "5432"}).dsn
    finally:
        listening.close()
        server[1].close()


@asynccontextmanager
async def pgbouncer(db_url: str, folder: Path) -> AsyncIterator[str]:
    """Run the real one, with one server connection, as the owner of the server's socket."""
    url = DatabaseUrl.parse(db_url)
    host, port = url.options["host"], url.options.get("port", "5432")
    owner = pwd.getpwuid(Path(host).stat().st_uid)
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(host=host, port=port, user=url.user, folder=folder))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    lent = ["-u", owner.pw_name] if os.geteuid() == 0 else []
    child = await asyncio.create_subprocess_exec(
        PGBOUNCER, "-q", *lent, str(config), stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(20):
            while not (folder / ".s.PGSQL.5432").exists():
                assert child.returncode is None, (await child.communicate())[1]
                await asyncio.sleep(0.02)
        yield replace(url, hosts="", options={"host": str(folder), "port": "5432"}).dsn
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
