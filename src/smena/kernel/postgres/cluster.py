"""PostgreSQL's own folder: made once, checked at each start, and the server run on it."""

import os
import shutil
import subprocess
from pathlib import Path

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres import processes
from smena.kernel.postgres.folder import PORT, Folder
from smena.kernel.postgres.owner import Owner
from smena.kernel.postgres.programs import Programs
from smena.kernel.postgres.serverlog import ServerLog
from smena.kernel.postgres.trouble import PostgresTrouble, from_log

USER = "smena"

# Written to postgresql.conf when the cluster is made, so that an administrator may change them.
TUNED = {
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "100",
    "synchronous_commit": "on",
    "wal_buffers": "8MB",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
    "log_startup_progress_interval": "2s",
}

# Given at each start: what keeps the server private and readable for us is not a setting.
_FIXED = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "logging_collector": "off",
    "log_destination": "stderr",
    "lc_messages": "C",
}


class Cluster:
    """The files of one server and the program that serves them."""

    def __init__(self, folder: Folder, programs: Programs, owner: Owner, log: ServerLog) -> None:
        self.folder = folder
        self.programs = programs
        self.owner = owner
        self.log = log

    @property
    def exists(self) -> bool:
        return self.folder.cluster.exists()

    async def make(self) -> None:
        """Create the files beside and rename: a cluster cut short is never taken for one.

        Raises PostgresTrouble when the programs cannot make it.
        """
        await self._remove_unfinished()
        place = self.folder.unfinished
        place.mkdir(mode=0o700)
        self.owner.give(place)
        settings = [f"--set={name}={value}" for name, value in TUNED.items()]
        child = self._run(
            "initdb",
            *(f"--pgdata={place}", f"--username={USER}", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
            *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
            *settings,
        )
        try:
            await processes.ended(child)
        except BaseException:
            child.kill()
            child.wait()
            await self._remove_unfinished()
            raise
        if child.returncode != 0:
            await self._remove_unfinished()
            raise from_log(self.log.said(), self.folder.root)
        place.rename(self.folder.cluster)
        _settle(self.folder.root)

    def check_version(self) -> None:
        """Raise PostgresTrouble for files of another major version: PostgreSQL cannot read them."""
        found = (self.folder.cluster / "PG_VERSION").read_text().strip()
        if found != self.programs.major:
            raise PostgresTrouble(
                _(
                    "В папке {folder} данные PostgreSQL {found}, а эта версия программы работает с "
                    "PostgreSQL {major}. Верните прежнюю версию программы и сделайте ею копию "
                    "(smena dump ФАЙЛ). Затем уберите папку {folder} в сторону и загрузите копию "
                    "этой версией (smena restore ФАЙЛ)."
                ).format(folder=self.folder.cluster, found=found, major=self.programs.major)
            )

    async def clear(self) -> bool:
        """Stop a server that a killed program of ours has left; say whether there was one.

        It stands in the root of our folder for the first milliseconds of its life.
        """
        just_born = await processes.clear(self.folder.root)
        return await processes.clear(self.folder.cluster) or just_born

    def forget_stale_pid(self) -> None:
        """Remove the pid file of a server that is gone.

        Its number may belong to another program by now, and then PostgreSQL would refuse to start.
        To be called only when /proc shows no server on these files.
        """
        (self.folder.cluster / "postmaster.pid").unlink(missing_ok=True)

    def launch(self, socket: Path) -> subprocess.Popen[bytes]:
        """Start the server; it is ready when it lets somebody connect."""
        fixed = {**_FIXED, "unix_socket_directories": f'"{socket}"'}
        settings = [part for name, value in fixed.items() for part in ("-c", f"{name}={value}")]
        return self._run("postgres", "-D", str(self.folder.cluster), *settings)

    def _run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs in its own session: our Ctrl-C is not for it."""
        output = self.log.open()
        try:
            return subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program, no shell
                [self.programs.path(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder.root,
                env=_environment(),
                start_new_session=True,
                umask=0o077,
                **self.owner.identity,
            )
        finally:
            os.close(output)

    async def _remove_unfinished(self) -> None:
        """Take away half of a cluster, and an initdb that outlived a killed program of ours."""
        for found in processes.standing_in(self.folder.root, "initdb"):
            processes.kill(found.pid)
        await processes.clear(self.folder.unfinished, steps=processes.BY_FORCE)
        if self.folder.unfinished.exists():
            shutil.rmtree(self.folder.unfinished)


def _environment() -> dict[str, str]:
    """Return what the programs may know of our environment: nothing that redirects them.

    PG_GRANDPARENT_PID lets PostgreSQL see that a pid file names our own parent and not a server.
    """
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "LC_ALL": "C", "PG_GRANDPARENT_PID": str(os.getppid())}


def _settle(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
