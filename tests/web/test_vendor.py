import hashlib
import json
import shutil
from pathlib import Path

import pytest

from smena.web import vendor
from smena.web.vendor import CHECKOUT, FOLDER, VendorProblem, Wanted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "vendor"))


def test_the_files_here_are_the_known_ones() -> None:
    assert vendor.problems(vendor.read_list().all_files) == []


def test_nothing_is_fetched_when_all_is_right(folder: Path, tmp_path: Path) -> None:
    # A checkout without package.json could not be fetched from.
    assert vendor.fetch(folder, checkout=tmp_path) is False


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        pytest.param(lambda file: file.write_text("alert(1)"), "has SHA-256", id="changed"),
        pytest.param(lambda file: file.unlink(), "missing", id="missing"),
    ],
)
def test_a_wrong_file_is_noticed(folder: Path, spoil: object, complaint: str) -> None:
    assert callable(spoil)
    spoil(folder / "htmx.min.js")
    (found,) = vendor.problems(vendor.read_list().all_files, folder)
    assert found.startswith(f"htmx.min.js: {complaint}")


def test_outside_a_checkout_it_says_so(folder: Path, tmp_path: Path) -> None:
    (folder / "htmx.min.js").unlink()
    with pytest.raises(VendorProblem, match=r"package\.json is missing"):
        vendor.fetch(folder, checkout=tmp_path)


def test_the_lock_holds_no_address_of_a_registry() -> None:
    text = (CHECKOUT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "resolved" not in text
    assert all("integrity" in one for name, one in packages.items() if name)


def test_the_lock_and_the_list_agree_on_packages() -> None:
    named = json.loads((CHECKOUT / "package.json").read_text())["dependencies"]
    shopping = vendor.read_list()
    sources = [file.source for file in shopping.all_files]
    assert all(any(source.startswith(f"{name}/") for source in sources) for name in named)


def test_every_package_is_in_the_notices() -> None:
    notices = (CHECKOUT / "THIRD_PARTY_NOTICES.md").read_text()
    packages = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        if name:
            assert name.removeprefix("node_modules/") in notices
            assert package["license"] in notices


def test_icons_become_symbols(tmp_path: Path) -> None:
    (tmp_path / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" class="lucide" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        '<path d="M1 1h1"/></svg>'
    )
    sprite = vendor._sprite([tmp_path / "dot.svg"])
    assert '<symbol viewBox="0 0 24 24"' in sprite
    assert 'id="dot"><path d="M1 1h1" /></symbol>' in sprite


@pytest.mark.slow
def test_everything_can_be_fetched_again(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    assert vendor.fetch(folder) is True
    assert vendor.problems(vendor.read_list().all_files, folder) == []


def test_a_hash_is_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("смена")
    right = hashlib.sha256("смена".encode()).hexdigest()
    assert vendor.problems([Wanted("a.txt", right, "")], tmp_path) == []
