"""A sales floor in a real database, and the product's pages over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from smena.access.model import PersonId, Role, SessionId, Viewer
from smena.access.request import PageRequest
from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.activity import pages
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
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.staff.pages import calendar
from smena.staff.pages import hours as staff_pages
from smena.web.app import create_app
from smena.web.nav import NavEntry
from tests.activity.cast import at

ACCOUNT = AccountId(31000001)
SALES, SUPPORT = GroupId(1), GroupId(2)
ANNA, BORIS, VERA, GLEB, EGOR, GONE = (UserId(number) for number in range(1, 7))
ROBOT = UserId(0)
NAMES = {
    ANNA: "Анна Власова",
    BORIS: "Борис Гусев",
    VERA: "Вера Дёмина",
    GLEB: "Глеб Ёлкин",
    EGOR: "Егор Зимин",
    GONE: "Захар Кротов",
}
WIDGET = "5f2b8f3e-form"


def moment(clock: str) -> datetime:
    return datetime.fromtimestamp(at(clock), UTC)


AFTERNOON = moment("15:24")


def everybody() -> tuple[User, ...]:
    return tuple(
        User(user, name, f"{user}@example.com", SUPPORT if user == EGOR else SALES,
             is_active=user != GONE, is_admin=user == ANNA)
        for user, name in NAMES.items()
    )  # fmt: skip


@dataclass
class Floor:
    """Writes down what people do, then lets the mirror absorb it."""

    db: Database
    events: list[Event] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    numbers: int = 0

    async def open(self, users: Sequence[User] = (), groups: Sequence[Group] = ()) -> None:
        async with self.db.tenant(ACCOUNT) as tx:
            await accounts.connect(
                tx,
                NewAccount(ACCOUNT, "Окна", "https://okna.amocrm.ru", "okna", "Europe/Moscow"),
                moment("00:00") - timedelta(days=30),
            )
            await ingest(
                tx,
                Reading(
                    Changes(
                        Source.API,
                        users=tuple(users) or everybody(),
                        groups=tuple(groups)
                        or (Group(SALES, "Отдел продаж"), Group(SUPPORT, "Отдел сопровождения")),
                        complete=frozenset({WholeList.USERS, WholeList.GROUPS}),
                    )
                ),
                moment("00:00"),
            )

    def does(
        self,
        user: UserId,
        clocks: Iterable[str | int],
        kind: str = "lead_status_changed",
        client: str | None = None,
    ) -> None:
        for clock in clocks:
            self.numbers += 1
            self.events.append(
                Event(
                    EventId(f"{self.numbers:026d}"),
                    kind,
                    datetime.fromtimestamp(at(clock) if isinstance(clock, str) else clock, UTC),
                    user,
                    "lead",
                    7,
                    client=client,
                )
            )

    def calls_out(self, user: UserId, start: int, seconds: int | None, *, out: bool = True) -> None:
        self.numbers += 1
        self.calls.append(
            Call(
                NoteId(self.numbers),
                EntityKind.LEAD,
                7,
                Direction.OUT if out else Direction.IN,
                seconds,
                f"+7900{self.numbers:07d}",
                f"uniq-{self.numbers}",
                user,
                datetime.fromtimestamp(start + (seconds or 0), UTC),
                None,
                "sip",
            )
        )

    async def absorb(self, now: datetime = AFTERNOON, *, is_complete: bool = True) -> None:
        async with self.db.tenant(ACCOUNT) as tx:
            await ingest(
                tx,
                Reading(Changes(Source.API, events=tuple(self.events), calls=tuple(self.calls))),
                now,
            )
            if is_complete:
                await crm.complete_until(tx, Coverage.EVENTS, now)
        self.events, self.calls = [], []

    def lives(self, user: UserId, seed: int, start: str = "09:00", end: str = "15:24") -> None:
        """Let a person work as people do: bursts of changes, calls, pauses."""
        random, clock, stop = Random(seed), at(start) + seed * 97 % 900, at(end)
        while clock < stop:
            burst = [clock + random.randint(20, 240) * step for step in range(random.randint(2, 9))]
            self.does(
                user,
                [second for second in burst if second < stop],
                random.choice(["lead_status_changed", "common_note_added", "task_completed"]),
            )
            clock = burst[-1] + random.randint(30, 300)
            if random.random() < 0.6:
                seconds = random.randint(20, 900)
                if clock + seconds < stop:
                    self.calls_out(user, clock, seconds, out=random.random() < 0.7)
                clock += seconds
            clock += random.choice([60, 300, 900, 1800])


@dataclass(frozen=True)
class Installation:
    public_url: str = ""
    language: str = "ru"
    metrics_token: None = None


def head() -> Viewer:
    return _viewer(Role.SUPERVISOR, None)


def employee(user: UserId | None) -> Viewer:
    return _viewer(Role.EMPLOYEE, user)


def admin() -> Viewer:
    return _viewer(Role.ADMIN, None)


def _viewer(role: Role, user: UserId | None) -> Viewer:
    return Viewer(
        PersonId(1),
        ACCOUNT,
        "Марина Орлова",
        "marina@example.com",
        role,
        user,
        SessionId(UUID(int=1)),
    )


def make_app(db: Database, clock: Clock, viewer: Viewer) -> Litestar:
    """Make the application with the pages of these contexts, one person signed in."""

    class SignedInAs:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})["viewer"] = viewer
            await self.app(scope, receive, send)

    nav = [
        NavEntry("/activity", lambda: "Активность", icon="activity", key="a"),
        NavEntry("/distribution", lambda: "Распределение", icon="split", key="r"),
        NavEntry("/settings", lambda: "Настройки", icon="settings", key="s"),
    ]
    return create_app(
        [*pages.ROUTES, *staff_pages.ROUTES, *calendar.ROUTES],
        db=db,
        clock=clock,
        settings=Installation(),
        vault=Vault("k" * 40),
        nav=nav,
        middleware=[SignedInAs],
        request_class=PageRequest,
    )
