"""What the tests need from the machine: bounded waiting, another user, a small disk."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.postgres.owner import Owner

HOLDER = Path(__file__).with_name("holder.py")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def nobody() -> Owner:
    entry = pwd.getpwnam("nobody")
    return Owner("nobody", entry.pw_uid, entry.pw_gid)


def python_for(owner: Owner) -> str:
    """Return a Python that another user may run with our packages, or skip."""
    same = f"/usr/bin/python3.{sys.version_info.minor}"
    for python in (sys.executable, same):
        if owner.can("x", Path(python).resolve()) and owner.can("r", Path(asyncpg.__file__)):
            return python
    pytest.skip("another user reaches neither Python nor the packages")


def holder(*arguments: str, owner: Owner | None = None) -> subprocess.Popen[str]:
    """Start a program of ours that holds a server; see holder.py."""
    python = python_for(owner) if owner else sys.executable
    return subprocess.Popen(
        [python, str(HOLDER), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        **(owner.identity if owner else {}),
    )


@contextmanager
def small_disk(where: Path, megabytes: int, options: str = "") -> Iterator[Path]:
    """Mount a disk of its own in memory, or skip where that is not allowed."""
    where.mkdir()
    size = f"size={megabytes}m{options}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(where)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"may not mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


def fill(disk: Path, leave_bytes: int = 0) -> Path:
    """Put a ballast file on a disk that takes the room that is left."""
    ballast = disk / "ballast"
    found = os.statvfs(disk)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, found.f_bavail * found.f_frsize - leave_bytes)
    return ballast
