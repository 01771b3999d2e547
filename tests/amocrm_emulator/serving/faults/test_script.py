"""Which requests a script hits."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amocrm_emulator.serving.faults.core.model import ApiFault, FaultKind, SeenRequest
from amocrm_emulator.serving.faults.script import Script, fits

LEADS = SeenRequest("GET", "/api/v4/leads")
BATCH = SeenRequest("PATCH", "/api/v4/leads", items=51)


@pytest.mark.parametrize(
    ("fault", "asked", "expected"),
    [
        pytest.param(ApiFault(FaultKind.STATUS), LEADS, True, id="anything"),
        pytest.param(ApiFault(FaultKind.STATUS, method="PATCH"), LEADS, False, id="another method"),
        pytest.param(
            ApiFault(FaultKind.STATUS, path="/api/v4/leads"), LEADS, True, id="the very path"
        ),
        pytest.param(ApiFault(FaultKind.STATUS, path="/api/v4/lead?"), LEADS, True, id="a mark"),
        pytest.param(
            ApiFault(FaultKind.NOTHING, path="/api/v4/leads/*"), LEADS, False, id="by id only"
        ),
        pytest.param(
            ApiFault(FaultKind.NOTHING, path="/api/v4/leads/*"),
            SeenRequest("GET", "/api/v4/leads/5"),
            True,
            id="by id",
        ),
        pytest.param(
            ApiFault(FaultKind.LARGE_BATCH, over=50), BATCH, True, id="a batch over the limit"
        ),
        pytest.param(
            ApiFault(FaultKind.LARGE_BATCH, over=51), BATCH, False, id="a batch within it"
        ),
        pytest.param(ApiFault(FaultKind.LARGE_BATCH, over=0), LEADS, False, id="no batch at all"),
    ],
)
def test_fits(fault: ApiFault, asked: SeenRequest, *, expected: bool) -> None:
    assert fits(fault, asked) is expected


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        pytest.param(ApiFault(FaultKind.STATUS), [1, 2, 3, 4, 5, 6], id="each"),
        pytest.param(ApiFault(FaultKind.STATUS, nth=3), [3, 4, 5, 6], id="from the third on"),
        pytest.param(ApiFault(FaultKind.STATUS, nth=3, times=1), [3], id="the third"),
        pytest.param(ApiFault(FaultKind.STATUS, times=2), [1, 2], id="the first two"),
        pytest.param(ApiFault(FaultKind.STATUS, share=0), [], id="none"),
        pytest.param(ApiFault(FaultKind.STATUS, share=0.5, seed=1), [1, 4, 5, 6], id="by dice"),
    ],
)
def test_hits(fault: ApiFault, hits: list[int]) -> None:
    script = Script([fault])
    assert [n for n in range(1, 7) if script.next(LEADS)] == hits
    assert (script.lines[0].seen, script.lines[0].struck) == (6, len(hits))


def test_the_first_that_strikes_is_the_only_one() -> None:
    first, second = ApiFault(FaultKind.STATUS, times=1), ApiFault(FaultKind.HTML)
    script = Script([first, second])
    assert [script.next(LEADS) for _ in range(3)] == [first, second, second]
    assert script.lines[1].seen == 2


@given(st.floats(0, 1), st.integers(0, 99), st.integers(0, 40))
def test_the_same_seed_hits_the_same(share: float, seed: int, count: int) -> None:
    fault = ApiFault(FaultKind.STATUS, share=share, seed=seed)
    one, two = Script([fault]), Script([fault])
    assert [one.next(LEADS) for _ in range(count)] == [two.next(LEADS) for _ in range(count)]


def test_a_fault_survives_being_written_down() -> None:
    fault = ApiFault(FaultKind.SLOW, method="GET", path="/api/*", times=2, seconds=0.5)
    assert msgspec.json.decode(msgspec.json.encode(fault), type=ApiFault) == fault
