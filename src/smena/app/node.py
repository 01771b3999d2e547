"""One node: pages, webhooks and background work on one database. All nodes are equal."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
import uvicorn
from litestar import Litestar

from smena.app import database, wiring
from smena.app.address import remember
from smena.connectors.amocrm.health.metrics import Gauges
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.kernel.clock import Clock, SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.errors import BadSetting
from smena.kernel.http import new_client
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox
from smena.kernel.jobs.enqueue import wake
from smena.kernel.jobs.registry import JobContext
from smena.kernel.jobs.worker import Worker
from smena.kernel.settings import Settings, secret_key
from smena.migrations.apply import upgrade
from smena.web.app import create_app
from smena.web.live import Streams

STOP_SECONDS = 5

log = structlog.get_logger(__name__)


class NodeRole(StrEnum):
    """What a node does; several machines may split the work."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root has put together."""

    url: str
    settings: Settings
    db: Database
    clock: Clock
    vault: Vault
    service: AmocrmService


@contextlib.asynccontextmanager
async def parts(settings: Settings, url: str, *, is_short: bool = False) -> AsyncIterator[Parts]:
    """Open everything a node or a command needs; the database is brought up to date first."""
    await upgrade(url)
    clock = SystemClock()
    vault = Vault(secret_key(settings))
    pooler = settings.database_pooler_url
    db = Database.open(
        pooler.get_secret_value() if pooler else url,
        pool_size=2 if is_short else 12,
        topics=wiring.TOPICS,
        is_pooler=pooler is not None,
    )
    http = new_client()
    options = Options(
        public_url=settings.public_url,
        poll_period=timedelta(seconds=settings.poll_seconds),
        requests_per_second=settings.requests_per_second,
        history_days=settings.history_days,
        allowed_hosts=frozenset(settings.allowed_crm_hosts),
        is_own_machine_allowed=settings.is_for_this_machine,
    )
    service = AmocrmService(http, vault, options)
    try:
        yield Parts(url, settings, db, clock, vault, service)
    finally:
        await service.settle()
        await http.aclose()
        await db.close()


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    role: NodeRole = NodeRole.ALL,
    tell: Callable[[str], None] = lambda _text: None,
    on_ready: Callable[[Parts], None] = lambda _parts: None,
) -> None:
    """Run a node until `stop`; `on_ready` is called when its pages answer."""
    listening = listen(settings) if role is not NodeRole.WORKER else None
    async with database.running(settings, tell) as url, parts(settings, url) as made:
        tasks = []
        if role is not NodeRole.WEB:
            context = JobContext(made.db, made.clock, {AmocrmService: made.service})
            worker = Worker(made.url, wiring.registry(), context)
            tasks.append(asyncio.create_task(worker.run(stop), name="worker"))
        if listening is not None:
            app = _app(made)
            server = _Server(_config(app))
            serving = _serve(server, app.state.streams, listening, stop)
            tasks.append(asyncio.create_task(serving, name="web"))
            await _started(server, tasks[-1])
            remember(settings)
        on_ready(made)
        await _until(stop, tasks)


def listen(settings: Settings) -> socket.socket:
    """Take the port at once; raises BadSetting when somebody else has it."""
    # Named as TCP, so that asyncio switches off the delay of small answers.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((settings.host, settings.port))
    except OSError as error:
        made.close()
        text = _(
            "Порт {port} на {host} занят или недоступен ({error}): остановите другую программу или "
            "задайте --port"
        ).format(port=settings.port, host=settings.host, error=error.strerror)
        raise BadSetting(text) from error
    return made


def _app(made: Parts) -> Litestar:
    return create_app(
        wiring.ROUTES,
        db=made.db,
        clock=made.clock,
        settings=made.settings,
        vault=made.vault,
        services={
            "amocrm": made.service,
            "inbox": Inbox(made.db, _waker(made.db)),
            "labels": wiring.labels(),
        },
        nav=wiring.navigation(),
        menu=wiring.MENU,
        notice_sources=wiring.NOTICE_SOURCES,
        middleware=wiring.MIDDLEWARE,
        re_authenticate=wiring.RE_AUTHENTICATE,
        request_class=wiring.REQUEST,
        gauges=[Gauges(made.db, made.clock, made.service).refresh],
    )


def _waker(db: Database) -> Callable[[set[AccountId]], None]:
    """Return a hint that wakes the inbox's account job after a commit, in a transaction of its own.

    Hints that come while one is being written share the next one; a lost hint costs at most the
    pause until the sweep.
    """
    waiting: set[AccountId] = set()
    writing: set[asyncio.Task[None]] = set()

    async def write() -> None:
        while waiting:
            accounts = set(waiting)
            waiting.clear()
            try:
                async with db.system() as tx:
                    for account in accounts:
                        await wake(tx, "amocrm.inbox", account)
            except Exception:
                log.exception("hint_lost")

    def hint(accounts: set[AccountId]) -> None:
        waiting.update(accounts)
        if not writing:
            task = asyncio.get_running_loop().create_task(write())
            writing.add(task)
            task.add_done_callback(writing.discard)

    return hint


def _config(app: Litestar) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


class _Server(uvicorn.Server):
    """Leaves signals to whoever started the node."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    server: _Server, streams: Streams, listening: socket.socket, stop: asyncio.Event
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    # An open stream would hold the stop until its time limit.
    streams.close()
    server.should_exit = True
    stopping.cancel()
    await serving


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the web server ended before it started")
        await asyncio.sleep(0.01)


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the stop; a part that ends before takes the node with it: half a node is none."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    stopping.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            raise found
