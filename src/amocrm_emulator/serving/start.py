"""Makes what the command line asks for: an account, its past, who works in it, how it is served."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from amocrm_emulator.account.clock import CrmClock, MachineClock, MovableClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.authority import NewIntegration
from amocrm_emulator.account.spec import AccountSpec
from amocrm_emulator.serving.api.kit.limiter import PER_SECOND
from amocrm_emulator.serving.faults.read import read_file
from amocrm_emulator.serving.server import Emulator, Setting
from amocrm_emulator.serving.tls import Tls, self_signed
from amocrm_emulator.team.history import write_history
from amocrm_emulator.team.log import Log, read_log
from amocrm_emulator.team.people import department
from amocrm_emulator.team.replay import Replay
from amocrm_emulator.team.stock import write_stock
from amocrm_emulator.team.team import Team

CLOCKS: Mapping[str, Callable[[], CrmClock]] = {"system": MachineClock, "virtual": MovableClock}


class CannotStart(Exception):  # noqa: N818 -- told to a person in one sentence
    """Options that nothing can be started with."""


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How an emulator is started; `data` None keeps the account in memory."""

    host: str = "127.0.0.1"
    port: int = 8900
    token: str = "emulator-token"  # noqa: S105 -- of an emulator on this machine
    seed: int = 7
    users: int = 12
    leads: int = 0
    speed: float = 1.0
    days: int = 14
    limits: bool = True
    data: Path | None = None
    replay: Path | None = None
    own_time: bool = False
    account_id: int = 31_000_001
    time_zone: str = "Europe/Moscow"
    with_team: bool = True
    clock: str = "system"
    fault: Path | None = None
    latency_ms: int = 0
    tls: bool = False
    tls_port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    public_host: str = ""
    states: Path = Path("amocrm-states")
    integration: NewIntegration | None = None


def open_account(options: StartOptions) -> tuple[Crm, Team | Replay | None]:
    """Open the stored account, or make one: from a log, or a department with its past days."""
    clock = _clock(options)
    log = read_log(options.replay) if options.replay else None
    try:
        crm = _account(options, log, clock)
    except (sqlite3.Error, OSError) as error:
        raise CannotStart(f"{options.data} cannot be used as an account: {error}") from error
    if options.integration is not None:
        crm.oauth.create(options.integration)
    if log is not None:
        return crm, Replay(crm, log, own_time=options.own_time)
    team = Team(crm, seed=options.seed, speed=options.speed) if options.with_team else None
    return crm, team


def serve_account(options: StartOptions, crm: Crm, background: Team | Replay | None) -> Emulator:
    """Bind the address; nothing is answered yet."""
    setting = Setting(
        host=options.host,
        port=options.port,
        per_second=PER_SECOND if options.limits else None,
        tls=_tls(options),
        tls_port=options.tls_port,
        faults=tuple(read_file(options.fault)) if options.fault else (),
        latency_seconds=options.latency_ms / 1000,
        public_host=options.public_host,
        states=options.states,
        background=background,
    )
    try:
        return Emulator(crm, setting)
    except (OSError, OverflowError) as error:
        where = f"{options.host}:{options.port}"
        raise CannotStart(f"Nothing can listen on {where}: {error}") from error


def _account(options: StartOptions, log: Log | None, clock: CrmClock) -> Crm:
    if options.data is not None and options.data.exists():
        return Crm.open(options.data, clock)
    spec = log.spec(options.time_zone) if log else _department(options)
    spec = replace(spec, id=options.account_id, tokens=((options.token, spec.users[0].id),))
    if options.data is not None:
        options.data.parent.mkdir(parents=True, exist_ok=True)
    crm = Crm.create(options.data, spec, clock)
    now = datetime.fromtimestamp(clock.now(), UTC)
    if log is None and options.leads:
        write_stock(crm, options.leads, until=now, seed=options.seed)
    if log is None and options.days:
        write_history(crm, days=options.days, until=now, seed=options.seed)
    return crm


def _department(options: StartOptions) -> AccountSpec:
    try:
        ZoneInfo(options.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CannotStart(f"There is no time zone {options.time_zone!r}") from error
    return department(options.users, options.seed, options.time_zone)


def _clock(options: StartOptions) -> CrmClock:
    make = CLOCKS.get(options.clock)
    if make is None:
        raise CannotStart(f"--clock is one of: {', '.join(CLOCKS)}")
    return make()


def _tls(options: StartOptions) -> Tls | None:
    if options.certificate is not None or options.key is not None:
        if options.certificate is None or options.key is None:
            raise CannotStart("--certificate and --key are given together")
        tls = Tls(options.certificate, options.key)
        tls.check()
        return tls
    if not options.tls and options.tls_port is None:
        return None
    folder = options.data.parent if options.data else Path(mkdtemp(prefix="amocrm-emulator-"))
    now = datetime.fromtimestamp(MachineClock().now(), UTC)  # clients judge by their own clocks
    return self_signed(folder, _hosts(options), now)


def _hosts(options: StartOptions) -> Iterable[str]:
    yield options.host
    if options.public_host:
        yield options.public_host.partition(":")[0]
