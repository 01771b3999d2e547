"""How fast is the panel: everything from the first statement to the finished HTML, one day.

`main(url)` prints figures of a fresh, migrated database beside the budgets of data.md section 2.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from time import perf_counter, process_time

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.activity.panel import queries
from smena.activity.panel.live import whole
from smena.crm import actions as crm
from smena.crm.mirror.ingest import ingest
from smena.crm.model.entities import (
    Call,
    Changes,
    Coverage,
    Direction,
    EntityKind,
    Event,
    EventId,
    Group,
    GroupId,
    NoteId,
    Source,
    User,
    UserId,
    WholeList,
)
from smena.crm.model.reading import Reading
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 6, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
EVENTS, CALLS, GROUP_SIZE, ROUNDS = 300, 20, 12, 9
TYPES = ("lead_status_changed", "common_note_added", "task_completed", "outgoing_chat_message")
BUDGETS_MS = {50: 64, 500: 400}


async def main(url: str) -> None:
    for number, people in enumerate(BUDGETS_MS):
        db = Database.open(url)
        try:
            account = AccountId(900 + number)
            seconds = await seed(db, account, people)
            total = people * EVENTS
            print(f"absorb {total} events: {seconds:.1f} s, {total / seconds:.0f} events/s")
            await report(db, account, people)
        finally:
            await db.close()


async def report(db: Database, account: AccountId, people: int) -> None:
    async def shown() -> str:
        async with db.tenant(account) as tx:
            panel = await queries.panel(tx, DAY, NOW)
        return whole(panel, "ru").html

    async def one_person() -> str:
        async with db.tenant(account) as tx:
            panel = await queries.panel(tx, DAY, NOW, [UserId(1)])
        return whole(panel, "ru").html

    wall, cpu, size = await timed(shown)
    print(
        f"panel of {people} x {EVENTS}: {wall:.0f} ms (CPU of Python {cpu:.0f} ms, "
        f"{size // 1024} KiB of HTML); budget {BUDGETS_MS[people]} ms"
    )
    wall, _, _ = await timed(one_person)
    print(f"one person of {people}: {wall:.1f} ms")


async def timed(work: Callable[[], Awaitable[str]]) -> tuple[float, float, int]:
    walls, cpus, size = [], [], 0
    for _ in range(ROUNDS):
        wall, cpu = perf_counter(), process_time()
        size = len((await work()).encode())
        walls.append(1000 * (perf_counter() - wall))
        cpus.append(1000 * (process_time() - cpu))
    return median(walls), median(cpus), size


async def seed(db: Database, account: AccountId, people: int) -> float:
    """Fill one account with a day of everybody; return the seconds that absorbing took."""
    random = Random(7)
    users = tuple(
        User(
            UserId(n), f"Сотрудник {n}", f"{n}@example.com", GroupId(n // GROUP_SIZE + 1),
            is_active=True, is_admin=False,
        )
        for n in range(1, people + 1)
    )  # fmt: skip
    groups = tuple(Group(GroupId(n), f"Отдел {n}") for n in range(1, people // GROUP_SIZE + 2))
    batches = [day_of(user.id, account, random) for user in users]
    async with db.tenant(account) as tx:
        new = NewAccount(account, "Bench", "https://b.test", "b", "Europe/Moscow")
        await accounts.connect(tx, new, MORNING - timedelta(days=9))
        rosters = frozenset({WholeList.USERS, WholeList.GROUPS})
        await ingest(
            tx, Reading(Changes(Source.API, users=users, groups=groups, complete=rosters)), NOW
        )
    started = perf_counter()
    for events, calls in batches:
        async with db.tenant(account) as tx:
            await ingest(tx, Reading(Changes(Source.API, events=events, calls=calls)), NOW)
    seconds = perf_counter() - started
    async with db.tenant(account) as tx:
        await crm.complete_until(tx, Coverage.EVENTS, NOW)
    async with db.pool.connection() as connection:
        await connection.execute("ANALYZE crm_event")
    return seconds


def day_of(
    user: UserId, account: AccountId, random: Random
) -> tuple[tuple[Event, ...], tuple[Call, ...]]:
    """Make a day in bursts, as the gaps of activity.md section 1 are: half of them under 20 s."""
    clock, events = MORNING + timedelta(seconds=random.randint(0, 900)), []
    for n in range(EVENTS):
        clock += timedelta(seconds=random.choice([3, 8, 15, 20, 40, 90, 400]) * random.random() * 2)
        events.append(
            Event(EventId(f"{account}-{user}-{n}"), random.choice(TYPES), clock, user, "lead", n)
        )
    calls = tuple(
        Call(
            NoteId(user * 1000 + n), EntityKind.LEAD, n, Direction.OUT, random.randint(5, 900),
            f"+7{user:05d}{n:05d}", f"{account}-{user}-{n}", user,
            MORNING + timedelta(minutes=25 * n + 20), None, "sip",
        )
        for n in range(CALLS)
    )  # fmt: skip
    return tuple(events), calls
