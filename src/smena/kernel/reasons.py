"""Why something did not work out: a code is stored, its sentence is made for whoever reads it.

A package declares its codes where they belong; `about` makes what is stored:

    ANSWERS = declare("answers", lambda: _("amoCRM отвечает {status}"))
    ANSWERS.about(status=418)          # answers {"status":"418"}
    reason_text(stored)                # amoCRM отвечает 418, amoCRM answers 418

Several reasons are lines of one text. A text that is no code is shown as it is: older versions
stored sentences.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smena.kernel.i18n import gettext as _
from smena.kernel.labels import Label

PARAMETER_MAX = 150
"""A parameter is often a word of somebody else: it is cut, so that the whole is never cut."""
REASONS_MAX = 5


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One reason; `sentence` may name parameters in braces."""

    code: str
    sentence: Label

    def about(self, **parameters: object) -> str:
        """Return what is stored."""
        if not parameters:
            return self.code
        texts = {name: str(value)[:PARAMETER_MAX] for name, value in parameters.items()}
        return f"{self.code} {json.dumps(texts, ensure_ascii=False, separators=(',', ':'))}"

    def is_of(self, stored: str) -> bool:
        """Tell whether this is what was stored."""
        return stored.partition(" ")[0] == self.code


_DECLARED: dict[str, ReasonCode] = {}


def declare(code: str, sentence: Label) -> ReasonCode:
    """Give a code its sentence; ValueError when it has one already."""
    if code in _DECLARED or not code or set(code) & set(' \n:{"'):
        raise ValueError(f"{code!r} cannot be a new code of a reason")
    _DECLARED[code] = ReasonCode(code, sentence)
    return _DECLARED[code]


def declared() -> Mapping[str, ReasonCode]:
    """Return all codes of the packages that are loaded."""
    return dict(_DECLARED)


def joined(stored: Iterable[str]) -> str:
    """Store several reasons as one; too many are cut."""
    return "\n".join(list(stored)[:REASONS_MAX])


def reason_text(stored: str) -> str:
    """Say a stored reason to the reader; a sentence of an older version as it was stored."""
    said = [_said(line) for line in stored.split("\n")]
    if None not in said:
        return "; ".join(filter(None, said))
    return _(stored) if stored else ""


def _said(line: str) -> str | None:
    """Say one reason, None when it is no code."""
    code, _space, rest = line.partition(" ")
    if code not in _DECLARED:
        return _said_of_old(line)
    try:
        parameters = json.loads(rest or "{}")
    except ValueError:
        return None
    if not isinstance(parameters, dict):
        return None
    return _DECLARED[code].sentence().format_map(_Parameters(parameters))


def _said_of_old(line: str) -> str | None:
    """Say a code as it was stored before there were parameters: `answers:418`."""
    code, _colon, status = line.partition(":")
    known = _DECLARED.get(code)
    return None if known is None else known.sentence().format_map(_Parameters(status=status))


class _Parameters(dict[str, str]):
    """What was not stored is a dash in the sentence."""

    def __missing__(self, key: str) -> str:
        return "—"
