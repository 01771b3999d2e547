"""The command line of the emulator: an account with people who work in it, on a port."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from amocrm_emulator.clock import SystemClock
from amocrm_emulator.crm import Crm
from amocrm_emulator.history import write_history
from amocrm_emulator.log import BadLog, read_log
from amocrm_emulator.people import department
from amocrm_emulator.replay import Replay
from amocrm_emulator.server import Emulator
from amocrm_emulator.spec import AccountSpec
from amocrm_emulator.team import Team

app = typer.Typer(add_completion=False, help="A local amoCRM with a team that works in it.")
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an emulator is started; `data` None keeps the account in memory."""

    host: str = "127.0.0.1"
    port: int = 8900
    token: str = "emulator-token"  # noqa: S105 -- of an emulator on this machine
    seed: int = 7
    users: int = 12
    speed: float = 1.0
    days: int = 14
    limits: bool = True
    data: Path | None = None
    replay: Path | None = None
    own_time: bool = False
    account_id: int = 31_000_001
    time_zone: str = "Europe/Moscow"
    with_team: bool = True


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8900,
    token: Annotated[str, typer.Option(help="Long-lived token.")] = "emulator-token",
    seed: Annotated[int, typer.Option(help="The same seed makes the same people and days.")] = 7,
    users: Annotated[int, typer.Option(min=2, max=500, help="People in the department.")] = 12,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Times as many acts.")] = 1.0,
    days: Annotated[int, typer.Option(min=0, max=60, help="Past days to begin with.")] = 14,
    data: Annotated[Path | None, typer.Option(help="SQLite file; none: in memory.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Play a recorded log (CSV).")] = None,
    own_time: Annotated[bool, typer.Option(help="Keep the log's own dates.")] = False,
    account_id: Annotated[int, typer.Option()] = 31_000_001,
    time_zone: Annotated[str, typer.Option()] = "Europe/Moscow",
    no_limits: Annotated[bool, typer.Option("--no-limits", help="No 429.")] = False,
    no_team: Annotated[bool, typer.Option("--no-team", help="Nobody acts by themselves.")] = False,
    end_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve an account until Ctrl-C."""
    if end_with_parent:
        _end_with_parent()
    options = Options(
        host, port, token, seed, users, speed, days, not no_limits, data, replay, own_time,
        account_id, time_zone, not no_team,
    )  # fmt: skip
    try:
        asyncio.run(run(options))
    except BadLog as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


async def run(options: Options, stop: asyncio.Event | None = None) -> None:
    """Serve until `stop`, or until SIGINT or SIGTERM."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    stop = stop or _on_signals()
    crm, background = _open(options)
    try:
        emulator = Emulator(
            crm,
            host=options.host,
            port=options.port,
            per_second=7 if options.limits else None,
            background=background,
        )
        async with emulator:
            typer.echo(f"{emulator.url}  token: {emulator.token}")
            closed = asyncio.create_task(emulator.wait_closed())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({closed, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
    finally:
        crm.close()


def _open(options: Options) -> tuple[Crm, Team | Replay | None]:
    """Open the stored account, or make one: from a log, or a department with its past days."""
    clock = SystemClock()
    log = read_log(options.replay) if options.replay else None
    if options.data is not None and options.data.exists():
        crm = Crm.open(options.data, clock)
    else:
        spec = log.spec(options.time_zone) if log else _department(options)
        spec = replace(spec, id=options.account_id, tokens=((options.token, spec.users[0].id),))
        crm = _create(options.data, spec, clock)
        if log is None and options.days:
            write_history(
                crm,
                days=options.days,
                until=datetime.fromtimestamp(clock.now(), UTC),
                seed=options.seed,
            )
    if log is not None:
        return crm, Replay(crm, log, own_time=options.own_time)
    return crm, Team(crm, seed=options.seed, speed=options.speed) if options.with_team else None


def _department(options: Options) -> AccountSpec:
    return department(options.users, options.seed, options.time_zone)


def _create(path: Path | None, spec: AccountSpec, clock: SystemClock) -> Crm:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    return Crm.create(path, spec, clock)


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
