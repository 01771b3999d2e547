"""A whole demo as a person starts it: one process, one folder, one port."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2

from tests.patience import patience, wait_for

START_SECONDS = 180
"""A start makes a database, migrates it and fills an account: long beside other work."""


@dataclass(frozen=True)
class Told:
    """What the demo wrote into demo.json."""

    url: str
    email: str
    password: str
    emulator_url: str
    emulator_token: str
    account_id: int
    webhook_url: str


class Demo:
    """Starts `smena demo` in a folder of its own process group; ends or kills all of it."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def start(self) -> Told:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "smena.app.cli", "demo", "--no-browser", "--lang", "ru",
                "--data-dir", str(self.folder), "--port", str(self.port), *self.options,
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.wait_healthy()
        return self.told()

    def told(self) -> Told:
        return wait_for(self._read_told, "demo.json")

    def _read_told(self) -> Told | None:
        path = self.folder / "demo.json"
        return Told(**json.loads(path.read_text())) if path.exists() else None

    def wait_healthy(self) -> None:
        try:
            wait_for(self._is_healthy, "healthz", START_SECONDS)
        except AssertionError as vain:
            raise AssertionError(f"{vain}\n{self.log_tail()}") from vain

    def _is_healthy(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(
                f"the demo ended with {self._process.returncode}:\n{self.log_tail()}"
            )
        with contextlib.suppress(httpx2.HTTPError):
            answer = httpx2.get(
                f"http://127.0.0.1:{self.port}/healthz", timeout=patience(5), verify=False
            )
            return answer.status_code == httpx2.codes.OK
        return False

    def log_tail(self, characters: int = 6000) -> str:
        path = self.folder.parent / f"{self.folder.name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else ""

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        code = self._process.wait(timeout=patience())
        self._process = None
        if self._log:
            self._log.close()
        return code

    def kill(self) -> None:
        """SIGKILL of our process, in the middle of whatever it does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=patience())
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[Demo, Told]]:
    demo = Demo(folder, *options)
    try:
        told = demo.start()
        yield demo, told
    finally:
        demo.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
