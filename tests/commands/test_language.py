"""The command line speaks one language: English, Russian where it is asked for or the locale is."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from smena.access.model import Role
from smena.app.cli import app
from smena.app.commands import Failed, Person, add_user
from smena.kernel.db import Database
from smena.kernel.i18n import language, of_environment, use
from smena.kernel.settings import load

ENGLISH, RUSSIAN = "There is no file of settings", "Файла настроек нет"
NOTHING = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "run_away"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, "ru"),
        ({"LC_ALL": "de_DE", "LC_MESSAGES": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ru_RU.UTF-8"}, "ru"),
    ],
)
def test_the_language_of_a_locale(environment: Mapping[str, str], expected: str) -> None:
    assert of_environment(environment) == expected


@pytest.mark.parametrize("command", ["up", "migrate", "doctor", "dump x", "restore x", "user add"])
@pytest.mark.parametrize(
    ("said", "locale", "expected"),
    [
        ("", {}, ENGLISH),
        ("", {"LANG": "ru_RU.UTF-8"}, RUSSIAN),
        ("--lang ru", {"LANG": "en_US.UTF-8"}, RUSSIAN),
        ("--lang en", {"LC_ALL": "ru_RU.UTF-8"}, ENGLISH),
    ],
)
def test_a_command_speaks_one_language(
    tmp_path: Path, command: str, said: str, locale: Mapping[str, str], expected: str
) -> None:
    given = [*command.split(), "--config", str(tmp_path / "none"), *said.split()]
    done = CliRunner().invoke(app, given, env={**NOTHING, **locale})
    assert done.exit_code == 1
    assert expected in done.output.replace("\n", " ")
    assert bool(re.search("[а-яё]", done.output)) is (expected == RUSSIAN)
    assert language() == "ru", "a command's language ends with it"


def test_an_unknown_language_is_told() -> None:
    done = CliRunner().invoke(app, ["migrate", "--lang", "de"], env=NOTHING)
    assert done.exit_code == 2
    assert "ru, en" in done.output


def test_help_is_english() -> None:
    for command in ("", "up", "demo", "connect", "user add", "doctor", "emulator"):
        said = CliRunner().invoke(app, [*command.split(), "--help"], env=NOTHING)
        assert said.exit_code == 0
        assert not re.search("[а-яё]", said.output), command


@pytest.mark.anyio
async def test_an_operator_is_told_in_english(db: Database, db_url: str, tmp_path: Path) -> None:
    settings = load(None, data_dir=tmp_path, database_url=db_url, secret_key="s" * 40)
    screen = io.StringIO()
    with use("en"):
        person = Person("anna@romashka.example", "Anna", Role.ADMIN, None, None)
        await add_user(settings, person, Console(file=screen, width=200))
        with pytest.raises(Failed, match="There is no role boss"):
            await add_user(settings, Person("b@b.example", "B", "boss", None, None), Console())
    assert re.search(
        r"Sign in: http://\S+/sign-in\nE-mail: anna@\S+\nPassword: \S+", screen.getvalue()
    )
