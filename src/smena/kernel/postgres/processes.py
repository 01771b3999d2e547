"""Which PostgreSQL processes work on a folder: asked of /proc, never of a pid file.

Every process of a server stands in its data folder (its current directory). So this finds the
postmaster, its children and orphans whose postmaster is gone, and is not fooled by a number in
`postmaster.pid` that by now belongs to another program.
"""

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.trouble import PostgresTrouble

Steps = tuple[tuple[signal.Signals, float], ...]

# A fast shutdown; when it does not come, an immediate one (the next start recovers); and SIGKILL
# for a process that does not even hear that. With each, how many seconds it has.
FAST_FIRST: Steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 6.0), (signal.SIGKILL, 10.0))
BY_FORCE: Steps = ((signal.SIGKILL, 10.0),)

_GLANCE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class FoundProcess:
    pid: int
    is_postmaster: bool


def standing_in(folder: Path, program: str = "postgres") -> list[FoundProcess]:
    """Return the processes of a program whose current directory is this folder."""
    try:
        here = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_there(entry, here, program):
            title = _title(entry)
            found.append(
                FoundProcess(int(entry.name), is_postmaster=not title.startswith(b"postgres: "))
            )
    return found


def _is_there(entry: Path, here: os.stat_result, program: str) -> bool:
    try:
        running = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        return running == program and os.path.samestat((entry / "cwd").stat(), here)
    except OSError:  # ended meanwhile, or of another user and so not ours
        return False


def _title(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b"postgres: ended"


async def clear(cluster: Path, steps: Steps = FAST_FIRST) -> bool:
    """Stop whatever server still works on a data folder; say whether there was one.

    Raises PostgresTrouble when it does not end.
    """
    if not standing_in(cluster):
        return False
    for number, patience_seconds in steps:
        members = standing_in(cluster)
        if number == signal.SIGINT:  # orphans would take it for "cancel the query"
            members = [found for found in members if found.is_postmaster]
        for found in members:
            _send(found.pid, number)
        if await _gone(cluster, patience_seconds if members else 0):
            return True
    raise PostgresTrouble(
        _(
            "Прежний сервер базы данных в папке {folder} не останавливается. Процессы: {pids}."
        ).format(folder=cluster, pids=", ".join(str(found.pid) for found in standing_in(cluster)))
    )


def kill(pid: int) -> None:
    """End a process by force; one that is gone already is what we want."""
    _send(pid, signal.SIGKILL)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise PostgresTrouble(
            _(
                "С папкой базы данных работает процесс {pid} другого пользователя. Остановите его "
                "и запустите программу снова."
            ).format(pid=pid)
        ) from error


async def _gone(cluster: Path, within_seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_seconds
    while standing_in(cluster):
        if loop.time() > deadline:
            return False
        await asyncio.sleep(_GLANCE_SECONDS)
    return True


async def ended(child: subprocess.Popen[bytes], within_seconds: float | None = None) -> bool:
    """Wait for our child to end; say whether it did in time."""
    if child.poll() is not None:
        return True
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    descriptor = os.pidfd_open(child.pid)
    loop.add_reader(descriptor, over.set)
    try:
        await asyncio.wait_for(over.wait(), within_seconds)
    except TimeoutError:
        return child.poll() is not None
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    child.wait()
    return True


async def end(child: subprocess.Popen[bytes], *, patience_seconds: float) -> None:
    """Stop our own server: fast, then at once, then by force."""
    for number, patience in (
        (signal.SIGINT, patience_seconds),
        (signal.SIGQUIT, 10.0),
        (signal.SIGKILL, None),
    ):
        child.send_signal(number)
        if await ended(child, patience):
            return
