"""Scripts that people write, and what they are told about mistakes."""

from pathlib import Path
from typing import Any

import pytest

from amocrm_emulator.serving.faults.core.model import ApiFault, FaultKind, FaultMoment
from amocrm_emulator.serving.faults.read import BadScript, read_file, read_list


def test_lines(tmp_path: Path) -> None:
    file = tmp_path / "bad-day.jsonl"
    file.write_text(
        '# a bad day\n\n{"kind": "status", "status": 502, "times": 3}\n'
        '{"kind": "reset", "path": "/api/v4/leads*", "when": "middle"}\n'
    )
    assert read_file(file) == [
        ApiFault(FaultKind.STATUS, status=502, times=3),
        ApiFault(FaultKind.RESET, path="/api/v4/leads*", when=FaultMoment.MIDDLE),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2"),
        ('{"kind": "boom"}', "boom"),
        ('{"status": 500}', "kind"),
        ('{"kind": "status", "staus": 500}', "staus"),
        ('{"kind": "status", "status": 42}', "status"),
        ('{"kind": "status", "nth": 0}', "nth"),
        ('{"kind": "status", "share": 1.5}', "share"),
        ("[1]", "object"),
    ],
)
def test_the_wrong_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "bad-day.jsonl"
    file.write_text(f'{{"kind": "html"}}\n{line}\n')
    with pytest.raises(BadScript, match=r"bad-day\.jsonl, line 2: ") as told:
        read_file(file)
    assert words in str(told.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="cannot be read"):
        read_file(tmp_path / "none")


@pytest.mark.parametrize("given", [{}, "x", None, [1], [{"kind": "html"}, {"kind": 5}]])
def test_no_list_of_faults(given: Any) -> None:
    with pytest.raises(BadScript):
        read_list(given)
