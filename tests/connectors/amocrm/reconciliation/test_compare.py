"""What counts as a difference, and what of it is believed."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.reconciliation.core.compare import (
    Classification,
    checksum,
    classify,
    is_plausible,
    joined,
    suspects,
)
from smena.connectors.amocrm.reconciliation.core.marks import marks
from smena.crm.mirror.model import NO_CONTENTS, Contents, RowMark
from smena.crm.model.entities import Source

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
OLD, OLDER = NOW - timedelta(hours=1), NOW - timedelta(hours=2)
FRESH, AHEAD = NOW - timedelta(seconds=30), NOW + timedelta(hours=5)
LEAD = 4_000_001


def held(at: datetime, *, is_deleted: bool = False, source: Source = Source.API) -> RowMark:
    return RowMark(LEAD, at, is_deleted, source)


@pytest.mark.parametrize(
    ("remote", "mark", "expected"),
    [
        pytest.param(OLD, held(OLD), False, id="equal"),
        pytest.param(OLD, None, True, id="not here"),
        pytest.param(OLD, held(OLD, is_deleted=True), True, id="in our bin only"),
        pytest.param(OLD, held(OLDER), True, id="older here"),
        pytest.param(OLD, held(AHEAD), True, id="newer here"),
        pytest.param(OLD, held(OLD, source=Source.WEBHOOK), True, id="here by a claim only"),
        pytest.param(None, held(OLD), False, id="their moment cannot be read"),
    ],
)
def test_suspects(remote: datetime | None, mark: RowMark | None, *, expected: bool) -> None:
    found = suspects({LEAD: remote}, {LEAD: mark} if mark else {}, is_whole=True)
    assert found == ({LEAD} if expected else set())


def test_what_a_whole_list_does_not_show_is_a_suspect() -> None:
    assert suspects({}, {LEAD: held(OLD)}, is_whole=True) == {LEAD}
    assert suspects({}, {LEAD: held(OLD)}, is_whole=False) == set()
    assert suspects({}, {LEAD: held(OLD, is_deleted=True)}, is_whole=True) == set()


ONE = frozenset({LEAD})


@pytest.mark.parametrize(
    ("remote", "mark", "expected"),
    [
        pytest.param({LEAD: OLD}, held(OLD), Classification(), id="agrees by now"),
        pytest.param({LEAD: OLD}, None, Classification(missing=ONE), id="missing"),
        pytest.param({LEAD: FRESH}, None, Classification(), id="too young to be missed"),
        pytest.param(
            {LEAD: None}, None, Classification(missing=ONE), id="missing, whenever changed"
        ),
        pytest.param(
            {LEAD: OLD},
            held(OLD, is_deleted=True),
            Classification(missing=ONE, restored=ONE),
            id="came back from the bin",
        ),
        pytest.param({LEAD: OLD}, held(OLDER), Classification(stale=ONE), id="stale"),
        pytest.param({LEAD: FRESH}, held(OLD), Classification(), id="changed a moment ago"),
        pytest.param({LEAD: OLD}, held(FRESH), Classification(), id="a webhook was faster"),
        pytest.param(
            {LEAD: OLD},
            held(AHEAD),
            Classification(stale=ONE, unverified=ONE),
            id="from the future",
        ),
        pytest.param(
            {LEAD: OLDER}, held(OLD), Classification(stale=ONE, unverified=ONE), id="never happened"
        ),
        pytest.param({}, held(OLD), Classification(surplus=ONE), id="surplus"),
        pytest.param({}, held(OLD, is_deleted=True), Classification(), id="binned by now"),
        pytest.param({}, None, Classification(), id="nobody knows it"),
    ],
)
def test_judge(remote: dict[int, datetime], mark: RowMark | None, expected: Classification) -> None:
    here = {LEAD: mark} if mark else {}
    assert classify(remote, here, NO_CONTENTS, looked_at=[LEAD], now=NOW) == expected


SAME, OTHER = Contents({LEAD: 1}, {LEAD: 1}), Contents({LEAD: 1}, {LEAD: 2})
A_PART = Contents({LEAD: 1}, {})


@pytest.mark.parametrize(
    ("at", "mark", "contents", "expected"),
    [
        pytest.param(OLD, held(OLD), SAME, Classification(), id="equal in all"),
        pytest.param(
            OLD, held(OLD), OTHER, Classification(stale=ONE), id="of one moment, not equal"
        ),
        pytest.param(FRESH, held(FRESH), OTHER, Classification(), id="changed a moment ago"),
        pytest.param(OLD, held(OLD), A_PART, Classification(missing=ONE), id="a part is not held"),
        pytest.param(FRESH, held(FRESH), A_PART, Classification(), id="a part, too young"),
        pytest.param(
            OLD,
            held(OLD, is_deleted=True),
            OTHER,
            Classification(missing=ONE, restored=ONE),
            id="in the bin, whatever it says",
        ),
        pytest.param(
            OLDER, held(OLD), OTHER, Classification(stale=ONE, unverified=ONE), id="once, not twice"
        ),
    ],
)
def test_contents_decide_where_moments_are_equal(
    at: datetime, mark: RowMark, contents: Contents, expected: Classification
) -> None:
    assert classify({LEAD: at}, {LEAD: mark}, contents, looked_at=[LEAD], now=NOW) == expected
    wrong = contents is not SAME or at != mark.changed_at
    assert suspects({LEAD: at}, {LEAD: mark}, contents, is_whole=False) == (ONE if wrong else set())


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1)).map(  # noqa: DTZ001 -- made aware here
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
rows = st.dictionaries(st.integers(1, 50), moments, max_size=30)
marked = st.dictionaries(st.integers(1, 50), st.tuples(moments, st.booleans()), max_size=30)


@given(rows, marked)
def test_a_difference_is_always_suspected_first(
    remote: dict[int, datetime], here: dict[int, tuple[datetime, bool]]
) -> None:
    """Whatever a second look would find at once, the walk has noticed."""
    mirror = {number: RowMark(number, at, gone) for number, (at, gone) in here.items()}
    seen = suspects(remote, mirror, is_whole=True)
    found = classify(remote, mirror, NO_CONTENTS, looked_at={*remote, *here}, now=NOW)
    assert found.missing | found.stale | found.surplus == seen
    assert not found.missing & found.stale
    assert not found.surplus & remote.keys()
    assert found.restored <= found.missing
    assert found.unverified <= found.stale


@given(rows)
def test_a_mirror_that_is_equal_has_an_equal_checksum(remote: dict[int, datetime]) -> None:
    half = dict(list(remote.items())[: len(remote) // 2])
    rest = {number: at for number, at in remote.items() if number not in half}
    whole = checksum(reversed(list(remote.items())))
    assert joined(checksum(half.items()), checksum(rest.items())) == whole
    assert 0 <= whole < 2**63
    for number, at in remote.items():
        assert checksum((remote | {number: at + timedelta(seconds=1)}).items()) != whole


@pytest.mark.parametrize(
    ("surplus", "held_rows", "expected"),
    [(0, 0, True), (50, 60, True), (51, 60, False), (2000, 10_000, True), (2001, 10_000, False)],
)
def test_too_much_gone_at_once_is_not_believed(
    surplus: int, held_rows: int, *, expected: bool
) -> None:
    assert is_plausible(surplus, held_rows) is expected


def test_marks_of_broken_rows() -> None:
    """A number is enough to be there; a row without one makes the page unsure."""
    raw = b'[{"id": "7", "updated_at": "x", "name": 5}, {"id": 9, "updated_at": 1790000000}]'
    good = marks(msgspec.json.decode(raw, type=list[msgspec.Raw]))
    assert good.rows == {7: None, 9: datetime.fromtimestamp(1790000000, UTC)}
    assert good.is_sure
    assert good.is_after(6)
    assert not good.is_after(7)
    bad = marks(msgspec.json.decode(b'[{"id": null}, 5, {"id": 3}]', type=list[msgspec.Raw]))
    assert bad.rows == {3: None}
    assert not bad.is_sure
