from pathlib import Path

import pytest

from tests.house.tree import FILES_MAX, overfull, twice_named


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one class in two modules and folders at and above the limit."""
    for folder, count in (("src/small", FILES_MAX), ("src/large", FILES_MAX + 1), ("tests", 1)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").touch()
        for number in range(count):
            (tmp_path / folder / f"part_{number}.py").touch()
    (tmp_path / "src/small/part_0.py").write_text("class Lead: ...\nclass _Row: ...\n")
    (tmp_path / "src/large/part_0.py").write_text("class Lead: ...\nclass _Row: ...\n")
    (tmp_path / "src/large/part_1.py").write_text(
        "class Call: ...\nclass Box:\n  class Lead: ...\n"
    )
    return tmp_path


def test_a_class_of_two_modules_is_named_with_both(tree: Path) -> None:
    assert list(twice_named(tree / "src", {})) == [
        "class Lead is defined in large/part_0.py, small/part_0.py"
    ]


def test_a_folder_above_the_limit_is_named(tree: Path) -> None:
    assert list(overfull(tree, {})) == [
        f"src/large holds {FILES_MAX + 1} modules, more than {FILES_MAX}"
    ]


def test_exceptions_are_let_pass_while_they_are_needed(tree: Path) -> None:
    assert list(twice_named(tree / "src", {"Lead": "why"})) == []
    assert list(overfull(tree, {"src/large": "why"})) == []
    assert list(twice_named(tree / "src", {"Lead": "why", "Call": "why"})) == [
        "class Call is no exception any more"
    ]
    assert list(overfull(tree, {"src/large": "why", "src/small": "why"})) == [
        "src/small is no exception any more"
    ]
