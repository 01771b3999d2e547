"""Reads scripts: JSON lines in a file, a list in a request. Says which line is wrong, and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from amocrm_emulator.serving.faults.core.model import ApiFault


class BadScript(ValueError):  # noqa: N818 -- told to a person in one sentence
    """A script that cannot be understood."""


def read_file(path: Path) -> list[ApiFault]:
    """Read one fault a line; empty lines and those that begin with # are skipped."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScript(f"{path} cannot be read: {error}") from error
    return list(_lines(path.name, text))


def read_list(given: Any) -> list[ApiFault]:
    """Read a decoded list of faults."""
    if not isinstance(given, list):
        raise BadScript("a list of faults is expected")
    faults = []
    for place, item in enumerate(given):
        try:
            faults.append(msgspec.convert(item, ApiFault))
        except msgspec.ValidationError as error:
            raise BadScript(f"fault {place}: {error}") from error
    return faults


def _lines(name: str, text: str) -> Iterator[ApiFault]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield msgspec.json.decode(line, type=ApiFault)
        except msgspec.DecodeError as error:
            raise BadScript(f"{name}, line {number}: {error}") from error
