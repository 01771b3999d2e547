"""What a visitor asked for in an address or a form: texts, whole numbers, moments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from amocrm_emulator.serving.page.words import _

LONGEST_TEXT = 2000
_WHOLE = re.compile(r"-?\d{1,15}")


class BadField(Exception):  # noqa: N818 -- an answer to a person, not a defect
    """A field that cannot be taken; `text` is shown beside the form."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


@dataclass(frozen=True, slots=True)
class FormFields:
    """The fields of a query or of a form."""

    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a trimmed text, empty when there is none."""
        return self.fields.get(name, "").replace("\x00", "").strip()

    def needed(self, name: str, missing: str) -> str:
        """Return a text that must be there; `missing` tells the person what is."""
        found = self.text(name)
        if not found:
            raise BadField(missing)
        if len(found) > LONGEST_TEXT:
            raise BadField(_("Текст длиннее {most} знаков."), most=LONGEST_TEXT)
        return found

    def number(self, name: str) -> int | None:
        """Return a whole number; None when there is none."""
        found = re.sub(r"[\s\u00a0]", "", self.text(name))
        return int(found) if _WHOLE.fullmatch(found) else None

    def within(self, name: str, low: int, high: int, wrong: str) -> int:
        """Return a whole number between two others; `wrong` tells the person what to write."""
        found = self.number(name)
        if found is None or not low <= found <= high:
            raise BadField(wrong)
        return found

    def moment(self, name: str, zone: ZoneInfo, wrong: str) -> int:
        """Return Unix seconds of a local moment: 2026-11-25T14:30."""
        try:
            return int(datetime.fromisoformat(self.text(name)).replace(tzinfo=zone).timestamp())
        except (ValueError, OverflowError):
            raise BadField(wrong) from None

    @property
    def page(self) -> int:
        return max(1, min(self.number("page") or 1, 100_000))
