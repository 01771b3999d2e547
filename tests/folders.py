"""Temporary folders for database servers: in memory where there is room.

A server makes and drops a database there many times faster than on a disk, and the machine's
other tests wait for the disk less.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 << 30
PREFIX = "smena-test-"


def new_folder() -> Path:
    """Make a folder; a system user may enter it, as a data folder must be when root runs us."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY if _has_room(MEMORY) else None))
    folder.chmod(0o755)
    return folder


def _has_room(place: Path) -> bool:
    """Whether large folders may be made there, and programs in them started."""
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(place).free >= ENOUGH_BYTES
