"""What amoCRM calls each kind of card."""

import pytest

from smena.connectors.amocrm.api.core.values import BadValue
from smena.connectors.amocrm.translation.kinds import KINDS_BY_PATH, PATHS, kind_of, notes_path
from smena.crm.model.entities import EntityKind


@pytest.mark.parametrize(("path", "kind"), list(KINDS_BY_PATH.items()))
def test_kinds(path: str, kind: EntityKind) -> None:
    assert kind_of(path) is kind
    assert kind_of(f"{path}/notes") is kind
    assert PATHS[kind] == path


def test_notes_stand_under_their_cards() -> None:
    assert notes_path(EntityKind.LEAD) == "leads/notes"


@pytest.mark.parametrize("name", ["lead", "", "Leads", "planets" * 20])
def test_no_kind(name: str) -> None:
    with pytest.raises(BadValue, match="not an entity"):
        kind_of(name)
