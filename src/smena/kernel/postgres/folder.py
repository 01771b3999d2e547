"""The data folder: what lies where, who may enter, and that only one of us works on it.

lock         held by the running program, with its process number inside
cluster/     PostgreSQL's own files, of the server's user, closed for others
socket/      where clients connect; a link to a short folder when this path is too long
server.log   what the server says (see serverlog.py)
programs/    a copy of PostgreSQL's programs, only when the server's user cannot reach ours
"""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.owner import Owner
from smena.kernel.postgres.trouble import PostgresTrouble

PORT = 5432  # only a part of the socket's name: nobody listens on the network

_SOCKET_NAME = f".s.PGSQL.{PORT}"
_SOCKET_PATH_BYTES_MAX = 107  # sun_path of Linux without the closing NUL
_SHORT_PREFIX = "smena-pg-"


@dataclass(frozen=True, slots=True)
class Folder:
    """Names inside the data folder."""

    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def unfinished(self) -> Path:
        """Where a new cluster is made before it takes its name: half of one never has it."""
        return self.root / "cluster.new"

    @property
    def socket(self) -> Path:
        return self.root / "socket"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def programs(self) -> Path:
        return self.root / "programs"

    @property
    def lock(self) -> Path:
        return self.root / "lock"


class Lock:
    """A lock that the system takes back when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._descriptor, 20).decode().strip()
            os.close(self._descriptor)
            raise PostgresTrouble(
                _(
                    "С папкой {folder} уже работает запущенная Смена (процесс {pid}). Остановите "
                    "её или укажите другую папку данных."
                ).format(folder=path.parent, pid=holder or "?")
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._descriptor)


def open_to(owner: Owner, folder: Folder) -> None:
    """Let the server's user get to the data folder; raises PostgresTrouble when that fails."""
    if not owner.is_other:
        return
    if not owner.can("x", folder.root):
        folder.root.chmod(folder.root.stat().st_mode | 0o011)  # the folder itself is ours
    closed = [path for path in reversed(folder.root.parents) if not owner.can("x", path)]
    if closed:
        raise PostgresTrouble(
            _(
                "Базу данных запускает системный пользователь {name}, а в папку {closed} ему нет "
                "хода. Укажите папку данных в другом месте, например /var/lib/smena, или "
                "разрешите проход: chmod o+x {closed}"
            ).format(name=owner.name, closed=closed[0])
        )


def fits(socket: Path) -> bool:
    """Whether a socket in this folder has a path that the system can connect to."""
    return len(os.fsencode(socket / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX


def make_socket_folder(folder: Folder, owner: Owner) -> Path:
    """Return a folder for the socket that only the server's user (and root) may enter.

    In the data folder; when that path is too long, in a folder of its own among the temporary
    ones, and `socket` in the data folder is a link to it.
    """
    remove_socket_folder(folder)
    if fits(folder.socket):
        folder.socket.mkdir(mode=0o700, exist_ok=True)
        owner.give(folder.socket)
        return folder.socket
    for place in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 -- mkdtemp makes it private
        short = Path(tempfile.mkdtemp(prefix=_SHORT_PREFIX, dir=place)).resolve()
        if fits(short):
            owner.give(short)
            folder.socket.symlink_to(short)
            return short
        short.rmdir()
    raise PostgresTrouble(
        _("Путь {folder} слишком длинный для сокета базы данных. Укажите папку покороче.").format(
            folder=folder.root
        )
    )


def remove_socket_folder(folder: Folder) -> None:
    """Take away the socket and the files beside it; a leftover of a killed server too."""
    if folder.socket.is_symlink():
        short = folder.socket.readlink()
        folder.socket.unlink()
        if short.name.startswith(_SHORT_PREFIX):
            shutil.rmtree(short, ignore_errors=True)
    elif folder.socket.exists():
        for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
            (folder.socket / name).unlink(missing_ok=True)
