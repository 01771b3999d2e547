"""Who runs the server: PostgreSQL refuses root, so root lends it a system user of its own."""

import os
import pwd
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.trouble import PostgresTrouble

SYSTEM_USER = "smena-pg"

_USERADD = (
    "/usr/sbin/useradd",
    *("--system", "--user-group", "--no-create-home"),
    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
)
_TRIES = 20
_PAUSE_SECONDS = 0.1


class ServerUser(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Owner:
    """The system user of the server's processes and files."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether the server runs as somebody else than we do: only when we are root."""
        return self.uid != os.geteuid()

    @property
    def identity(self) -> ServerUser:
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make a path theirs."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def can(self, letter: str, path: Path) -> bool:
        """Ask the system, as this user, whether a path is readable (r) or passable (x)."""
        asked = subprocess.run(  # noqa: S603 -- no shell
            ["/usr/bin/test", f"-{letter}", str(path)], check=False, **self.identity
        )
        return asked.returncode == 0


def choose(cluster: Path, name: str | None = None) -> Owner:
    """Decide who runs the server of a data folder; raises PostgresTrouble when nobody can.

    Not root: we do. Root: the one named, or the owner of data that is already there, or a system
    user that is made when missing.
    """
    if os.geteuid() != 0:
        return _ourselves()
    if name is None and cluster.exists() and cluster.stat().st_uid != 0:
        found = cluster.stat()
        return Owner(f"№{found.st_uid}", found.st_uid, found.st_gid)
    wanted = name or SYSTEM_USER
    owner = _known(wanted) or _made(wanted)
    if owner.uid == 0:
        raise PostgresTrouble(
            _("PostgreSQL не работает от имени root. Укажите обычного пользователя.")
        )
    return owner


def _ourselves() -> Owner:
    uid, gid = os.geteuid(), os.getegid()
    return Owner(f"№{uid}", uid, gid)


def _known(name: str) -> Owner | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Owner(name, entry.pw_uid, entry.pw_gid)


def _made(name: str) -> Owner:
    """Make a system user. Two of us may try at once: whoever made it, it is there."""
    said = ""
    for _again in range(_TRIES):
        try:
            made = subprocess.run(  # noqa: S603 -- no shell
                [*_USERADD, name], check=False, capture_output=True, text=True
            )
        except FileNotFoundError:
            said = "useradd: not found"
            break
        owner = _known(name)
        if owner is not None:
            return owner
        said = made.stderr.strip()
        time.sleep(_PAUSE_SECONDS)  # the password file is locked by another useradd
    raise PostgresTrouble(
        _(
            "Не удалось создать системного пользователя {name} для базы данных ({said}). "
            "Создайте его вручную или запустите программу от имени обычного пользователя."
        ).format(name=name, said=said)
    )
