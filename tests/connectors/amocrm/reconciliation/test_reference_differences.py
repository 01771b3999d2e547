"""Where short lists differ: who is missing, stale, surplus, and who may stay."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from smena.connectors.amocrm.reconciliation.core.reference_data import (
    PeopleDifference,
    differing,
    entries_differing,
    local_rows,
    rows_read,
)
from smena.crm.model.entities import (
    Changes,
    EntityKind,
    Group,
    GroupId,
    Pipeline,
    PipelineId,
    Source,
    Status,
    StatusId,
    User,
    UserId,
)
from smena.crm.model.reference_data import (
    ReferenceData,
    ReferenceEntry,
    ReferenceKind,
    ReferenceList,
)

ANNA = User(UserId(1), "Анна", "anna@example.com", GroupId(5), is_active=True, is_admin=False)
BORIS = replace(ANNA, id=UserId(2), name="Борис")
LEFT = replace(ANNA, id=UserId(3), is_active=False)
OFFICE, ARCHIVE = Group(GroupId(5), "Офис"), Group(GroupId(6), "Архив")
SALES = Pipeline(PipelineId(7), "Продажи", 10, is_main=True, is_archive=False)
OLD = Pipeline(PipelineId(8), "Старая", 20, is_main=False, is_archive=True)
FIRST = Status(PipelineId(7), StatusId(142), "Успех", 10, "#fff", 1)
OF_OLD = replace(FIRST, pipeline=PipelineId(8))
TOLD = Changes(
    Source.API, users=(ANNA, BORIS), groups=(OFFICE,), pipelines=(SALES,), statuses=(FIRST,)
)


def compared(
    users: Sequence[User] = (ANNA, BORIS),
    groups: Sequence[Group] = (OFFICE,),
    pipelines: Sequence[Pipeline] = (SALES,),
    statuses: Sequence[Status] = (FIRST,),
) -> PeopleDifference:
    return differing(rows_read(TOLD), local_rows(users, groups, pipelines, statuses))


def test_equal_lists_differ_in_nothing_and_have_one_sum() -> None:
    found = compared()
    assert (found.missing, found.stale, found.surplus) == (frozenset(),) * 3
    assert found.remote_sum == found.local_sum


def test_one_number_of_two_kinds_is_two_rows() -> None:
    same = Group(GroupId(1), "Первая")
    assert len(local_rows([ANNA], [same], [], [FIRST, OF_OLD])) == 4


def test_missing_and_stale() -> None:
    found = compared(users=(replace(ANNA, name="Аня"),), groups=())
    assert found.missing == {("user", 2), ("group", 5)}
    assert found.stale == {("user", 1)}
    assert found.surplus == frozenset()
    assert found.remote_sum != found.local_sum


@pytest.mark.parametrize(
    ("held", "surplus"),
    [
        pytest.param({"users": (ANNA, BORIS, LEFT)}, set(), id="who has left stays"),
        pytest.param(
            {"users": (ANNA, BORIS, replace(LEFT, is_active=True))}, {("user", 3)}, id="who has not"
        ),
        pytest.param({"groups": (OFFICE, ARCHIVE)}, {("group", 6)}, id="a group"),
        pytest.param({"pipelines": (SALES, OLD)}, set(), id="an archived pipeline stays"),
        pytest.param(
            {"pipelines": (SALES, replace(OLD, is_archive=False))},
            {("pipeline", 8)},
            id="one in use",
        ),
        pytest.param({"statuses": (FIRST, OF_OLD)}, set(), id="a stage of no listed pipeline"),
        pytest.param(
            {"statuses": (FIRST, replace(FIRST, id=StatusId(9)))},
            {("status", 7, 9)},
            id="a stage of a listed pipeline",
        ),
    ],
)
def test_surplus(held: dict[str, Sequence[object]], surplus: set[tuple[object, ...]]) -> None:
    found = compared(**held)  # type: ignore[arg-type]  # one of the four lists
    assert found.surplus == surplus
    assert (found.local_sum == found.remote_sum) is not bool(surplus)


TAGS: ReferenceList = (ReferenceKind.TAGS, EntityKind.LEAD)
SOURCES: ReferenceList = (ReferenceKind.LEAD_SOURCES, None)
HOT = ReferenceEntry(ReferenceKind.TAGS, 1, "горячий", EntityKind.LEAD, color="red")
COLD = replace(HOT, id=2, name="холодный")
SITE = ReferenceEntry(ReferenceKind.LEAD_SOURCES, 1, "Сайт")


def of_list(
    told: Sequence[ReferenceEntry],
    held: Sequence[ReferenceEntry],
    book: ReferenceList = TAGS,
    *,
    is_whole: bool = True,
) -> tuple[set[int], set[int], set[int]]:
    data = ReferenceData(tuple(told), frozenset({book}) if is_whole else frozenset())
    found = entries_differing(data, held, book)
    return _numbers(found.missing), _numbers(found.stale), _numbers(found.surplus)


def _numbers(keys: Iterable[tuple[object, ...]]) -> set[int]:
    return {int(str(number)) for (number,) in keys}


@pytest.mark.parametrize(
    ("told", "held", "expected"),
    [
        pytest.param([HOT], [HOT], (set(), set(), set()), id="equal"),
        pytest.param([HOT, COLD], [HOT], ({2}, set(), set()), id="missing"),
        pytest.param([HOT], [replace(HOT, color="blue")], (set(), {1}, set()), id="stale"),
        pytest.param([HOT], [replace(HOT, is_gone=True)], (set(), {1}, set()), id="came back"),
        pytest.param([HOT], [HOT, COLD], (set(), set(), {2}), id="surplus"),
        pytest.param([HOT], [HOT, replace(COLD, is_gone=True)], (set(), set(), set()), id="gone"),
        pytest.param(
            [HOT],
            [HOT, replace(COLD, owner=EntityKind.CONTACT)],
            (set(), set(), set()),
            id="of another kind of card",
        ),
    ],
)
def test_entries(
    told: Sequence[ReferenceEntry],
    held: Sequence[ReferenceEntry],
    expected: tuple[set[int], set[int], set[int]],
) -> None:
    assert of_list(told, held) == expected


def test_a_list_not_read_to_its_end_shows_nobody_as_surplus() -> None:
    assert of_list([HOT], [HOT, COLD], is_whole=False) == (set(), set(), set())
    assert of_list([], [HOT], is_whole=False) == (set(), set(), set())


def test_sources_are_compared_by_name_and_are_never_surplus() -> None:
    other = replace(SITE, id=2, name="Выставка")
    held = [replace(SITE, sort=5, code="x"), other]
    assert of_list([SITE], held, SOURCES) == (set(), set(), set())
    assert of_list([replace(SITE, name="Форма")], held, SOURCES) == (set(), {1}, set())
