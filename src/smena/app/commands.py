"""Short commands of the operator: they open the installation, do one thing and leave."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape

from smena.access import actions as access
from smena.access.model import AccessRefusal, NewPerson, Role
from smena.access.words import refusal_text as access_text
from smena.accounts import queries as accounts
from smena.accounts.model import Account
from smena.app import database, node, wiring
from smena.app.address import address
from smena.connectors.amocrm.connecting import connect as connecting_connect
from smena.connectors.amocrm.connecting.connect import Request
from smena.connectors.amocrm.connecting.words import refusal_text
from smena.connectors.amocrm.health import gather
from smena.connectors.amocrm.health.view import health_view
from smena.connectors.amocrm.model import Connected
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.kernel.postgres import backup
from smena.kernel.settings import Settings

KEY_FILE = "secret.key"


class Failed(Exception):  # noqa: N818 -- told to the operator
    """A command could not be carried out; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the operator typed about a person."""

    email: str
    name: str
    role: str
    account: int | None
    password: str | None


async def add_user(settings: Settings, person: Person, console: Console) -> None:
    """Add a person to one account, to the only account, or as the installation's operator.

    Raises Failed when the role, the account or the e-mail will not do.
    """
    if person.role not in set(Role):
        raise Failed(_("Роли {role} нет: admin, supervisor или employee").format(role=person.role))
    async with (
        database.reached(settings, console.print) as url,
        node.parts(settings, url, is_short=True) as made,
    ):
        account = await _account_of(made, person.account)
        new = NewPerson(
            person.email,
            person.name,
            Role(person.role),
            account,
            person.password,
            is_operator=account is None,
        )
        added = await access.add_person(made.db, new, made.clock.now())
        if isinstance(added, AccessRefusal):
            raise Failed(access_text(added))
    console.print(_("Вход: {address}").format(address=f"[bold]{address(settings)}/sign-in[/bold]"))
    console.print(f"E-mail: [bold]{person.email}[/bold]")
    if person.password is None and added.password is not None:
        console.print(_("Пароль: {password}").format(password=f"[bold]{added.password}[/bold]"))


async def _account_of(made: node.Parts, wanted: int | None) -> AccountId | None:
    async with made.db.system() as tx:
        known = [account.id for account in await accounts.all_accounts(tx)]
    if wanted is not None:
        if wanted not in known:
            text = _("Аккаунта {id} нет; подключены: {known}")
            raise Failed(text.format(id=wanted, known=", ".join(map(str, known)) or "—"))
        return AccountId(wanted)
    if len(known) > 1:
        text = _("Аккаунтов несколько: укажите --account ({known})")
        raise Failed(text.format(known=", ".join(map(str, known))))
    return known[0] if known else None


async def connect(settings: Settings, url: str, token: str, console: Console) -> None:
    """Connect an account; its first load starts as soon as a node runs.

    Raises Failed when amoCRM does not accept the token.
    """
    async with (
        database.reached(settings, console.print) as database_url,
        node.parts(settings, database_url, is_short=True) as made,
    ):
        found = await connecting_connect.connect_by_token(
            made.db, made.clock, made.service, Request(url, token)
        )
        if not isinstance(found, Connected):
            raise Failed(refusal_text(found))
    text = _("Аккаунт подключён: {name} ({id}).")
    console.print(text.format(name=f"[bold]{escape(found.name)}[/bold]", id=found.account))
    console.print(
        _("Первая загрузка идёт, пока работает smena up; ход — на странице «Подключение».")
    )


async def migrate(settings: Settings, console: Console) -> None:
    async with (
        database.reached(settings, console.print) as url,
        node.parts(settings, url, is_short=True),
    ):
        console.print(_("База данных соответствует этой версии."))


async def dump(settings: Settings, file: Path, console: Console) -> None:
    async with database.reached(settings, console.print) as url:
        await backup.dump(url, file)
    text = _("Копия записана: {file}. Храните рядом с ней {key} из папки данных.")
    console.print(text.format(file=file, key=KEY_FILE))


async def restore(settings: Settings, file: Path, console: Console) -> None:
    async with database.reached(settings, console.print) as url:
        await backup.restore(url, file)
    text = _("Копия загружена: {file}. Положите в папку данных её {key}.")
    console.print(text.format(file=file, key=KEY_FILE))


async def doctor(settings: Settings, console: Console) -> bool:
    """Print what an operator asks first; tell whether nothing needs a hand."""
    async with (
        database.reached(settings, console.print) as url,
        node.parts(settings, url, is_short=True) as made,
    ):
        async with made.db.system() as tx:
            known = await accounts.all_accounts(tx)
            version = await tx.value("SHOW server_version")
        told = _("PostgreSQL {version}, папка данных {folder}")
        console.print(told.format(version=version, folder=settings.data_dir))
        if not known:
            console.print(_("Аккаунтов нет: подключите первый командой smena connect."))
        return all([await _examine(made, account, console) for account in known])


async def _examine(made: node.Parts, account: Account, console: Console) -> bool:
    """Print how one account's connection lives and what to do about it."""
    now = made.clock.now()
    period = made.service.options.poll_period
    health = await gather.of_account(made.db, account.id, period, now)
    console.print(f"\n[bold]{escape(account.name)}[/bold] ({account.id}), {account.base_url}")
    if health is None:
        console.print("  " + _("не подключался"))
        return True
    shown = health_view(health, ZoneInfo(account.time_zone), now, wiring.labels())
    for fact in shown.facts:
        console.print(f"  {fact.name}: {escape(fact.value)}")
    pace = _("Запросов за минуту: {n}; ответов 429 за час: {too_fast}")
    console.print("  " + pace.format(n=shown.total.last_minute, too_fast=shown.too_fast))
    for one in shown.findings:
        mark = "[red]✗[/red]" if one.kind == "error" else "[yellow]![/yellow]"
        console.print(f"  {mark} {escape(one.what)} {escape(one.todo)}")
    if shown.is_well:
        console.print("  [green]✓[/green] " + _("Всё в порядке."))
    return not shown.needs_hand
