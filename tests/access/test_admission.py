import pytest

from smena.access.core.admission import clean_email, clean_name, is_strong
from smena.access.core.browser import browser_words


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("marina@acme.example", "marina@acme.example"),
        ("  Marina@ACME.example ", "marina@acme.example"),
        ("marina", None),
        ("@acme.example", None),
        ("marina@", None),
        ("a b@acme.example", None),
        ("a@b@c", None),
        ("a\x00@acme.example", None),
        ("a" * 65 + "@acme.example", None),
        ("", None),
    ],
)
def test_email(given: str, kept: str | None) -> None:
    assert clean_email(given) == kept


@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("семь тихих сосен", True),
        ("короткий", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("marina@acme.example", False),
        ("x" * 201, False),
        ("qwertyuiop", True),
    ],
)
def test_password(password: str, *, strong: bool) -> None:
    assert is_strong(password, "marina@acme.example") is strong


@pytest.mark.parametrize(
    ("given", "shown"),
    [("  Марина \n Орлова ", "Марина Орлова"), ("", "marina"), ("я" * 300, "я" * 200)],
)
def test_name(given: str, shown: str) -> None:
    assert clean_name(given, "marina@acme.example") == shown


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 YaBrowser/26.1 Safari/537.36",
            "Яндекс Браузер, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_browser(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words
