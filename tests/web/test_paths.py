import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.web.paths import local_path


@pytest.mark.parametrize("path", ["/", "/activity?date=2026-11-20", "/a/b#c", "/settings//x"])
def test_a_path_of_this_server_is_followed(path: str) -> None:
    assert local_path(path, "/home") == path


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="empty"),
        pytest.param("activity", id="relative"),
        pytest.param("https://elsewhere.example/", id="another site"),
        pytest.param("//elsewhere.example/", id="another site without a scheme"),
        pytest.param("/\\elsewhere.example/", id="a backslash counts as a slash"),
        pytest.param("/a\\b", id="a backslash anywhere"),
        pytest.param("/\t/elsewhere.example", id="browsers drop control characters"),
        pytest.param("/a\r\nSet-Cookie: x=1", id="another header"),
        pytest.param("/" + "a" * 3000, id="too long"),
    ],
)
def test_anything_else_is_not(path: str | None) -> None:
    assert local_path(path, "/home") == "/home"


@given(st.text(alphabet="/\\:.@?#ax\t\n ", max_size=12))
def test_what_is_followed_begins_with_one_slash(text: str) -> None:
    found = local_path(text, "/home")
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
