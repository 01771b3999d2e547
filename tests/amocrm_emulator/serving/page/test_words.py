"""Everything on the page has an English twin, and no twin is without its text."""

import re
from pathlib import Path

from amocrm_emulator.serving import page
from tests.web.test_translations import CYRILLIC, PLACES, texts, translations

FOLDER = Path(page.__file__).parent


def test_every_text_has_an_english_twin() -> None:
    known = translations(FOLDER)
    assert sorted(text for text in texts(FOLDER) if not all(known.get(text, ("",)))) == []


def test_no_twin_without_its_text() -> None:
    assert sorted(set(translations(FOLDER)) - texts(FOLDER)) == []


def test_the_twin_keeps_the_places_of_values() -> None:
    wrong = {
        text: twin
        for text, (twin,) in translations(FOLDER).items()
        if set(PLACES.findall(text)) != set(PLACES.findall(twin)) or CYRILLIC.search(twin)
    }
    assert wrong == {}


def test_words_of_templates_go_through_translation() -> None:
    bare: list[str] = []
    for file in (FOLDER / "templates").iterdir():
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(), flags=re.DOTALL)
        bare += re.findall(r"[а-яё]{3,}", text, re.IGNORECASE)
    assert bare == ["Русский"]
