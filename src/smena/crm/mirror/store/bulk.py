"""Many rows in one statement: they travel as one JSON text and PostgreSQL unpacks them.

A statement per row (executemany) spends most of its time on round trips inside the driver; an
`unnest` cannot carry a list per row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from smena.kernel.db import Tx

encode = msgspec.json.Encoder().encode


async def write(tx: Tx, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement that takes the account as $1 and the rows as $2::json."""
    if rows:
        raw = await tx.driver()
        await raw.execute(statement, tx.account, encode(rows).decode())


def upsert(table: str, key: Sequence[str], columns: Mapping[str, str]) -> str:
    """Write the statement that stores rows whole: `columns` are names with their types."""
    names = [*columns]
    told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return (
        f"INSERT INTO {table} (account_id, {', '.join(names)})"  # noqa: S608 -- constant names
        f" SELECT $1, {', '.join(names)} FROM json_to_recordset($2::json) AS told ({told})"
        f" ON CONFLICT (account_id, {', '.join(key)}) DO UPDATE SET {changed}"
    )
