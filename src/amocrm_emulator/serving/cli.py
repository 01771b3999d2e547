"""The command line of the emulator: an account with people who work in it, on a port."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from amocrm_emulator.account.oauth.authority import NewIntegration
from amocrm_emulator.serving.faults.read import BadScript
from amocrm_emulator.serving.start import CannotStart, StartOptions, open_account, serve_account
from amocrm_emulator.serving.tls import BadCertificate
from amocrm_emulator.team.log import BadLog

app = typer.Typer(add_completion=False, help="A local amoCRM with a team that works in it.")
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8900,
    token: Annotated[str, typer.Option(help="Long-lived token.")] = "emulator-token",
    seed: Annotated[int, typer.Option(help="The same seed makes the same people and days.")] = 7,
    users: Annotated[int, typer.Option(min=2, max=500, help="People in the department.")] = 12,
    leads: Annotated[int, typer.Option(min=0, help="Leads of the past half year.")] = 0,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Times as many acts.")] = 1.0,
    days: Annotated[int, typer.Option(min=0, max=60, help="Past days to begin with.")] = 14,
    data: Annotated[Path | None, typer.Option(help="SQLite file; none: in memory.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Play a recorded log (CSV).")] = None,
    own_time: Annotated[bool, typer.Option(help="Keep the log's own dates.")] = False,
    account_id: Annotated[int, typer.Option()] = 31_000_001,
    time_zone: Annotated[str, typer.Option()] = "Europe/Moscow",
    no_limits: Annotated[bool, typer.Option("--no-limits", help="No 429.")] = False,
    no_team: Annotated[bool, typer.Option("--no-team", help="Nobody acts by themselves.")] = False,
    clock: Annotated[str, typer.Option(help="system, or virtual: it can be moved.")] = "system",
    fault: Annotated[Path | None, typer.Option(help="Script of faults (JSON lines).")] = None,
    latency_ms: Annotated[int, typer.Option(min=0, help="Pause before each answer.")] = 0,
    tls: Annotated[bool, typer.Option("--tls", help="TLS, own certificate.")] = False,
    tls_port: Annotated[int | None, typer.Option(help="TLS beside plain HTTP, here.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS with this file (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="The key of the certificate (PEM).")] = None,
    public_host: Annotated[str, typer.Option(help="How clients reach this emulator.")] = "",
    states: Annotated[Path, typer.Option(help="Folder of saved accounts.")] = Path("amocrm-states"),
    client_id: Annotated[str, typer.Option(help="Integration of OAuth: its id.")] = "",
    client_secret: Annotated[str, typer.Option(help="... its secret; none: made up.")] = "",
    redirect_uri: Annotated[str, typer.Option(help="... where consent leads back to.")] = "",
    disable_url: Annotated[str, typer.Option(help="... what is told of a withdrawal.")] = "",
    end_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve an account until Ctrl-C."""
    if end_with_parent:
        _end_with_parent()
    new = NewIntegration("Интеграция", redirect_uri, disable_url, client_id, client_secret)
    options = StartOptions(
        host,
        port,
        token,
        seed,
        users,
        leads,
        speed,
        days,
        not no_limits,
        data,
        replay,
        own_time,
        account_id,
        time_zone,
        not no_team,
        clock,
        fault,
        latency_ms,
        tls,
        tls_port,
        certificate,
        key,
        public_host,
        states,
        new if redirect_uri else None,
    )
    try:
        asyncio.run(run(options))
    except (BadLog, BadScript, BadCertificate, CannotStart) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


async def run(options: StartOptions, stop: asyncio.Event | None = None) -> None:
    """Serve until `stop`, or until SIGINT or SIGTERM."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    stop = stop or _on_signals()
    crm, background = open_account(options)
    try:
        emulator = serve_account(options, crm, background)
        async with emulator:
            typer.echo(f"{emulator.url}  token: {emulator.token}")
            if emulator.tls_url is not None:
                typer.echo(f"tls: {emulator.tls_url}")
            if emulator.tls is not None:
                typer.echo(f"certificate: {emulator.tls.certificate}")
            for one in crm.oauth.registry.integrations():
                typer.echo(f"integration: {one.client_id}  secret: {one.secret}")
            closed = asyncio.create_task(emulator.wait_closed())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({closed, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
    finally:
        crm.close()


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _end_with_parent() -> None:
    """Ask Linux to end this process when the one that started it dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() == 1:
            raise typer.Exit(1)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
