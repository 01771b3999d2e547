"""`smena user add`: who becomes what, and what the operator is told."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from smena.access import actions, queries
from smena.access.model import Role, SignedIn, Viewer
from smena.app import node
from smena.app.address import address, remember
from smena.app.commands import Failed, Person, add_user
from smena.kernel.clock import SystemClock
from smena.kernel.db import Database
from smena.kernel.settings import Settings, load
from tests.access.cast import ACME, MARINA_MAIL, OTHER, PASSWORD, connect, credentials

pytestmark = pytest.mark.anyio


class Operator:
    """Somebody at the terminal of an installation."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self.settings = settings
        self.screen = io.StringIO()

    async def adds(
        self, role: str = "admin", account: int | None = None, password: str | None = None
    ) -> str:
        """Type the command; return the password it printed, or the one that was typed."""
        person = Person(MARINA_MAIL, "Марина Орлова", role, account, password)
        await add_user(self.settings, person, Console(file=self.screen, width=200))
        shown = re.search(r"Пароль: (\S+)", self.screen.getvalue())
        assert (shown is None) == (password is not None)
        return password or (shown[1] if shown else "")

    async def signs_in(self, password: str) -> Viewer:
        now = SystemClock().now()
        outcome = await actions.sign_in(self._db, credentials(password=password), now)
        assert isinstance(outcome, SignedIn)
        viewer = await queries.recognise(self._db, outcome.token, now)
        assert viewer is not None
        return viewer


@pytest.fixture
def operator(db: Database, db_url: str, tmp_path: Path) -> Operator:
    key = "a secret key of the tests, long enough"
    return Operator(db, load(None, data_dir=tmp_path, database_url=db_url, secret_key=key))


@pytest.mark.parametrize(
    ("given", "remembered", "expected"),
    [
        pytest.param({}, "", "http://127.0.0.1:8700", id="never started"),
        pytest.param({"port": 9100}, "", "http://127.0.0.1:9100", id="a port of the settings"),
        pytest.param({}, "9200", "http://127.0.0.1:9200", id="smena up --port 9200"),
        pytest.param({"port": 9100}, "9200", "http://127.0.0.1:9100", id="settings say more"),
        pytest.param(
            {"public_url": "https://smena.example"}, "9200", "https://smena.example", id="a name"
        ),
    ],
)
async def test_where_to_sign_in(
    operator: Operator, tmp_path: Path, given: dict[str, Any], remembered: str, expected: str
) -> None:
    if remembered:
        remember(load(None, data_dir=tmp_path, port=int(remembered)))
    operator.settings = operator.settings.model_copy(update=given)
    await operator.adds()
    assert f"Вход: {expected}/sign-in" in operator.screen.getvalue()


async def test_a_node_that_keeps_nothing_on_disk_starts_all_the_same(tmp_path: Path) -> None:
    """With a database elsewhere and a key given there is no data folder."""
    remember(load(None, data_dir=tmp_path / "none yet", port=9300))
    assert address(load(None, data_dir=tmp_path / "none yet")) == "http://127.0.0.1:9300"
    (tmp_path / "file").write_text("")
    remember(load(None, data_dir=tmp_path / "file", port=9300))
    assert address(load(None, data_dir=tmp_path / "file")) == "http://127.0.0.1:8700"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("0.0.0.0", False)],
)
async def test_who_may_type_this_machine_s_address(
    operator: Operator,
    db_url: str,
    host: str,
    expected: bool,  # noqa: FBT001 -- a case
) -> None:
    settings = operator.settings.model_copy(update={"host": host})
    async with node.parts(settings, db_url, is_short=True) as made:
        assert made.service.options.is_own_machine_allowed is expected


async def test_before_an_account_is_connected_the_first_one_is_the_operator(
    operator: Operator,
) -> None:
    viewer = await operator.signs_in(await operator.adds())
    assert viewer.is_operator
    assert viewer.account is None


async def test_with_one_account_nobody_has_to_name_it(db: Database, operator: Operator) -> None:
    await connect(db)
    viewer = await operator.signs_in(await operator.adds("supervisor", password=PASSWORD))
    assert (viewer.account, viewer.role, viewer.is_operator) == (ACME, Role.SUPERVISOR, False)


async def test_with_several_accounts_one_is_named(db: Database, operator: Operator) -> None:
    await connect(db)
    await connect(db, OTHER, "Другая")
    with pytest.raises(Failed, match=f"--account \\({ACME}, {OTHER}\\)"):
        await operator.adds()
    viewer = await operator.signs_in(await operator.adds(account=OTHER))
    assert viewer.account == OTHER


async def test_mistakes_are_told(db: Database, operator: Operator) -> None:
    await connect(db)
    with pytest.raises(Failed, match="Роли boss нет: admin, supervisor или employee"):
        await operator.adds("boss")
    with pytest.raises(Failed, match=f"Аккаунта 5 нет; подключены: {ACME}"):
        await operator.adds(account=5)
    with pytest.raises(Failed):
        await operator.adds(password="short")
