"""Each wall between packages stops a new file of its kind, without anybody naming the file.

All wrong files stand in one copy of the tree, so the linter runs once. That the tree itself keeps
every contract is what `./run check` proves.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import patience

ROOT = Path(__file__).parents[2]

STACK = "The stack, top to bottom; a new package must be declared"
CONNECTORS = "Connectors know nothing of each other; a new one must be declared"
AMOCRM_ROOMS = "The rooms of the amoCRM connector"
CRM_ROOMS = "The mirror writes facts and knows the outbox, never the other way"
PURITY = "Models, cores and translations reach no clock"
SQL = "Pages, jobs and the composition root never reach SQL"
RINGS = "Inside a context: stores know no questions"
DOORS = "Questions and verbs are asked by pages and jobs"
CRM_DOORS = "The mirror, its facts and its outbox are entered by words"
OTHER_DOORS = "Other contexts are entered by words"
FEATURE_DOORS = "The composition root enters a feature or a connector by its doors"
SQLALCHEMY = "SQLAlchemy and Alembic are for migrations"
QUEUE = "The queue's library, with its faults"
EMULATOR_LAYERS = "Inside the emulator: serving stands on the team"
EMULATOR_ALONE = "The emulator knows nothing of smena"
EMULATOR_IN_DEMO = "Only the demo and the command line start the emulator"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A new module with an import that it must not have, and the contract that says so."""

    contract: str
    module: str
    imports: str


WRONG = (
    Wrong(STACK, "smena.kernel.wrong", "smena.crm.actions"),
    Wrong(STACK, "smena.activity.wrong", "smena.distribution.queries"),
    Wrong(CONNECTORS, "smena.connectors.kit.wrong", "smena.connectors.amocrm.service"),
    Wrong(CRM_ROOMS, "smena.crm.facts.wrong", "smena.crm.outbox.queries"),
    Wrong(PURITY, "smena.distribution.core.wrong_driver", "asyncpg"),
    Wrong(PURITY, "smena.distribution.core.wrong_clock", "smena.kernel.clock"),
    Wrong(PURITY, "smena.connectors.amocrm.writing.core.wrong", "httpx2"),
    Wrong(PURITY, "smena.activity.wrong_room.model", "litestar"),
    Wrong(
        PURITY,
        "smena.connectors.amocrm.translation.wrong",
        "smena.crm.mirror.queries",
    ),
    Wrong(SQL, "smena.distribution.wrong_room.pages", "smena.distribution.store.results"),
    Wrong(SQL, "smena.activity.wrong_room.jobs", "smena.activity.store"),
    Wrong(RINGS, "smena.distribution.store.wrong", "smena.distribution.queries"),
    Wrong(RINGS, "smena.staff.wrong_room.store", "smena.staff.actions"),
    Wrong(DOORS, "smena.distribution.wrong_room.queries", "smena.distribution.pages"),
    Wrong(DOORS, "smena.staff.wrong_room.actions", "smena.staff.pages"),
    Wrong(CRM_DOORS, "smena.settings.wrong", "smena.crm.outbox.store"),
    Wrong(CRM_DOORS, "smena.staff.wrong", "smena.crm.mirror.core"),
    Wrong(OTHER_DOORS, "smena.distribution.wrong", "smena.staff.store"),
    Wrong(FEATURE_DOORS, "smena.app.wrong", "smena.connectors.amocrm.writing.core.request"),
    Wrong(AMOCRM_ROOMS, "smena.connectors.amocrm.tokens.wrong", "smena.connectors.amocrm.reading"),
    Wrong(SQLALCHEMY, "smena.staff.wrong_sql", "sqlalchemy"),
    Wrong(QUEUE, "smena.staff.wrong_queue", "pgqueuer"),
    Wrong(EMULATOR_LAYERS, "amocrm_emulator.account.wrong", "amocrm_emulator.team"),
    Wrong(EMULATOR_ALONE, "amocrm_emulator.wrong", "smena.kernel.clock"),
    Wrong(EMULATOR_IN_DEMO, "smena.settings.wrong_demo", "amocrm_emulator"),
)
UNDECLARED = {STACK: "smena.wrong_package", CONNECTORS: "smena.connectors.wrong_connector"}
"""Packages that no list of layers names."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what the linter says of each broken contract, by the contract's name."""
    place = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "src", place / "src", ignore=shutil.ignore_patterns("static", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", place)
    for wrong in WRONG:
        _write(place / "src", wrong.module, f"import {wrong.imports}\n")
    for package in UNDECLARED.values():
        _write(place / "src", f"{package}.some", "")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place / "src"), "COLUMNS": "200"},
        check=False,
        capture_output=True,
        text=True,
        timeout=patience(300),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    _, _, broken = done.stdout.partition("Broken contracts")
    titles = re.split(r"^(.+)\n-+$", broken, flags=re.MULTILINE)[1:]
    return dict(zip(titles[::2], titles[1::2], strict=True))


def _write(source: Path, module: str, text: str) -> None:
    *packages, name = module.split(".")
    folder = source.joinpath(*packages)
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    path = folder / f"{name}.py"
    assert not path.exists(), f"{module} is a module of the tree"
    path.write_text(text)


def report(reports: Mapping[str, str], contract: str) -> str:
    found = [text for title, text in reports.items() if title.startswith(contract)]
    assert len(found) == 1, f"{contract!r} is not broken; broken are {sorted(reports)}"
    return found[0]


@pytest.mark.parametrize("contract", sorted({wrong.contract for wrong in WRONG}))
def test_a_contract_names_its_wrong_files_and_no_other(
    reports: Mapping[str, str], contract: str
) -> None:
    chains = re.findall(r"^-\s+(\S+) -> (\S+)", report(reports, contract), re.MULTILINE)
    assert set(chains) == {(one.module, one.imports) for one in WRONG if one.contract == contract}


def test_every_contract_has_a_wrong_file(reports: Mapping[str, str]) -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert len(reports) == text.count("[[tool.importlinter.contracts]]")


@pytest.mark.parametrize("contract", sorted(UNDECLARED))
def test_a_new_package_must_be_declared(reports: Mapping[str, str], contract: str) -> None:
    assert UNDECLARED[contract].rpartition(".")[2] in report(reports, contract)
