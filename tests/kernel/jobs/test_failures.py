"""Failures kept for an administrator."""

from datetime import UTC, datetime, timedelta

import pytest

from smena.kernel.db import Database
from smena.kernel.jobs import failures
from smena.kernel.jobs.failures import FailureKind, Trouble

pytestmark = pytest.mark.anyio

MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def trouble(
    key: str, reason: str = "no answer", kind: FailureKind = FailureKind.GAVE_UP
) -> Trouble:
    return Trouble("dispatcher", key, kind, {"account": 1}, reason)


async def test_the_newest_stand_first_and_repeats_are_counted(db: Database) -> None:
    async with db.system() as tx:
        await failures.keep(tx, trouble("1", "first"), MONDAY_10_00)
        await failures.keep(tx, trouble("2"), MONDAY_10_00 + HOUR)
        await failures.keep(tx, trouble("1", "again", FailureKind.DEFECT), MONDAY_10_00 + 2 * HOUR)
        found = await failures.latest(tx)
        assert [(f.key, f.kind, f.reason, f.times) for f in found] == [
            ("1", FailureKind.DEFECT, "again", 2),
            ("2", FailureKind.GAVE_UP, "no answer", 1),
        ]
        assert (found[0].first_at, found[0].last_at) == (MONDAY_10_00, MONDAY_10_00 + 2 * HOUR)
        assert [f.key for f in await failures.latest(tx, limit=1)] == ["1"]


async def test_forgetting(db: Database) -> None:
    async with db.system() as tx:
        for key, age in (("1", HOUR), ("2", 3 * HOUR), ("3", 5 * HOUR)):
            await failures.keep(tx, trouble(key), MONDAY_10_00 - age)
        await failures.forget(tx, "dispatcher", "1")
        assert await failures.clean(tx, MONDAY_10_00 - 4 * HOUR) == 1
        assert [failure.key for failure in await failures.latest(tx)] == ["2"]


async def test_hostile_reasons_are_kept_short_and_whole(db: Database) -> None:
    async with db.system() as tx:
        await failures.keep(tx, trouble("1", "a\0b" + "я" * 10_000), MONDAY_10_00)
        reason = (await failures.latest(tx))[0].reason
    assert reason.startswith("abя")
    assert len(reason) < 2_001
