"""A whole demo as a person starts it: one process, one folder, one port."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import httpx2

BROWSER_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM = "/usr/bin/chromium"

Found = TypeVar("Found")


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

    def start(self, *, wait_seconds: float = 60) -> Told:
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
        self.wait_healthy(wait_seconds)
        return self.told()

    def told(self) -> Told:
        return wait_for(self._read_told, 30, "demo.json")

    def _read_told(self) -> Told | None:
        path = self.folder / "demo.json"
        return Told(**json.loads(path.read_text())) if path.exists() else None

    def wait_healthy(self, seconds: float) -> None:
        wait_for(self._is_healthy, seconds, f"healthz\n{self.log_tail()}")

    def _is_healthy(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(
                f"the demo ended with {self._process.returncode}:\n{self.log_tail()}"
            )
        with contextlib.suppress(httpx2.HTTPError):
            answer = httpx2.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2, verify=False)
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
        code = self._process.wait(timeout=30)
        self._process = None
        if self._log:
            self._log.close()
        return code

    def kill(self) -> None:
        """SIGKILL of our process, in the middle of whatever it does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)
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


def wait_for(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """Look until something is found; fail with `what` after the bound."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
