"""An address that the emulator listens on: plain HTTP, or TLS."""

import asyncio
import contextlib
import socket
from typing import Any

import uvicorn

from amocrm_emulator.serving.tls import Tls

TICK_SECONDS = 0.1
GLANCE_SECONDS = 0.005


class Listener:
    """Binds at once, answers when served."""

    def __init__(self, app: Any, host: str, port: int, tls: Tls | None) -> None:
        # Named as TCP, so that asyncio switches off the delay of small answers.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except BaseException:
            self._socket.close()
            raise
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://{host}:{self._socket.getsockname()[1]}"
        self._server = _QuietServer(
            uvicorn.Config(
                app,
                log_level="warning",
                lifespan="off",
                access_log=False,
                date_header=False,  # the account's clock tells the moment (see `server`)
                ssl_certfile=None if tls is None else tls.certificate,
                ssl_keyfile=None if tls is None else tls.key,
            )
        )

    @property
    def is_answering(self) -> bool:
        return self._server.started

    async def serve(self) -> None:
        """Answer until told to end."""
        await self._server.serve(sockets=[self._socket])

    def end(self) -> None:
        self._server.end()

    def close(self) -> None:
        self._socket.close()


class _QuietServer(uvicorn.Server):
    """Leaves signals to whoever started us, and ends at once when told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        self._ended.set()

    async def main_loop(self) -> None:
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close; uvicorn would wait a tenth of a second even when nobody is connected."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 -- plain sets
            await asyncio.sleep(GLANCE_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield
