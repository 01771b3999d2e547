import errno
from pathlib import Path

import pytest

from smena.kernel.i18n import use
from smena.kernel.postgres.trouble import from_error, from_log

FOLDER = Path("/var/lib/smena/postgres")
STARTING = "2026-11-24 12:00:00.000 UTC [7] LOG:  starting PostgreSQL 18.6\n"


@pytest.mark.parametrize(
    ("log", "advice"),
    [
        pytest.param(
            'FATAL:  could not write lock file "postmaster.pid": No space left on device',
            "кончилось место",
            id="disk full",
        ),
        pytest.param(
            "initdb: error: could not create directory: Read-only file system",
            "только для чтения",
            id="read only",
        ),
        pytest.param(
            'FATAL:  could not open file "global/pg_control": Permission denied',
            "недоступна для записи",
            id="rights",
        ),
        pytest.param(
            "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
            "оперативной памяти",
            id="memory",
        ),
        pytest.param(
            "postgres: error while loading shared libraries: libz.so.1: cannot open",
            "apt-get install zlib1g",
            id="library",
        ),
        pytest.param(
            'FATAL:  unrecognized configuration parameter "own_idea"',
            "own_idea",
            id="anything else",
        ),
    ],
)
def test_log_becomes_advice(log: str, advice: str) -> None:
    message = str(from_log(f"{STARTING}{log}\nLOG:  database system is shut down", FOLDER))
    assert advice in message
    assert log in message
    assert str(FOLDER) in message


def test_silent_end_is_told_too() -> None:
    assert str(FOLDER) in str(from_log("", FOLDER))


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "кончилось место"),
        (errno.EDQUOT, "кончилось место"),
        (errno.EROFS, "только для чтения"),
        (errno.EACCES, "недоступна для записи"),
        (errno.EIO, "Не удалось подготовить"),
    ],
)
def test_failed_file_operation_becomes_advice(number: int, advice: str) -> None:
    error = OSError(number, "as the system says it")
    message = str(from_error(error, FOLDER))
    assert advice in message
    assert "as the system says it" in message


def test_english_reader() -> None:
    with use("en"):
        assert "no space left on the disk" in str(from_log("No space left on device", FOLDER))
