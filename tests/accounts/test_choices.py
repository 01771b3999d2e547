import pytest

from smena.accounts.core.choices import check
from smena.accounts.model import Choices, Misfit


@pytest.mark.parametrize(
    ("time_zone", "language", "expected"),
    [
        pytest.param("Asia/Omsk", "en", Choices("Asia/Omsk", "en"), id="both chosen"),
        pytest.param("  Asia/Omsk ", "", Choices("Asia/Omsk", None), id="spaces around a zone"),
        pytest.param("", "", Choices(None, None), id="nothing follows the others"),
        pytest.param("   ", "ru", Choices(None, "ru"), id="spaces are nothing"),
        pytest.param("Omsk", "ru", {"time_zone": Misfit.NO_SUCH_ZONE}, id="no such zone"),
        pytest.param("asia/omsk", "", {"time_zone": Misfit.NO_SUCH_ZONE}, id="another case"),
        pytest.param("", "xx", {"language": Misfit.NO_SUCH_LANGUAGE}, id="no such language"),
        pytest.param(
            "Omsk",
            "xx",
            {"time_zone": Misfit.NO_SUCH_ZONE, "language": Misfit.NO_SUCH_LANGUAGE},
            id="both wrong",
        ),
    ],
)
def test_choices(time_zone: str, language: str, expected: Choices | dict[str, Misfit]) -> None:
    assert check(time_zone, language) == expected
