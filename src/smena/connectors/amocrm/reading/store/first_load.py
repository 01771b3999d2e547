"""The first load's rows: one for each slice, with the page to go on from."""

from collections.abc import Collection, Sequence
from datetime import datetime

from smena.connectors.amocrm.reading.core.first_load import Slice
from smena.kernel.db import Tx

_COLUMNS = "number, stage, path, from_at, to_at, page, rows, first_at, last_at, is_done"

STEP_PAGES = 25
AGAIN_MAX = 5

ALL = f"SELECT {_COLUMNS} FROM amocrm_load WHERE account_id = :account ORDER BY number"  # noqa: S608 -- a constant list

FORGET = "DELETE FROM amocrm_load WHERE account_id = :account"

PLAN = """
INSERT INTO amocrm_load (account_id, number, stage, path, from_at, to_at, page, rows, is_done)
VALUES (:account, :number, :stage, :path, :from_at, :to_at, 1, 0, false)
"""

# Two workers may run one slice for a moment: the one that is behind changes nothing.
SAVE = """
UPDATE amocrm_load
   SET page = :page, rows = :rows, first_at = :first_at, last_at = :last_at, is_done = :is_done
 WHERE account_id = :account AND number = :number AND page = :read_page
"""

# A card thrown away moves all later cards one place forward, past the page being read. A few times
# only: where cards are thrown away all the time the daily life of polling has to do.
STEP_BACK = """
UPDATE amocrm_load
   SET page = greatest(1, page - :pages), is_done = false, again = again + 1
 WHERE account_id = :account AND path = ANY(:paths) AND again < :again_max
   AND (page > 1 OR is_done)
"""

START = """
UPDATE amocrm_connection SET load_started_at = :now, load_finished_at = NULL
 WHERE account_id = :account
"""

FINISH = "UPDATE amocrm_connection SET load_finished_at = :now WHERE account_id = :account"


async def slices(tx: Tx) -> list[Slice]:
    return await tx.all(Slice, ALL, account=tx.account)


async def start(tx: Tx, work: Sequence[Slice], now: datetime) -> None:
    """Begin a first load anew."""
    await tx.run(FORGET, account=tx.account)
    await tx.run_many(
        PLAN,
        [
            {
                "account": tx.account,
                "number": one.number,
                "stage": one.stage.value,
                "path": one.path,
                "from_at": one.from_at,
                "to_at": one.to_at,
            }
            for one in work
        ],
    )
    await tx.run(START, account=tx.account, now=now)


async def save(tx: Tx, one: Slice, *, read_page: int) -> bool:
    """Remember how far a slice is; False when somebody else had read that page already."""
    touched = await tx.run(
        SAVE,
        account=tx.account,
        number=one.number,
        page=one.page,
        rows=one.rows,
        first_at=one.first_at,
        last_at=one.last_at,
        is_done=one.is_done,
        read_page=read_page,
    )
    return touched == 1


async def step_back(tx: Tx, paths: Collection[str]) -> None:
    """Have the last pages of these lists read once more."""
    await tx.run(
        STEP_BACK, account=tx.account, paths=list(paths), pages=STEP_PAGES, again_max=AGAIN_MAX
    )


async def finish(tx: Tx, now: datetime) -> None:
    await tx.run(FINISH, account=tx.account, now=now)
