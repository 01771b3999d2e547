"""Where settings come from, and what an operator is told about a mistake."""

import stat
from pathlib import Path
from typing import Any

import pytest

from smena.kernel.errors import BadSetting
from smena.kernel.settings import load, secret_key

KEY = "a long secret key of an installation"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing is set; what `load` notes in it goes with the test."""
    for name in ("SMENA_CONFIG_FILE", "SMENA_PORT", "DATABASE_URL", "SMENA_DATABASE_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def told(file: Path | None = None, **given: object) -> str:
    with pytest.raises(BadSetting) as refused:
        load(file, **given)
    return str(refused.value)


def test_the_command_line_then_the_environment_then_the_file(
    tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "smena.toml"
    file.write_text('port = 1000\nlanguage = "en"\npoll_seconds = 30\n')
    environment.setenv("SMENA_PORT", "2000")
    environment.setenv("SMENA_LANGUAGE", "ru")
    found = load(file, port=3000)
    assert (found.port, found.language, found.poll_seconds) == (3000, "ru", 30)
    assert load(file).port == 2000
    assert load().history_days == 14


def test_the_database_is_named_as_everywhere(environment: pytest.MonkeyPatch) -> None:
    assert load().database_url is None
    environment.setenv("DATABASE_URL", "postgresql://somebody@db/smena")
    given = load().database_url
    assert given is not None
    assert given.get_secret_value() == "postgresql://somebody@db/smena"
    assert "somebody" not in repr(load())


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"port": "many"}, "port (SMENA_PORT): нужно целое число"),
        ({"port": 70000}, "port (SMENA_PORT): не больше 65535"),
        ({"poll_seconds": 0}, "poll_seconds (SMENA_POLL_SECONDS): не меньше 0.5"),
        ({"language": "de"}, "language (SMENA_LANGUAGE): такого значения нет; допустимы: 'ru'"),
        ({"prot": 1}, "prot (SMENA_PROT): такой настройки нет, проверьте название"),
        ({"public_url": "smena.example"}, "http:// или https:// в начале"),
        ({"database_pooler_url": "postgresql://pooler/smena"}, "задайте и DATABASE_URL"),
    ],
)
def test_a_mistake_is_told_with_what_to_write(given: dict[str, Any], advice: str) -> None:
    assert advice in told(**given)


def test_a_mistake_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "smena.toml"
    assert "Файла настроек нет" in told(file)
    file.write_text("port = [")
    assert "не читается" in told(file)
    file.write_text("prot = 1")
    assert "такой настройки нет" in told(file)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path / "new")
    made = secret_key(settings)
    assert len(made) >= 32
    assert secret_key(settings) == made
    path = tmp_path / "new" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        secret_key(settings)


def test_a_given_key_is_long_enough(tmp_path: Path) -> None:
    assert secret_key(load(data_dir=tmp_path, secret_key=KEY)) == KEY
    assert not (tmp_path / "secret.key").exists()
    with pytest.raises(BadSetting, match="openssl rand"):
        secret_key(load(data_dir=tmp_path, secret_key="short"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, True, id="as it comes"),
        pytest.param({"public_url": "http://localhost:8700"}, True, id="its own address"),
        pytest.param({"host": "0.0.0.0"}, False, id="the whole network"),
        pytest.param({"host": "192.168.0.7"}, False, id="a network"),
        pytest.param({"public_url": "https://smena.example"}, False, id="behind a proxy"),
        pytest.param(
            {"host": "0.0.0.0", "public_url": "http://127.0.0.1:8700"},
            False,
            id="says one thing and does another",
        ),
    ],
)
def test_who_can_reach_it(given: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 -- a case
    assert load(**given).is_for_this_machine is expected
