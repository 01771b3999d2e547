import os
from pathlib import Path

from smena.kernel.postgres.serverlog import SIZE_BYTES_MAX, ServerLog


def test_tells_what_was_said_since_the_opening(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "server.log")
    for words in (b"first start\n", b"second start\n"):
        descriptor = log.open()
        os.write(descriptor, words)
        os.close(descriptor)
        assert log.said() == words.decode()


def test_stays_small_under_a_writer_that_goes_on(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "server.log")
    descriptor = log.open()
    os.write(descriptor, b"x" * SIZE_BYTES_MAX + b"\n")
    log.trim()
    os.write(descriptor, b"one byte over: moved aside\n")
    os.close(descriptor)
    assert log.path.read_text() == "one byte over: moved aside\n"
    assert log.said() == "one byte over: moved aside\n"
    assert (tmp_path / "server.log.1").stat().st_size == SIZE_BYTES_MAX + 1


def test_small_file_is_left_alone(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "server.log")
    log.trim()
    os.close(log.open())
    log.trim()
    assert not (tmp_path / "server.log.1").exists()
