"""The script at the root: what it says, and what it installs from."""

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE, DEV = (ROOT / "requirements" / name for name in ("base.txt", "dev.txt"))


@pytest.fixture
def bare() -> Iterator[Path]:
    """A folder with nothing but the script, which any user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="smena-test-"))
    folder.chmod(0o755)
    shutil.copy(ROOT / "run", folder)
    yield folder
    shutil.rmtree(folder)


def pins(file: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==([^\s;]+)", file.read_text(), flags=re.MULTILINE)
    return dict(found)


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!\[; ]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("arguments", [(), ("--help",), ("tset",)])
def test_says_what_it_can_do(bare: Path, arguments: tuple[str, ...]) -> None:
    said = subprocess.run([bare / "run", *arguments], check=False, capture_output=True, text=True)
    assert said.returncode == 2
    for command in ("setup", "demo", "up", "test", "check", "bench"):
        assert f"\n  {command} " in said.stderr
    assert not (bare / ".venv").exists()


def test_says_what_to_type_when_it_may_not_install(bare: Path) -> None:
    """A Python without the means to make an environment, as on a bare Debian, and not root."""
    python = bare / "python3"
    python.write_text(
        '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; *) exit 0 ;; esac\n'
    )
    python.chmod(0o755)
    said = subprocess.run(
        [bare / "run", "setup"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "PYTHON": str(python)},
        user="nobody" if os.geteuid() == 0 else None,
    )
    assert said.returncode == 1
    assert "sudo apt-get install python3-venv" in said.stderr


def test_ci_runs_the_checks_and_the_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert script[-2:] == ["./run check", "exec ./run test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert os.access(ROOT / "run", os.X_OK)


@pytest.mark.parametrize("file", [BASE, DEV], ids=["base", "dev"])
def test_everything_is_pinned_with_hashes_and_no_address(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, flags=re.MULTILINE)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_pins_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = names(project["project"]["dependencies"])
    assert wanted <= pins(BASE).keys()
    assert names(project["dependency-groups"]["dev"]) <= pins(DEV).keys()
    assert pins(BASE).items() <= pins(DEV).items()
