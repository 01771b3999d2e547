"""Everything on the screen has an English twin; what is missing is told by context."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import smena

ROOT = Path(smena.__file__).parent
KEYWORDS = {"_": None, "n_": (1, 2), "gettext": None, "ngettext": (1, 2)}
PLACES = re.compile(r"%\(\w+\)\w|\{\w*\}")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def contexts() -> list[Path]:
    folders = [*ROOT.iterdir(), *(ROOT / "connectors").iterdir()]
    return sorted(folder for folder in folders if (folder / "__init__.py").is_file())


@cache
def texts(context: Path) -> frozenset[str]:
    return frozenset(
        message if isinstance(message, str) else message[0] for message in messages(context)
    )


def messages(context: Path) -> Iterator[str | tuple[str, ...]]:
    """Yield what the templates and the code of one context ask to translate."""
    for file in sorted(context.rglob("*")):
        method = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(file.suffix)
        if method is None or (context.name == "connectors" and file.parent != context):
            continue
        options = {"encoding": "utf-8", "trimmed": "true"}
        with file.open("rb") as stream:
            for _line, message, _comments, _where in extract(
                method, stream, KEYWORDS, options=options
            ):
                yield message


@cache
def translations(context: Path) -> dict[str, tuple[str, ...]]:
    path = context / "locale" / "en.po"
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        found = read_po(stream, locale="en")
    return {_forms(entry.id)[0]: _forms(entry.string) for entry in found if entry.id}


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (text or "",)


def everything() -> dict[str, tuple[str, ...]]:
    return {text: twin for context in contexts() for text, twin in translations(context).items()}


@pytest.mark.parametrize("context", contexts(), ids=lambda context: context.name)
def test_every_text_has_an_english_twin(context: Path) -> None:
    known = everything()
    missing = sorted(text for text in texts(context) if text and not all(known.get(text, ("",))))
    assert not missing, f"{context.name}/locale/en.po lacks:\n" + "\n".join(missing)


@pytest.mark.parametrize("context", contexts(), ids=lambda context: context.name)
def test_the_twin_keeps_the_places_of_values(context: Path) -> None:
    wrong = {
        text: twin
        for text, twins in translations(context).items()
        for twin in twins
        if set(PLACES.findall(text)) != set(PLACES.findall(twin)) or CYRILLIC.search(twin)
    }
    assert wrong == {}


@pytest.mark.parametrize("context", contexts(), ids=lambda context: context.name)
def test_no_twin_without_its_text(context: Path) -> None:
    used = set().union(*(texts(other) for other in contexts()))
    assert sorted(set(translations(context)) - used) == []


def test_words_of_templates_go_through_translation() -> None:
    """A Russian word that stands bare in a template would stay Russian for an English reader."""
    bare: list[str] = []
    for context in contexts():
        for file in (context / "templates").rglob("*.html"):
            text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(), flags=re.DOTALL)
            bare += [
                f"{file.name}: {word}" for word in re.findall(r"[а-яё]{3,}", text, re.IGNORECASE)
            ]
    assert bare == []
