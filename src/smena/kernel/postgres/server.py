"""The embedded PostgreSQL server: started, watched, brought back and stopped.

A start never gives up on a server that is alive: recovery after a power cut may take minutes, and
then it says so. What it does not do: listen on the network, upgrade files of another major version
(see backup.py), or touch a database that it did not make.
"""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres import folder as folders
from smena.kernel.postgres import owner as owners
from smena.kernel.postgres import processes, programs
from smena.kernel.postgres.cluster import USER, Cluster
from smena.kernel.postgres.folder import PORT, Folder, Lock
from smena.kernel.postgres.serverlog import ServerLog
from smena.kernel.postgres.trouble import PostgresTrouble, from_error, from_log

DATABASE = "smena"
STOP_SECONDS = 60.0
STEADY_SECONDS = 60.0
LOG_CHECK_SECONDS = 60.0

_SAY_AFTER_SECONDS = 3.0
_SAY_AGAIN_SECONDS = 10.0
_GLANCE_SECONDS = 0.03
_IS_THERE = "SELECT true FROM pg_database WHERE datname = $1"
_NOT_YET = (
    OSError,
    asyncpg.OperatorInterventionError,  # starting up, shutting down
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
)


def pause_seconds(attempt: int) -> float:
    """Return how long to wait before bringing a dead server back: 0.1 s, doubled up to 30 s."""
    return min(30.0, 0.1 * 2.0 ** min(attempt, 10))


class EmbeddedPostgres:
    """One server on one data folder; the folder is its own and nothing else lies in it."""

    def __init__(
        self,
        data_dir: Path,
        *,
        on_event: Callable[[str], None] | None = None,
        run_as: str | None = None,
    ) -> None:
        self._folder = Folder(data_dir.absolute())
        self._tell = on_event or (lambda _message: None)
        self._run_as = run_as
        self._log = ServerLog(self._folder.log)
        self._lock: Lock | None = None
        self._cluster: Cluster | None = None
        self._socket: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None
        self.restarts = 0

    @property
    def url(self) -> str:
        """Address of the database for SQLAlchemy, asyncpg and libpq alike."""
        if self._socket is None:
            raise RuntimeError("the server has not been started")
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self._socket))}&port={PORT}"

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the server and wait until it answers; from then on it is watched.

        Raises PostgresTrouble when it cannot work, with what to do.
        """
        try:
            await self._prepare()
            await self._launch()
        except OSError as error:
            await self.stop()
            raise from_error(error, self._folder.root) from error
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name="embedded-postgres")

    async def stop(self) -> None:
        """Stop the server and give the folder back. Harmless when it is not running."""
        watch, self._watch = self._watch, None
        if watch is not None and not watch.get_loop().is_closed():
            watch.cancel()
            if watch.get_loop() is asyncio.get_running_loop():
                await asyncio.wait([watch])
        try:
            if self._child is not None:
                await processes.end(self._child, patience_seconds=STOP_SECONDS)
            if self._cluster is not None:
                await self._cluster.clear()
        finally:
            if self._socket is not None:
                folders.remove_socket_folder(self._folder)
            if self._lock is not None:
                self._lock.release()
            self._lock = self._socket = self._child = None

    async def _prepare(self) -> None:
        self._folder.root.mkdir(parents=True, exist_ok=True)
        self._folder = Folder(self._folder.root.resolve())
        self._lock = Lock(self._folder.lock)
        owner = await asyncio.to_thread(owners.choose, self._folder.cluster, self._run_as)
        folders.open_to(owner, self._folder)
        ours = await asyncio.to_thread(
            programs.reachable, programs.of_the_wheel(), owner, self._folder.programs
        )
        cluster = self._cluster = Cluster(self._folder, ours, owner, self._log)
        if cluster.exists:
            cluster.check_version()
            if await cluster.clear():
                self._tell(_("Остановлен сервер базы данных, оставшийся от прошлого запуска."))
        else:
            self._tell(
                _("Создаётся база данных в папке {folder}.").format(folder=self._folder.root)
            )
            await cluster.make()
        self._socket = folders.make_socket_folder(self._folder, owner)
        if self._socket != self._folder.socket:
            self._tell(
                _("Путь к папке данных длинный, поэтому сокет базы данных лежит в {place}.").format(
                    place=self._socket
                )
            )

    async def _launch(self) -> None:
        """Start the server on files that no other server works on, and wait for it."""
        assert self._cluster is not None
        assert self._socket is not None
        await self._cluster.clear()
        self._cluster.forget_stale_pid()
        self._child = self._cluster.launch(self._socket)
        connection = await self._connect(self._child)
        try:
            if not await connection.fetchval(_IS_THERE, DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        except asyncpg.PostgresError as error:
            raise from_log(f"FATAL: {error}", self._folder.root) from error
        finally:
            await connection.close(timeout=2)

    async def _connect(self, child: subprocess.Popen[bytes]) -> asyncpg.Connection:
        """Try for as long as the server lives: recovery takes the time that it takes."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        say_at = began + _SAY_AFTER_SECONDS
        while True:
            connection = await self._try_to_connect()
            if connection is not None:
                return connection
            if await processes.ended(child, _GLANCE_SECONDS):
                raise from_log(self._log.said(), self._folder.root)
            if loop.time() >= say_at:
                say_at = loop.time() + _SAY_AGAIN_SECONDS
                self._tell(
                    _(
                        "База данных ещё поднимается, прошло {seconds} с: после внезапной "
                        "остановки она восстанавливает записанное. Ждём."
                    ).format(seconds=round(loop.time() - began))
                )

    async def _try_to_connect(self) -> asyncpg.Connection | None:
        try:
            connection = await asyncpg.connect(
                host=str(self._socket), port=PORT, user=USER, database="postgres", timeout=2
            )
            if not await connection.fetchval("SELECT pg_is_in_recovery()"):
                return connection
            await connection.close()
        except _NOT_YET:
            return None
        return None

    async def _keep_alive(self) -> None:
        """Bring the server back whenever it ends by itself, however often."""
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            began = loop.time()
            assert self._child is not None
            while not await processes.ended(self._child, LOG_CHECK_SECONDS):
                self._log.trim()
            attempt = 0 if loop.time() - began >= STEADY_SECONDS else attempt + 1
            pause = pause_seconds(attempt)
            self._tell(
                _("Сервер базы данных неожиданно остановился ({reason}), запускаем снова.").format(
                    reason=_reason(self._child.returncode)
                )
            )
            await asyncio.sleep(pause)
            await self._bring_back()

    async def _bring_back(self) -> None:
        try:
            await self._launch()
        except PostgresTrouble as trouble:
            self._tell(str(trouble))
        except OSError as error:
            self._tell(str(from_error(error, self._folder.root)))
        else:
            self.restarts += 1
            self._tell(_("Сервер базы данных снова работает."))


def _reason(code: int) -> str:
    if code < 0:
        return _("сигнал {number}").format(number=-code)
    return _("код {number}").format(number=code)
