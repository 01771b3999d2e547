"""`python -m tests.house.tree`, a part of `./run check`: a class name means one thing, a folder
stays small enough to be read at a glance. Prints what is wrong and ends with 1.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES_MAX = 20

MEANT_TWICE: Mapping[str, str] = {}
"""Names of classes that are defined in several modules, and why each stands."""

LARGE_FOLDERS: Mapping[str, str] = {}
"""Folders with more files than others, and why each stands."""


def twice_named(source: Path, allowed: Mapping[str, str]) -> Iterator[str]:
    """Yield each public class name that is defined in two modules, and each needless exception."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(source.rglob("*.py")):
        for name in sorted(_classes(path)):
            places[name].append(str(path.relative_to(source)))
    for name, found in sorted(places.items()):
        if len(found) > 1 and name not in allowed:
            yield f"class {name} is defined in {', '.join(found)}"
    for name in sorted(allowed):
        if len(places[name]) < 2:
            yield f"class {name} is no exception any more"


def overfull(root: Path, allowed: Mapping[str, str]) -> Iterator[str]:
    """Yield each folder of `src` and `tests` with too many modules, and each needless exception."""
    counts: dict[str, int] = defaultdict(int)
    for part in ("src", "tests"):
        for path in (root / part).rglob("*.py"):
            if path.name != "__init__.py":
                counts[str(path.parent.relative_to(root))] += 1
    for folder, count in sorted(counts.items()):
        if count > FILES_MAX and folder not in allowed:
            yield f"{folder} holds {count} modules, more than {FILES_MAX}"
    for folder in sorted(allowed):
        if counts[folder] <= FILES_MAX:
            yield f"{folder} is no exception any more"


def _classes(path: Path) -> set[str]:
    """Return the public classes of a module, those inside others left out."""
    tree = ast.parse(path.read_text(), str(path))
    names = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


def main() -> int:
    found = [*twice_named(ROOT / "src", MEANT_TWICE), *overfull(ROOT, LARGE_FOLDERS)]
    for line in found:
        print(line)  # noqa: T201 -- what a check is for
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
