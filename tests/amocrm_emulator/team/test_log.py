from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amocrm_emulator.team.log import BadLog, Log, read_log
from amocrm_emulator.team.people import FIRST_USER

HEADER = "user,at,kind,entity,duration_s\n"
MOSCOW = ZoneInfo("Europe/Moscow")


def written(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, rows: str) -> Log:
    return read_log(written(folder, HEADER + rows))


def test_rows_are_read_and_sorted(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        "Борис,2026-11-20T10:00:00+03:00,note,заявка 2,\n"
        "Анна,2026-11-20T09:00:00+03:00,call_out,заявка 1,95.4\n"
        "robot,1795150000.5,lead_status_changed,заявка 1,\n",
    )
    assert log.users == {"Анна": FIRST_USER, "Борис": FIRST_USER + 1}
    first, second, third = log.rows
    assert (first.user, first.kind, first.seconds) == (0, "lead_status_changed", 0)
    assert (second.user, second.kind, second.seconds) == (FIRST_USER, "outgoing_call", 95)
    assert second.at == datetime(2026, 11, 20, 6, 1, 35, tzinfo=UTC), "saved when it ends"
    assert third.kind == "common_note_added"


@pytest.mark.parametrize("robot", ["", "0", "robot", "Robot"])
def test_nobody_of_the_people(tmp_path: Path, robot: str) -> None:
    log = read(tmp_path, f"{robot},1795157000,note,1,\nАнна,1795157001,note,1,\n")
    assert [row.user for row in log.rows] == [0, FIRST_USER]
    assert list(log.users) == ["Анна"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param("Анна,вчера,note,1,", "line 3: at 'вчера' is neither", id="no moment"),
        pytest.param("Анна,,note,1,", "line 3: at '' is neither", id="empty moment"),
        pytest.param("Анна,nan,note,1,", "line 3: at 'nan' is neither", id="not a number"),
        pytest.param("Анна,1e99,note,1,", "line 3: at '1e99'", id="far away"),
        pytest.param(
            "Анна,2026-11-20T09:00:00,note,1,", "line 3: .* has no offset", id="no offset"
        ),
        pytest.param("Анна,1795157000,sing,1,", "line 3: unknown kind 'sing'", id="kind"),
        pytest.param("Анна,1795157000,note,,", "line 3: entity is empty", id="no case"),
        pytest.param("Анна,1795157000,call_in,1,long", "line 3: duration_s 'long'", id="words"),
        pytest.param("Анна,1795157000,call_in,1,-5", "line 3: duration_s '-5'", id="negative"),
        pytest.param("Анна,1795157000,call_in,1,nan", "line 3: duration_s 'nan'", id="nan"),
        pytest.param("Анна,1795157000,call_in,1,86401", "line 3: duration_s", id="over a day"),
        pytest.param("Анна,1795157000", "line 3: unknown kind ''", id="cut off"),
        pytest.param('Анна,1795157000,note,"1', "line 3: ", id="open quote"),
    ],
)
def test_bad_rows_name_their_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(BadLog, match=message):
        read(tmp_path, f"Анна,1795157000,note,1,\n{row}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "line 1: no column user, at, kind, entity, duration_s", id="empty"),
        pytest.param("user,at,kind\n", "line 1: no column entity, duration_s", id="columns"),
        pytest.param(HEADER, "no person in it", id="no rows"),
        pytest.param(HEADER + "0,1795157000,note,1,\n", "no person in it", id="only robots"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadLog, match=message):
        read_log(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="cannot be read"):
        read_log(tmp_path / "absent.csv")


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER.encode() + "Анна,1795157000,note,1,\n".encode("cp1251"))
    with pytest.raises(BadLog, match=r"log\.csv"):
        read_log(path)


def test_the_account_has_exactly_these_people(tmp_path: Path) -> None:
    rows = "".join(f"{who},1795157000,note,1,\n" for who in ("10862", "Анна Ёлкина", "0"))
    spec = read(tmp_path, rows).spec("Europe/Amsterdam")
    assert [user.name for user in spec.users] == ["Сотрудник 10862", "Анна Ёлкина"]
    assert [user.is_admin for user in spec.users] == [True, False]
    assert [user.email for user in spec.users] == [
        "10862.1@example.com",
        "annaelkina.2@example.com",
    ]
    assert spec.time_zone == "Europe/Amsterdam"


def test_the_busiest_day_counts_people_and_takes_the_last_of_equals(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        "Анна,2011-10-01T09:00:00+02:00,note,1,\nАнна,2011-10-01T09:01:00+02:00,note,1,\n"
        "Анна,2011-10-02T23:30:00+02:00,note,1,\nАнна,2011-10-02T09:01:00+02:00,note,1,\n"
        + "0,2011-10-03T09:00:00+02:00,note,1,\n"
        * 5,
    )
    assert log.busiest_day() == date(2011, 10, 2)


def test_a_moved_day_keeps_the_wall_clock(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        "Анна,2011-10-02T23:30:00+02:00,note,1,\nАнна,2011-10-02T09:01:00+02:00,note,1,\n"
        "Анна,2011-10-05T09:01:00+02:00,note,1,\n",
    )
    moved = log.moved(date(2011, 10, 2), date(2026, 11, 24), MOSCOW)
    assert [row.at for row in moved] == [
        datetime(2026, 11, 24, 9, 1, tzinfo=MOSCOW),
        datetime(2026, 11, 24, 23, 30, tzinfo=MOSCOW),
    ]
    with pytest.raises(BadLog, match="nothing on 2011-10-04"):
        log.moved(date(2011, 10, 4), date(2026, 11, 24), MOSCOW)
