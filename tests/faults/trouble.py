"""What amoCRM or the way to it may do to a request: the rows of F7 and F8 (reliability.md)."""

from dataclasses import dataclass
from typing import Any

import pytest

from amocrm_emulator.serving.faults.read import read_list
from amocrm_emulator.serving.faults.script import Script
from tests.connectors.amocrm.stand import Stand
from tests.patience import patience

PATIENCE_SECONDS = patience(0.3)
"""How long a test's client waits for the next byte."""
LONG, SHORT = 30.0, 1.5
API = "/api/v4/*"
QUICK = ("403", "502 as html", "504 after the work", "html with 200", "reset amid the answer")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of a script, in the words of the emulator.

    `lies`: what is answered cannot be told from the truth; only a later change or check heals it.
    """

    name: str
    line: dict[str, Any]
    lies: bool = False

    @property
    def is_of_writes(self) -> bool:
        return bool(self.line["kind"] == "large_batch")

    @property
    def is_short_lie(self) -> bool:
        """Tell whether no client sees through it: it must end within the rest of a creation."""
        return self.line["kind"] in ("nothing", "shift")

    def __str__(self) -> str:
        return self.name


def _each(name: str, *, lies: bool = False, **line: Any) -> Trouble:
    return Trouble(name, {"path": API, **line}, lies)


F7 = (
    _each("429", kind="status", status=429, look="html", times=1),
    _each("402", kind="status", status=402, times=1),
    _each("403", kind="status", status=403, look="html", times=1),
    _each("500", kind="status", status=500),
    _each("500 after the work", kind="status", status=500, when="after"),
    _each("502 as html", kind="status", status=502, look="html"),
    _each("503 empty", kind="status", status=503, look="empty"),
    _each("504 after the work", kind="status", status=504, look="html", when="after"),
    _each("504 for batches", kind="large_batch", over=1, when="after"),
    _each("no answer in time", kind="black_hole", seconds=LONG),
    _each("empty 200", kind="empty", when="after"),
    _each("html with 200", kind="html"),
    _each("html after the work", kind="html", when="after"),
    _each("cut json", kind="cut"),
    _each("204", kind="nothing", times=3),
    _each("204 after the work", kind="nothing", when="after"),
    _each("numbers as texts", kind="wrong_types"),
    _each("ids as texts", kind="text_ids"),
    _each("null for lists", lies=True, kind="nulls"),
    _each("renamed fields", lies=True, kind="renamed"),
    _each("a megabyte in a name", lies=True, kind="huge"),
    _each("a row short", lies=True, kind="shift"),
    _each("token over", kind="expire", times=1),
)
F8 = (
    _each("reset before the work", kind="reset"),
    _each("reset after the work", kind="reset", when="after"),
    _each("reset amid the answer", kind="reset", when="middle"),
    _each("drop by drop", kind="slow", seconds=SHORT, times=1),
    _each("black hole after the work", kind="black_hole", seconds=LONG, when="after"),
)


def rows(*troubles: Trouble) -> list[Any]:
    """Return the rows of the matrix; a few of them run with the quick tests."""
    return [
        pytest.param(one, id=one.name, marks=() if one.name in QUICK else pytest.mark.slow)
        for one in troubles
    ]


def strike(made: Stand, trouble: Trouble, **only: Any) -> None:
    """Let it happen from now on, perhaps only to some requests."""
    made.emulator.wire.script = Script(read_list([trouble.line | only]))


def end(made: Stand) -> int:
    """Let all go well again; return how many requests met the trouble."""
    struck = sum(line.struck for line in made.emulator.wire.script.lines)
    made.emulator.wire.script = Script()
    return struck
