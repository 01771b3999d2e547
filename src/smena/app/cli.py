"""The command line: `smena up`, `smena demo`, `smena user add` and the rest."""

import asyncio
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
from smena.kernel.postgres.trouble import PostgresTrouble
from smena.kernel.settings import Settings, load
from smena.migrations.obstacles import CannotMigrate

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Смена: отдел продаж в amoCRM как на ладони."
)
user_app = typer.Typer(no_args_is_help=True, help="Люди, которые входят в Смену.")
app.add_typer(user_app, name="user")
app.command(name="emulator", help="Локальная amoCRM с командой, которая работает.")(serve_emulator)

console = Console(highlight=False)
Done = TypeVar("Done")

DataDir = Annotated[Path | None, typer.Option(help="Папка данных.")]
Config = Annotated[Path | None, typer.Option(help="Файл настроек TOML.")]


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Адрес, на котором слушать.")] = None,
    port: Annotated[int | None, typer.Option(help="Порт (8700).")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    role: Annotated[node.NodeRole, typer.Option(help="Что делает этот узел.")] = node.NodeRole.ALL,
) -> None:
    """Запустить Смену: страницы, вебхуки и фоновую работу."""
    settings = _settings(config, host=host, port=port, data_dir=data_dir)

    def ready(_parts: node.Parts) -> None:
        console.print(f"Смена работает: [bold]{settings.url}[/bold]  (Ctrl-C — остановить)")

    _run(_until_signal(lambda stop: node.run(
        settings, stop, role=role, tell=console.print, on_ready=ready
    )))  # fmt: skip


@app.command(name="demo")
def run_demo(
    port: Annotated[int, typer.Option(help="Порт.")] = 8700,
    data_dir: DataDir = None,
    seed: Annotated[int, typer.Option(help="То же число — те же люди и дни.")] = 7,
    users: Annotated[int, typer.Option(min=3, max=500, help="Сколько сотрудников.")] = 24,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Во сколько раз живее.")] = 1.0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Не открывать браузер.")] = False,
) -> None:
    """Показать живой отдел продаж: база, эмулятор amoCRM и Смена одной командой."""
    folder = data_dir or demo.default_folder()
    wanted = demo.DemoOptions(port, folder.absolute(), seed, users, speed, not no_browser)
    logs.configure("console", "warning")
    _run(_until_signal(lambda stop: demo.run(wanted, stop, console)))


@user_app.command("add")
def user_add(
    email: Annotated[str, typer.Option(prompt="E-mail")],
    name: Annotated[str, typer.Option(prompt="Имя")],
    role: Annotated[str, typer.Option(help="admin, supervisor или employee.")] = "admin",
    account: Annotated[int | None, typer.Option(help="Номер аккаунта amoCRM.")] = None,
    password: Annotated[str | None, typer.Option(help="Без него пароль придумает Смена.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Добавить человека и напечатать пароль. Без аккаунтов он становится оператором установки."""
    settings = _settings(config, data_dir=data_dir)
    wanted = commands.Person(email, name, role, account, password)
    _run(commands.add_user(settings, wanted, console))


@app.command()
def connect(
    url: Annotated[str, typer.Option(prompt="Адрес аккаунта, например https://acme.amocrm.ru")],
    token_file: Annotated[Path, typer.Option(help="Файл с долгосрочным токеном; - ввод.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Подключить аккаунт amoCRM по долгосрочному токену."""
    settings = _settings(config, data_dir=data_dir)
    token = typer.get_text_stream("stdin").read() if str(token_file) == "-" else _read(token_file)
    _run(commands.connect(settings, url, token, console))


@app.command()
def migrate(data_dir: DataDir = None, config: Config = None) -> None:
    """Привести базу данных к этой версии (`up` делает это сам)."""
    _run(commands.migrate(_settings(config, data_dir=data_dir), console))


@app.command()
def doctor(data_dir: DataDir = None, config: Config = None) -> None:
    """Рассказать, что с установкой и что с этим делать; код 1, если нужен человек."""
    if not _run(commands.doctor(_settings(config, data_dir=data_dir), console)):
        raise typer.Exit(1)


@app.command()
def dump(file: Path, data_dir: DataDir = None, config: Config = None) -> None:
    """Записать копию базы данных в файл; Смена может при этом работать."""
    _run(commands.dump(_settings(config, data_dir=data_dir), file, console))


@app.command()
def restore(file: Path, data_dir: DataDir = None, config: Config = None) -> None:
    """Загрузить копию в пустую базу данных."""
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
        raise _fail(f"Файл {path} не читается: {error}") from error


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
    except (BadSetting, PostgresTrouble, CannotMigrate, commands.Failed) as error:
        raise _fail(str(error)) from error


def _fail(text: str) -> typer.Exit:
    Console(stderr=True, highlight=False).print(f"[red]{text}[/red]")
    return typer.Exit(1)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
