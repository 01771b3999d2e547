"""The built wheel holds everything that an installed product opens."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import amocrm_emulator
import smena
from smena.web.vendor import CHECKOUT

pytestmark = pytest.mark.slow

PACKAGES = [Path(str(package.__file__)).parent for package in (smena, amocrm_emulator)]

# Runs inside the installed copy: compiles every template and opens every file that one names.
OPEN_ALL = """
import re, sys
from pathlib import Path
import smena
from smena.kernel.i18n import catalog
from smena.web import vendor
from smena.web.contexts import folders
from smena.web.static import KIT_CSS, KIT_CSS_PARTS, asset
from smena.web.templates import environment

assert Path(smena.__file__).is_relative_to(sys.argv[1]), smena.__file__
made = environment()
named = {KIT_CSS} | {f"web/css/{part}.css" for part in KIT_CSS_PARTS}
for template in made.list_templates():
    made.get_template(template)
    text = made.loader.get_source(made, template)[0]
    named |= set(re.findall(r"static\\(['\\"]([^'\\"]+\\.\\w+)['\\"]\\)", text))
for context, folder in folders("static").items():
    if (folder / "js").is_dir():
        named |= {f"{context}/js/{file.name}" for file in (folder / "js").iterdir()}
for path in sorted(named):
    assert asset(path).body, path
assert vendor.problems(vendor.read_list().all_files) == []
assert catalog("en").get("Страница не найдена").string == "Page not found"

from amocrm_emulator.serving.page.assets import files_of_the_page
from amocrm_emulator.serving.page.render import templates
from amocrm_emulator.serving.page.words import say, speaking
for template in templates().list_templates():
    templates().get_template(template)
assert {"frame.css", "things.css", "page.js", "icon.svg"} <= set(files_of_the_page())
with speaking("en"):
    assert say("Сделки") == "Leads"
print(len(made.list_templates()), len(named))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"{package.name}/{file.relative_to(package)}"
        for package in PACKAGES
        for file in package.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert sorted(wanted - held) == []


def test_the_wheel_carries_the_licences(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    told = {name.rsplit("/", 1)[1] for name in held if "/licenses/" in name}
    assert {"LICENSE", "THIRD_PARTY_NOTICES.md"} <= told
    assert "smena/web/static/vendor/inter-license.txt" in held


def test_nothing_of_this_machine_is_in_the_wheel(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        if re.search(r"\.(py|html|css|js|toml|po|md)$", name):
            assert str(CHECKOUT) not in archive.read(name).decode(), name


def test_an_installed_wheel_opens_all_its_files(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", OPEN_ALL, str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    templates, files = map(int, done.stdout.split())
    assert templates > 10
    assert files > 30
