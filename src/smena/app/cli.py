"""The command line: `smena up`, `smena demo`, `smena user add` and the rest.

It speaks one language: Russian with `--lang ru` or in a Russian locale, else English. Its help is
English.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from rich.console import Console

from amocrm_emulator.serving.cli import serve as serve_emulator
from smena.app import commands, demo, node
from smena.kernel import logs
from smena.kernel.errors import BadSetting
from smena.kernel.i18n import LANGUAGES, of_environment, use
from smena.kernel.i18n import gettext as _
from smena.kernel.postgres.trouble import PostgresTrouble
from smena.kernel.settings import Settings, load
from smena.migrations.obstacles import CannotMigrate

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Smena: a sales department in amoCRM."
)
user_app = typer.Typer(no_args_is_help=True, help="People who sign in to Smena.")
app.add_typer(user_app, name="user")
app.command(name="emulator", help="A local amoCRM with a team that works in it.")(serve_emulator)

console = Console(highlight=False)
Done = TypeVar("Done")


def _speak(context: typer.Context, chosen: str | None) -> str:
    """Speak the chosen language, else that of the locale, until the command ends."""
    if chosen is not None and chosen not in LANGUAGES:
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}")
    language = chosen or of_environment(os.environ)
    context.with_resource(use(language))
    return language


DataDir = Annotated[Path | None, typer.Option(help="Folder of the data.")]
Config = Annotated[Path | None, typer.Option(help="File of settings (TOML).")]
Lang = Annotated[
    str | None,
    typer.Option(
        help="ru or en; without it the language of the locale.", callback=_speak, is_eager=True
    ),
]


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port (8700).")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    role: Annotated[node.NodeRole, typer.Option(help="What this node does.")] = node.NodeRole.ALL,
    lang: Lang = None,  # noqa: ARG001 -- acts by its callback, here and below
) -> None:
    """Run Smena: pages, webhooks and background work."""
    settings = _settings(config, host=host, port=port, data_dir=data_dir)

    def ready(_parts: node.Parts) -> None:
        text = _("Смена работает: {address}  (Ctrl-C — остановить)")
        console.print(text.format(address=f"[bold]{settings.url}[/bold]"))

    work = _until_signal(
        lambda stop: node.run(settings, stop, role=role, tell=console.print, on_ready=ready)
    )
    _run(work)


@app.command(name="demo")
def run_demo(
    port: Annotated[int, typer.Option(help="Port.")] = 8700,
    data_dir: DataDir = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people and days.")] = 7,
    users: Annotated[int, typer.Option(min=3, max=500, help="How many people.")] = 24,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Times as lively.")] = 1.0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Show a living sales department: database, emulated amoCRM and Smena in one command."""
    folder = data_dir or demo.default_folder()
    wanted = demo.DemoOptions(port, folder.absolute(), seed, users, speed, not no_browser)
    logs.configure("console", "warning")
    _run(_until_signal(lambda stop: demo.run(wanted, stop, console)))


@user_app.command("add")
def user_add(
    email: Annotated[str | None, typer.Option()] = None,
    name: Annotated[str | None, typer.Option()] = None,
    role: Annotated[str, typer.Option(help="admin, supervisor or employee.")] = "admin",
    account: Annotated[int | None, typer.Option(help="Number of the amoCRM account.")] = None,
    password: Annotated[str | None, typer.Option(help="Made up when not given.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Add a person and print the password. Without accounts they operate the installation."""
    settings = _settings(config, data_dir=data_dir)
    wanted = commands.Person(
        email or typer.prompt("E-mail"), name or typer.prompt(_("Имя")), role, account, password
    )
    _run(commands.add_user(settings, wanted, console))


@app.command()
def connect(
    token_file: Annotated[Path, typer.Option(help="File with a long-lived token; - reads input.")],
    url: Annotated[str | None, typer.Option(help="https://acme.amocrm.ru")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Connect an amoCRM account by a long-lived token."""
    settings = _settings(config, data_dir=data_dir)
    address = url or typer.prompt(_("Адрес аккаунта, например https://acme.amocrm.ru"))
    token = typer.get_text_stream("stdin").read() if str(token_file) == "-" else _read(token_file)
    _run(commands.connect(settings, address, token, console))


@app.command()
def migrate(
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Bring the database to this version (`up` does so by itself)."""
    _run(commands.migrate(_settings(config, data_dir=data_dir), console))


@app.command()
def doctor(
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Tell how the installation is and what to do about it; exit code 1 when it needs a person."""
    if not _run(commands.doctor(_settings(config, data_dir=data_dir), console)):
        raise typer.Exit(1)


@app.command()
def dump(
    file: Path,
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Write a copy of the database into a file; Smena may run meanwhile."""
    _run(commands.dump(_settings(config, data_dir=data_dir), file, console))


@app.command()
def restore(
    file: Path,
    data_dir: DataDir = None,
    config: Config = None,
    lang: Lang = None,  # noqa: ARG001
) -> None:
    """Load a copy into an empty database."""
    _run(commands.restore(_settings(config, data_dir=data_dir), file, console))


def _settings(config: Path | None, **given: object) -> Settings:
    try:
        settings = load(config, **given)
    except BadSetting as error:
        raise _fail(str(error)) from error
    logs.configure(settings.log_format, settings.log_level)
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        text = _("Файл {file} не читается: {error}")
        raise _fail(text.format(file=path, error=error)) from error


async def _until_signal(work: Any) -> None:
    """Run until the work ends by itself, or until Ctrl-C or SIGTERM asks it to."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await work(stop)


def _run(work: Coroutine[Any, Any, Done]) -> Done:
    """Run in a fast loop; expected troubles become one sentence and exit code 1."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except CannotMigrate as error:
        raise _fail(_(error.text).format(**error.values)) from error
    except (BadSetting, PostgresTrouble, commands.Failed) as error:
        raise _fail(str(error)) from error


def _fail(text: str) -> typer.Exit:
    Console(stderr=True, highlight=False).print(f"[red]{text}[/red]")
    return typer.Exit(1)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
