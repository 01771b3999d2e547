"""A program of ours that a test starts as another user or kills: it holds a server and writes.

It says `ready ADDRESS`, then the number of each row after its commit, up to the given count.
Then it waits for its input to end and stops the server.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg

from smena.kernel.postgres.server import EmbeddedPostgres
from smena.kernel.postgres.trouble import PostgresTrouble


async def hold(folder: Path, rows: int) -> None:
    async with EmbeddedPostgres(folder) as server:
        say(f"ready {server.url}")
        connection = await asyncpg.connect(server.url)
        await connection.execute("CREATE TABLE IF NOT EXISTS written (number int PRIMARY KEY)")
        for number in range(rows):
            await connection.execute("INSERT INTO written VALUES ($1)", number)
            say(str(number))
        await connection.close()
        await asyncio.to_thread(sys.stdin.read)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        asyncio.run(hold(Path(sys.argv[1]), int(sys.argv[2])))
    except PostgresTrouble as trouble:
        say(f"trouble {trouble}")
        sys.exit(1)
