"""A living sales floor in one go: database, emulated amoCRM with a team, Smena itself.

The emulator is a process of its own, as amoCRM is a machine of its own; it ends with us. What the
demo sets up it sets up once: a second start goes on with the same people, leads and settings.
"""

import asyncio
import contextlib
import json
import os
import sys
import webbrowser
from collections.abc import AsyncIterator, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from amocrm_emulator.team.people import pick_time_zone
from smena.access import actions as access
from smena.access import queries as access_queries
from smena.access.model import AccessRefusal, NewPerson, Role
from smena.access.words import refusal_text as access_text
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import CONSENT_VERSION, FormInput, Giver
from smena.app import node
from smena.app.demo_progress import show_load
from smena.app.demo_work import first_customers, give_work, people_are_known
from smena.connectors.amocrm import queries as amocrm_queries
from smena.connectors.amocrm.connecting import connect
from smena.connectors.amocrm.connecting.connect import Request
from smena.connectors.amocrm.connecting.words import refusal_text
from smena.connectors.amocrm.model import Connected
from smena.kernel.clock import SystemClock
from smena.kernel.errors import BadSetting
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.kernel.ids_and_secrets import new_secret
from smena.kernel.settings import default_data_dir, load

EMAIL = "demo@smena.example"
NAME = "Мария Руководитель"
PHONE = "+7 900 000-00-00"
ACCOUNT = AccountId(31_000_001)
LOAD_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line said."""

    port: int
    folder: Path
    seed: int
    users: int
    speed: float
    opens_browser: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the first start decided and every later start keeps, in the demo's folder."""

    password: str
    emulator_token: str
    emulator_port: int
    time_zone: str


def default_folder() -> Path:
    return default_data_dir().with_name("smena-demo")


async def run(options: DemoOptions, stop: asyncio.Event, console: Console) -> None:
    """Run the demo until `stop`."""
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "demo.json").unlink(missing_ok=True)
    settings = load(
        None,
        data_dir=options.folder,
        port=options.port,
        public_url=f"http://127.0.0.1:{options.port}",
        allowed_crm_hosts=("127.0.0.1",),
    )
    kept = _remember(options)
    async with _emulator(options, kept, console, stop) as emulator:
        setting_up: list[asyncio.Task[None]] = []

        def ready(made: node.Parts) -> None:
            work = _set_up(made, options, kept, emulator, console)
            setting_up.append(asyncio.create_task(_until(stop, work)))

        await node.run(settings, stop, tell=console.print, on_ready=ready)
        for task in setting_up:
            task.cancel()
        for found in await asyncio.gather(*setting_up, return_exceptions=True):
            if isinstance(found, Exception):
                raise found
    console.print(_("Остановлено. Следующий запуск продолжит с этого места."))


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Set up until told to stop, before the database goes; a demo that cannot be set up ends."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    except Exception:
        stop.set()
        raise
    finally:
        working.cancel()
        stopping.cancel()


def _remember(options: DemoOptions) -> Remembered:
    path = options.folder / "demo-settings.json"
    if path.exists():
        return Remembered(**json.loads(path.read_text()))
    made = Remembered(
        password=new_secret(9),
        emulator_token=new_secret(24),
        emulator_port=options.port + 1 if options.port else 0,
        time_zone=pick_time_zone(SystemClock().now()),
    )
    _write_private(path, asdict(made))
    return made


def _write_private(path: Path, content: dict[str, object]) -> None:
    """Write whole or not at all, readable by the owner only: it holds passwords."""
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
    part.replace(path)


@contextlib.asynccontextmanager
async def _emulator(
    options: DemoOptions, kept: Remembered, console: Console, stop: asyncio.Event
) -> AsyncIterator[asyncio.Task[str]]:
    """Run the emulator as a child that ends with us; the task tells its address when it is up.

    At the first start it writes two weeks of a department's life: Smena starts meanwhile.
    """
    console.print(_("Запускается эмулятор amoCRM…"))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "amocrm_emulator.serving.cli",
        "--port",
        str(kept.emulator_port),
        "--token",
        kept.emulator_token,
        "--seed",
        str(options.seed),
        "--users",
        str(options.users),
        "--speed",
        str(options.speed),
        "--account-id",
        str(ACCOUNT),
        "--time-zone",
        kept.time_zone,
        "--data",
        str(options.folder / "emulator.sqlite"),
        "--end-with-parent",
        stdout=asyncio.subprocess.PIPE,
    )
    watching = asyncio.create_task(_watch(child, stop, console))
    telling = asyncio.create_task(_address(child, options, kept))
    try:
        yield telling
    finally:
        watching.cancel()
        telling.cancel()
        if child.returncode is None:
            child.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), 5)
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _address(
    child: asyncio.subprocess.Process, options: DemoOptions, kept: Remembered
) -> str:
    assert child.stdout is not None
    line = (await child.stdout.readline()).decode().strip()
    if not line.startswith("http"):
        text = _("Эмулятор не запустился: порт {port} занят или файл {file} испорчен")
        file = options.folder / "emulator.sqlite"
        raise BadSetting(text.format(port=kept.emulator_port, file=file))
    return line.split()[0]


async def _watch(child: asyncio.subprocess.Process, stop: asyncio.Event, console: Console) -> None:
    await child.wait()
    if not stop.is_set():
        text = _("Эмулятор неожиданно остановился.")
        console.print(f"[red]{text}[/red]")
        stop.set()


async def _set_up(
    made: node.Parts,
    options: DemoOptions,
    kept: Remembered,
    emulator: asyncio.Task[str],
    console: Console,
) -> None:
    """Connect the account, add the administrator and the template; tell how to get in."""
    emulator_url = await emulator
    await _tell_product(emulator_url, made.settings.url)
    if await _is_fresh(made):
        await _connect(made, kept, emulator_url)
    await _activate(made)
    webhook = made.service.webhook_url(ACCOUNT)
    _write_private(
        options.folder / "demo.json",
        {
            "url": made.settings.url,
            "email": EMAIL,
            "password": kept.password,
            "emulator_url": emulator_url,
            "emulator_token": kept.emulator_token,
            "account_id": ACCOUNT,
            "webhook_url": webhook,
        },
    )
    for line in (
        "",
        _("Смена:   {address}").format(address=f"[bold]{made.settings.url}[/bold]"),
        _("Логин:   {email}").format(email=f"[bold]{EMAIL}[/bold]"),
        _("Пароль:  {password}").format(password=f"[bold]{kept.password}[/bold]"),
        _("amoCRM (эмулятор): {address}").format(address=f"[bold]{emulator_url}[/bold]"),
        _("Там сделки, звонки и сообщения делаются руками. Ctrl-C — остановить."),
        "",
    ):
        console.print(f"  {line}".rstrip())
    if options.opens_browser:
        await asyncio.to_thread(webbrowser.open, made.settings.url)
    await people_are_known(made, ACCOUNT)
    if await give_work(made, ACCOUNT, (options.users, options.seed)):
        await first_customers(emulator_url, kept.emulator_token)
    await asyncio.wait_for(show_load(made, ACCOUNT, console), LOAD_SECONDS_MAX)
    await _limit(emulator_url, 7)


async def _is_fresh(made: node.Parts) -> bool:
    async with made.db.tenant(ACCOUNT) as tx:
        return await amocrm_queries.connection(tx) is None


async def _connect(made: node.Parts, kept: Remembered, emulator_url: str) -> None:
    """Connect like a customer would; only the request limit is lifted for the first load."""
    await _limit(emulator_url, None)
    founder = await access.check_person(NewPerson(EMAIL, NAME, Role.ADMIN, ACCOUNT, kept.password))
    if isinstance(founder, AccessRefusal):
        raise BadSetting(_no_admin(founder))
    asked = Request(emulator_url, kept.emulator_token, load_requests_per_second=0, founder=founder)
    found = await connect.connect_by_token(made.db, made.clock, made.service, asked)
    if not isinstance(found, Connected):
        text = _("Эмулятор не подключился: {reason}")
        raise BadSetting(text.format(reason=refusal_text(found)))
    if found.onboarded.refusal is not None:
        raise BadSetting(_no_admin(found.onboarded.refusal))


def _no_admin(refusal: AccessRefusal) -> str:
    return _("Администратор демо не добавлен: {reason}").format(reason=access_text(refusal))


async def _activate(made: node.Parts) -> None:
    """Give the consent that a customer's administrator gives at the first entry."""
    now = made.clock.now()
    async with made.db.tenant(ACCOUNT) as tx:
        if (await accounts_queries.standing(tx)).is_activated:
            return
    people = await access_queries.members(made.db, ACCOUNT, now)
    admin = next((member.person_id for member in people if member.email == EMAIL), None)
    if admin is None:
        raise BadSetting(_("Администратора демо больше нет: {email}").format(email=EMAIL))
    given = FormInput(NAME, PHONE, "Руководитель отдела продаж", True, str(CONSENT_VERSION))
    async with made.db.tenant(ACCOUNT) as tx:
        flaws = await accounts.activate(tx, given, Giver(admin, EMAIL), now)
    if flaws:
        raise BadSetting(_("Демо не активировано: {flaws}").format(flaws=flaws))


async def _tell_product(emulator_url: str, url: str) -> None:
    """Let each lead in the emulator link to what Smena made of it."""
    told = {
        "lead": f"{url.rstrip('/')}/distribution/results?lead={{id}}",
        "labels": {"ru": "Посмотреть в Смене", "en": "Look in Smena"},
    }
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.post(f"{emulator_url}/control/product", json=told)


async def _limit(emulator_url: str, per_second: int | None) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.post(f"{emulator_url}/control/limits", json={"per_second": per_second})
