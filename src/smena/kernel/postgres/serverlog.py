"""The server's log file, kept small: what it says now, and one older part beside it.

The server writes to the file itself, not through a pipe of ours: it must not die or lose words
when we do.
"""

import os
import shutil
from pathlib import Path

SIZE_BYTES_MAX = 8 * 1024 * 1024

_TAIL_BYTES = 16 * 1024


class ServerLog:
    """A file that several programs append to, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._since = 0

    def open(self) -> int:
        """Return a descriptor for a child to write to; `said` tells what comes after this."""
        self.trim()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._since = os.fstat(descriptor).st_size
        return descriptor

    def said(self) -> str:
        """Return the last words since the file was opened."""
        with self.path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(min(self._since, size), size - _TAIL_BYTES))
            return stream.read().decode(errors="replace")

    def trim(self) -> None:
        """Move a file that has grown too large aside. The writers go on in the emptied one."""
        try:
            if self.path.stat().st_size <= SIZE_BYTES_MAX:
                return
        except FileNotFoundError:
            return
        shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
        os.truncate(self.path, 0)
        self._since = 0
