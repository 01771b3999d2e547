"""Run a reconciliation to its end, by hand."""

from datetime import timedelta

from smena.connectors.amocrm.reconciliation import queries as reconciliation_queries
from smena.connectors.amocrm.reconciliation import run
from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationPart
from smena.connectors.amocrm.reconciliation.model import AskedBy, Report
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import Stand

ROUNDS_MAX = 20


def an_hour_passes(made: Stand) -> None:
    """Let all cards and the log be an hour old, as far as amoCRM tells."""
    made.age_everything(by_seconds=3600)
    made.crm.store.run(
        "UPDATE event SET created_at = created_at - 3600,"
        " doc = json_set(doc, '$.created_at', created_at - 3600)"
    )


async def begin(made: Stand) -> bool:
    async with made.db.tenant(ACCOUNT) as tx:
        return await run.begin(tx, AskedBy.PERSON, made.clock.now())


async def last_report(made: Stand) -> Report:
    async with made.db.tenant(ACCOUNT) as tx:
        return (await reconciliation_queries.reconciliations(tx, 1))[0]


async def finish(made: Stand) -> Report:
    """Go on until the check ends; its pauses pass at once."""
    for _ in range(ROUNDS_MAX):
        await run.go_on(made.context, ACCOUNT)
        report = await last_report(made)
        if report.reconciliation.finished_at is not None:
            return report
        made.clock.offset += timedelta(seconds=30)
    raise AssertionError("the check never ends")


async def check(made: Stand) -> Report:
    assert await begin(made)
    return await finish(made)


def part(report: Report, path: str) -> ReconciliationPart:
    """Return the only part of a list, or the first that found something."""
    of = [one for one in report.parts if one.path == path]
    return next((one for one in of if one.found), of[0])


def found(report: Report) -> dict[str, tuple[int, int, int]]:
    """Return missing, stale and surplus by list, where there is any."""
    totals: dict[str, tuple[int, int, int]] = {}
    for one in report.parts:
        if one.found:
            before = totals.get(one.path, (0, 0, 0))
            here = (one.missing, one.stale, one.surplus)
            totals[one.path] = (
                before[0] + here[0], before[1] + here[1], before[2] + here[2],
            )  # fmt: skip
    return totals
