import asyncio
from datetime import UTC, date, datetime
from itertools import takewhile
from pathlib import Path

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.team.log import KINDS, BadLog, Log, read_log
from amocrm_emulator.team.people import FIRST_USER
from amocrm_emulator.team.replay import Replay
from tests.amocrm_emulator.team import loan_desk

MOSCOW = "Europe/Moscow"
NOON = int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp())
DAY = 24 * 3600
ANNA, BORIS = FIRST_USER, FIRST_USER + 1
ROWS = """user,at,kind,entity,duration_s
Анна,2011-10-07T09:00:00+02:00,call_out,case 1,120
Анна,2011-10-07T09:05:00+02:00,task,case 1,
0,2011-10-07T09:06:00+02:00,stage,case 1,
Борис,2011-10-07T11:00:00+02:00,message,case 2,
Борис,2011-10-07T13:00:00+02:00,note,case 1,
Анна,2011-10-07T14:00:00+02:00,call_in,case 2,
Анна,2011-10-05T14:00:00+02:00,note,case 3,
"""


def a_log(folder: Path, rows: str = ROWS) -> Log:
    path = folder / "log.csv"
    path.write_text(rows, encoding="utf-8")
    return read_log(path)


def account(log: Log, path: Path | None = None) -> tuple[Crm, ManualClock]:
    clock = ManualClock(NOON)
    crm = Crm.create(path, log.spec(MOSCOW), clock)
    with crm.work.transaction():
        crm.store.run(
            "INSERT INTO hook VALUES (1, 'http://127.0.0.1:1/', '[\"note_lead\"]', 0, 0, 0, 0, 0)"
        )
    return crm, clock


def play(replay: Replay) -> int:
    return sum(iter(replay.play_due, 0))


def human(crm: Crm) -> list[Doc]:
    return crm.store.docs("SELECT doc FROM event WHERE created_by > 0 ORDER BY id", [])


def local(event: Doc) -> str:
    moment = datetime.fromtimestamp(event["created_at"], UTC)
    return moment.astimezone(Crm.create(None, SPEC).account.zone).isoformat()


SPEC = Log({"Анна": ANNA}, ()).spec(MOSCOW)


def test_the_busiest_day_is_played_today(tmp_path: Path) -> None:
    crm, clock = account(log := a_log(tmp_path))
    replay = Replay(crm, log)
    assert play(replay) == 4
    assert [(e["created_by"], e["type"], local(e)) for e in human(crm)] == [
        (ANNA, "outgoing_call", "2026-11-24T09:02:00+03:00"),
        (ANNA, "task_completed", "2026-11-24T09:05:00+03:00"),
        (BORIS, "outgoing_chat_message", "2026-11-24T11:00:00+03:00"),
    ]
    assert crm.store.rows("SELECT count(*) FROM delivery") == [(0,)], "the past is quiet"
    assert replay.left == 2
    clock.advance(3600)
    assert play(replay) == 1
    assert human(crm)[-1]["created_at"] == NOON + 3600
    assert crm.store.rows("SELECT count(*) FROM delivery") == [(1,)], "the present is told"
    clock.advance(DAY)
    assert play(replay) == 1
    assert replay.left == 0


def test_a_chosen_day(tmp_path: Path) -> None:
    crm, clock = account(log := a_log(tmp_path))
    replay = Replay(crm, log, day=date(2011, 10, 5))
    clock.advance(DAY / 2)
    play(replay)
    assert [e["type"] for e in human(crm)] == ["common_note_added"]


def test_a_day_that_the_log_has_not(tmp_path: Path) -> None:
    crm, _clock = account(log := a_log(tmp_path))
    with pytest.raises(BadLog, match="2011-10-06"):
        Replay(crm, log, day=date(2011, 10, 6))


def test_own_time(tmp_path: Path) -> None:
    crm, _clock = account(log := a_log(tmp_path))
    replay = Replay(crm, log, own_time=True)
    assert play(replay) == 7
    first = human(crm)[0]
    assert first["created_at"] == datetime(2011, 10, 5, 12, tzinfo=UTC).timestamp()
    assert replay.left == 0


def test_one_lead_a_case_of_its_first_person(tmp_path: Path) -> None:
    crm, clock = account(log := a_log(tmp_path))
    replay = Replay(crm, log)
    clock.advance(DAY)
    play(replay)
    leads = crm.store.docs("SELECT doc FROM entity WHERE kind = 'leads'", [])
    assert {lead["name"]: lead["responsible_user_id"] for lead in leads} == {
        "case 1": ANNA,
        "case 2": BORIS,
    }
    assert {lead["created_by"] for lead in leads} == {0}


def test_a_call_is_a_note_with_its_length(tmp_path: Path) -> None:
    crm, _clock = account(log := a_log(tmp_path))
    play(Replay(crm, log))
    [call] = crm.store.docs("SELECT doc FROM entity WHERE subtype = 'call_out'", [])
    assert call["params"]["duration"] == 120
    assert call["params"]["call_responsible"] == ANNA


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_leaves_its_event_once(tmp_path: Path, kind: str) -> None:
    rows = "user,at,kind,entity,duration_s\n" + "".join(
        f"Анна,2026-11-20T09:0{n}:00+03:00,{kind},case,\n" for n in range(8)
    )
    crm, _clock = account(log := a_log(tmp_path, rows))
    assert play(Replay(crm, log)) == 8
    found = [e["type"] for e in crm.store.docs("SELECT doc FROM event ORDER BY id", [])]
    if kind == "lead_added":
        assert found.count(kind) == 1, "a lead appears once; later rows become notes"
        assert found.count("common_note_added") == 7
    else:
        assert found.count(kind) == 8
        by_anna = [event["type"] for event in human(crm)]
        incoming = kind == "incoming_chat_message"
        assert by_anna == ([] if incoming else [kind] * 8)


def test_a_restart_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    crm, clock = account(log := a_log(tmp_path), path)
    play(Replay(crm, log))
    crm.close()
    clock.advance(DAY)
    crm = Crm.open(path, clock)
    replay = Replay(crm, log)
    assert replay.left == 2, "the day it was moved to stays"
    play(replay)
    assert [e["type"] for e in human(crm)] == [
        "outgoing_call",
        "task_completed",
        "outgoing_chat_message",
        "common_note_added",
        "incoming_call",
    ]
    assert crm.store.rows("SELECT count(*) FROM entity WHERE kind = 'leads'") == [(2,)]
    crm.close()


@pytest.mark.anyio
async def test_it_ends_with_the_log_or_when_told(tmp_path: Path) -> None:
    crm, clock = account(log := a_log(tmp_path))
    stop = asyncio.Event()
    stop.set()
    replay = Replay(crm, log)
    await replay(stop)
    assert human(crm) == []
    clock.advance(DAY)
    async with asyncio.timeout(10):
        await replay(asyncio.Event())
    assert len(human(crm)) == 5


@pytest.mark.skipif(not loan_desk.LOG.exists(), reason=f"no recorded log at {loan_desk.LOG}")
def test_the_recorded_loan_desk(tmp_path: Path) -> None:
    log = read_log(loan_desk.write(tmp_path / "desk.csv"))
    assert len(log.users) == 68 - 1, "the robot is not a person"
    crm, clock = account(log)
    replay = Replay(crm, log)
    clock.advance(DAY / 2)
    rows = list(takewhile(lambda row: row.at.timestamp() <= clock.exact(), replay.rows))
    assert play(replay) == len(rows) > 1000
    people = {row.user for row in rows if row.user}
    authors = {event["created_by"] for event in human(crm)}
    assert authors == people
    assert len(people) > 20
    assert "Сотрудник 112" not in {user["name"] for user in crm.people.users.values()}
    calls = crm.store.docs("SELECT doc FROM entity WHERE subtype = 'call_out'", [])
    assert sum(call["params"]["duration"] > 60 for call in calls) > 100
    assert len(human(crm)) == sum(row.user > 0 for row in rows)
