"""The embedded server: how long a first and a later start take (budget: product up in 5 s)."""

import tempfile
from pathlib import Path
from time import perf_counter

from smena.kernel.postgres.server import EmbeddedPostgres


async def main(_url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240 -- nothing else runs yet
        for what in ("first start, with initdb", "later start"):
            begun = perf_counter()
            async with EmbeddedPostgres(Path(folder) / "postgres"):
                print(f"  {what}: {perf_counter() - begun:.2f} s")
