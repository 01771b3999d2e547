"""Notes, messages, talks, unsorted requests: any order of what was said ends in the same rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from smena.crm.mirror.core import conversations
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import conversations as queries_conversations
from smena.crm.model.conversations import (
    Conversations,
    Message,
    MessageId,
    MessageWay,
    Note,
    Talk,
    TalkId,
    Unsorted,
    UnsortedId,
    UnsortedState,
)
from smena.crm.model.entities import (
    ContactId,
    EntityKind,
    LeadId,
    NoteId,
    PipelineId,
    Source,
    UserId,
)
from smena.crm.model.reading import Reading
from smena.kernel.db import Database
from tests.crm.cast import ACME, ANNA, LEAD, absorb_leads, after, open_account

NOTE = Note(
    NoteId(1), "common", EntityKind.LEAD, 4000001, ANNA, ANNA, after(10), after(10), "Просил счёт",
    b'{"text":"\xd0\x9f"}',
)  # fmt: skip
LOGGED = Message(
    MessageId("a1"), MessageWay.OUT, after(20), UserId(0), TalkId(7), origin="telegram",
    entity_kind=EntityKind.LEAD, entity_id=4000001,
)  # fmt: skip
TOLD = Message(
    MessageId("a1"),
    MessageWay.OUT,
    after(21),
    ANNA,
    TalkId(7),
    "chat-1",
    ContactId(5001),
    text="Привет",
)
WHOLE = Message(
    MessageId("a1"), MessageWay.OUT, after(20), ANNA, TalkId(7), "chat-1", ContactId(5001),
    EntityKind.LEAD, 4000001, "telegram", "Привет",
)  # fmt: skip
TALK = Talk(
    TalkId(7), after(20), after(30), ContactId(5001), "chat-1", EntityKind.LEAD, 4000001,
    is_in_work=True, is_read=False, origin="telegram",
)  # fmt: skip
FORM = Unsorted(
    UnsortedId("f0"), "forms", PipelineId(700), LeadId(4000001), (ContactId(5001),), "site",
    after(10),
)  # fmt: skip
ACCEPTED = replace(FORM, state=UnsortedState.ACCEPTED, closed_at=after(40))


@pytest.mark.parametrize("order", list(permutations((0, 1, 1, 0))))
def test_a_message_is_joined_from_what_each_source_knows(order: Sequence[int]) -> None:
    sources = ((LOGGED, Source.API), (TOLD, Source.WEBHOOK))
    stored: dict[MessageId, conversations.Known[Message]] = {}
    for number in order:
        message, source = sources[number]
        stored |= {one.row.id: one for one in conversations.said([message], source, stored)}
    assert stored[MessageId("a1")] == conversations.Known(WHOLE, Source.API)


@pytest.mark.parametrize(
    ("stored", "source", "told", "is_kept"),
    [
        pytest.param(None, Source.WEBHOOK, NOTE, True, id="first"),
        pytest.param(Source.WEBHOOK, Source.WEBHOOK, NOTE, False, id="the same"),
        pytest.param(Source.WEBHOOK, Source.API, NOTE, True, id="a read confirms a claim"),
        pytest.param(Source.API, Source.WEBHOOK, replace(NOTE, text="x"), False, id="a claim"),
        pytest.param(
            Source.API, Source.WEBHOOK, replace(NOTE, text="x", updated_at=after(11)), True,
            id="a later claim",
        ),
        pytest.param(
            Source.WEBHOOK, Source.API, replace(NOTE, updated_at=after(9)), False, id="an old read",
        ),
    ],
)  # fmt: skip
def test_which_note_is_kept(
    stored: Source | None, source: Source, told: Note, *, is_kept: bool
) -> None:
    known = {} if stored is None else {int(NOTE.id): conversations.Known(NOTE, stored)}
    assert conversations.latest([told], source, known) == ([told] if is_kept else [])


@pytest.mark.parametrize(
    ("held", "told", "expected"),
    [
        pytest.param(FORM, ACCEPTED, UnsortedState.ACCEPTED, id="accepted"),
        pytest.param(ACCEPTED, FORM, UnsortedState.ACCEPTED, id="told late that it is open"),
        pytest.param(
            replace(ACCEPTED, is_guess=True), FORM, UnsortedState.OPEN, id="a wrong guess"
        ),
        pytest.param(
            replace(FORM, state=UnsortedState.GONE), ACCEPTED, UnsortedState.ACCEPTED, id="why"
        ),
    ],
)
def test_state_of_a_request(held: Unsorted, told: Unsorted, expected: UnsortedState) -> None:
    found = conversations.sorting([told], {held.id: held}).get(held.id, held)
    assert found.state is expected


def test_what_left_the_list_was_accepted_or_declined() -> None:
    late = replace(FORM, id=UnsortedId("f1"), created_at=after(98))
    lost = replace(FORM, id=UnsortedId("f2"), lead=None)
    bare = replace(FORM, id=UnsortedId("f3"), lead=LeadId(9))
    thrown = replace(LEAD, id=LeadId(9), is_deleted=True)
    leads = {LEAD.id: LEAD, thrown.id: thrown}
    closed = conversations.vanished([FORM, late, lost, bare], frozenset(), leads, after(100))
    assert {one.id: one.state for one in closed} == {
        "f0": UnsortedState.ACCEPTED, "f2": UnsortedState.GONE, "f3": UnsortedState.DECLINED,
    }  # fmt: skip
    assert conversations.vanished([FORM], frozenset({FORM.id}), leads, after(100)) == []


async def say(db: Database, *parts: Conversations) -> None:
    for heard in parts:
        async with db.tenant(ACME) as tx:
            await ingest(tx, Reading(conversations=heard), after(3600))


@pytest.mark.anyio
async def test_all_of_it_comes_back_as_it_was_said(db: Database) -> None:
    await open_account(db)
    read = Conversations(Source.API, (NOTE,), messages=(LOGGED,), talks=(TALK,), unsorted=(FORM,))
    await say(db, read, Conversations(Source.WEBHOOK, messages=(TOLD,)))
    async with db.tenant(ACME) as tx:
        before = await tx.rows("SELECT xmin::text, id FROM crm_note UNION SELECT xmin::text, id"
                               " FROM crm_talk")  # fmt: skip
        assert await queries_conversations.open_unsorted(tx) == [FORM]
        assert await queries_conversations.known_talks(tx, [TalkId(7), TalkId(8)]) == {7}
        row = await tx.row("SELECT author_id, text, origin, source FROM crm_message")
    assert row is not None
    assert tuple(row) == (ANNA, "Привет", "telegram", "api")
    await say(db, read, Conversations(Source.WEBHOOK, messages=(TOLD,)))
    async with db.tenant(ACME) as tx:
        again = await tx.rows("SELECT xmin::text, id FROM crm_note UNION SELECT xmin::text, id"
                              " FROM crm_talk")  # fmt: skip
    assert sorted(map(tuple, again)) == sorted(map(tuple, before))


@pytest.mark.anyio
async def test_a_whole_list_closes_what_it_does_not_hold(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await say(db, Conversations(unsorted=(FORM,)), Conversations(unsorted_until=after(60)))
    async with db.tenant(ACME) as tx:
        row = await tx.row("SELECT state, closed_at, is_guess FROM crm_unsorted")
    assert row is not None
    assert tuple(row) == ("accepted", after(60), True)
    await say(db, Conversations(unsorted=(FORM,), unsorted_until=after(60) + timedelta(minutes=1)))
    async with db.tenant(ACME) as tx:
        assert await queries_conversations.open_unsorted(tx) == [FORM]


@pytest.mark.anyio
async def test_a_note_that_was_thrown_away_stays_marked(db: Database) -> None:
    await open_account(db)
    await say(db, Conversations(notes=(NOTE,)), Conversations(dropped=(NOTE.id, NoteId(404))))
    async with db.tenant(ACME) as tx:
        assert await tx.value("SELECT is_deleted FROM crm_note")
