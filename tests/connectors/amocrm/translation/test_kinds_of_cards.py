"""Every kind of card in the table is read, loaded, compared and changed."""

import pytest

from smena.connectors.amocrm.api.core.values import BadValue
from smena.connectors.amocrm.reading.core import first_load
from smena.connectors.amocrm.reading.core.window import NOTES, Stream
from smena.connectors.amocrm.reconciliation.core.plan import BY_PATH
from smena.connectors.amocrm.translation import kinds, parse
from smena.connectors.amocrm.translation.kinds import KINDS, KindNames, kind_of, notes_path
from smena.connectors.amocrm.writing.core.request import ADDRESSES
from smena.crm.mirror.card_kinds import CARD_KINDS
from smena.crm.model.entities import EntityKind
from smena.crm.outbox.model import CommandKind


@pytest.mark.parametrize("one", KINDS, ids=lambda one: one.path)
def test_a_kind_is_known_to_all_who_work_with_cards(one: KindNames) -> None:
    assert one.path in parse.READERS
    assert Stream(one.path) not in NOTES
    assert first_load.LoadStage(one.path) in first_load.CARDS
    assert BY_PATH[one.path].of is one.rows
    assert (ADDRESSES[one.change].verb, ADDRESSES[one.change].collection) == ("PATCH", one.path)
    assert kind_of(one.path) is one.kind


@pytest.mark.parametrize("notes", kinds.NOTES, ids=lambda notes: notes.path)
def test_notes_of_a_kind_are_known_too(notes: kinds.NotesNames) -> None:
    assert notes.path == notes_path(notes.kind)
    assert Stream(notes.path) in NOTES
    assert notes.path in first_load.NOTE_PATHS
    assert (BY_PATH[notes.path].of, BY_PATH[notes.path].is_recent) == (notes.rows, True)
    assert (ADDRESSES[notes.add].verb, ADDRESSES[notes.add].root) == ("POST", "notes")
    assert kind_of(notes.path) is notes.kind


def test_the_mirror_and_the_connector_know_the_same_kinds() -> None:
    assert [(one.kind, one.command) for one in CARD_KINDS] == [
        (one.kind, one.change) for one in KINDS
    ]
    assert ADDRESSES.keys() == set(CommandKind)


def test_what_is_no_card_has_no_kind() -> None:
    assert kind_of("customers/notes") is EntityKind.CUSTOMER
    with pytest.raises(BadValue):
        kind_of("talks")
