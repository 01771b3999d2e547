"""Facts that other features live on, from a message to the log of a real database, each once."""

from dataclasses import replace

import pytest

from smena.crm.facts.model import CardMerged, Fact, MessageSent, NoteAdded, UserDeactivated
from smena.crm.mirror.ingest import ingest
from smena.crm.model.conversations import Conversations, Message, MessageId, MessageWay, Note
from smena.crm.model.entities import (
    Changes,
    EntityKind,
    Merged,
    NoteId,
    Source,
    WholeList,
)
from smena.crm.model.reading import Reading
from smena.kernel.db import Database
from tests.crm.cast import ACME, ANNA, BORIS, after, event, facts, open_account, user

pytestmark = pytest.mark.anyio

NOTE = Note(
    NoteId(1), "common", EntityKind.LEAD, 4000001, ANNA, ANNA, after(5), after(5), "договорились"
)
MESSAGE = Message(MessageId("m1"), MessageWay.OUT, after(6), ANNA)
MERGE = event(7, after(9), kind="entity_merged")
EVERYBODY = Changes(
    Source.API, users=(user(ANNA), user(BORIS)), complete=frozenset({WholeList.USERS})
)


@pytest.mark.parametrize(
    ("reading", "fact"),
    [
        pytest.param(
            Reading(conversations=Conversations(notes=(NOTE,))),
            NoteAdded(note=NOTE.id, author=ANNA, entity_kind=EntityKind.LEAD, entity_id=4000001),
            id="a note by a person",
        ),
        pytest.param(
            Reading(conversations=Conversations(messages=(MESSAGE,))),
            MessageSent(message=MESSAGE.id, author=ANNA, at=MESSAGE.at),
            id="a message by a person",
        ),
        pytest.param(
            Reading(
                Changes(
                    Source.API,
                    events=(MERGE,),
                    merged=(Merged(MERGE.id, EntityKind.LEAD, 4000001, MERGE.at),),
                )
            ),
            CardMerged(kind=EntityKind.LEAD, id=4000001),
            id="a merge",
        ),
        pytest.param(
            Reading(replace(EVERYBODY, users=(user(ANNA),))),
            UserDeactivated(user=BORIS),
            id="a person who left",
        ),
    ],
)
async def test_it_is_told_once(db: Database, reading: Reading, fact: Fact) -> None:
    await open_account(db)
    for message in (Reading(EVERYBODY), reading, reading):
        async with db.tenant(ACME) as tx:
            await ingest(tx, message, after(3600))
    assert await facts(db) == [fact]
