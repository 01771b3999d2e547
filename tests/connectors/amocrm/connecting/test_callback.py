"""Who comes to the redirect address: amoCRM, a person who refused, a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.api.core.address import OWN_MACHINE
from smena.connectors.amocrm.connecting.core.callback import (
    Callback,
    Consent,
    Denied,
    Foreign,
    Unreadable,
    code_in,
    read_callback,
)

CLIENT = "3f1c9a52-0000-4000-8000-1c2d3e4f5a6b"
GOOD = {"code": "def502ab", "referer": "acme.amocrm.ru", "client_id": CLIENT, "state": "s"}


def test_a_consent() -> None:
    expected = Consent("def502ab", "https://acme.amocrm.ru", CLIENT, "s")
    assert read_callback(GOOD | {"platform": "1", "from_widget": "1"}) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"referer": "acme.kommo.com"}, "https://acme.kommo.com", id="Kommo"),
        pytest.param({"referer": "ACME.amocrm.com"}, "https://acme.amocrm.com", id="capitals"),
        pytest.param({"referer": "acme.amocrm.ru:443"}, "https://acme.amocrm.ru", id="port"),
        pytest.param({"referer": "https://acme.amocrm.ru"}, "https://acme.amocrm.ru", id="scheme"),
    ],
)
def test_accounts_hosts(changes: dict[str, str], expected: str) -> None:
    found = read_callback(GOOD | changes)
    assert isinstance(found, Consent)
    assert found.base_url == expected


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "acme.amocrm.ru.evil.example", "a.b.amocrm.ru", "www.amocrm.ru",
        "amocrm.ru", "acme.amocrm.ru@evil.example", "acme.amocrm.ru/../", "10.0.0.1",
        "169.254.169.254", "evil.example#.amocrm.ru", "evil.example?.amocrm.ru", "",
        "acme.amocrm.ru:8443", "evil.example\\.amocrm.ru", "аcme.amocrm.ru",
    ],
)  # fmt: skip
def test_foreign_hosts(host: str) -> None:
    found = read_callback(GOOD | {"referer": host})
    # A path after the host of an account is dropped with everything else in it.
    assert found == Foreign(host) or (
        isinstance(found, Consent) and found.base_url == "https://acme.amocrm.ru"
    )
    assert isinstance(found, Foreign) or host == "acme.amocrm.ru/../"


def test_this_machine_speaks_as_the_installation_does() -> None:
    found = read_callback(GOOD | {"referer": "127.0.0.1:8900"}, OWN_MACHINE, scheme="http")
    assert isinstance(found, Consent)
    assert found.base_url == "http://127.0.0.1:8900"


def test_a_host_that_the_operator_allows() -> None:
    allowed = frozenset({"crm.test"})
    found = read_callback(GOOD | {"referer": "crm.test"}, allowed)
    assert isinstance(found, Consent)
    assert isinstance(read_callback(GOOD | {"referer": "crm.test"}), Foreign)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"error": "access_denied", "state": "s"}, Denied("s"), id="refused"),
        pytest.param({"error": "access_denied"}, Denied(""), id="refused, no state"),
        pytest.param({}, Unreadable(), id="nothing"),
        pytest.param(GOOD | {"code": ""}, Unreadable(), id="no code"),
        pytest.param(GOOD | {"code": "a b"}, Unreadable(), id="a code of two words"),
        pytest.param(GOOD | {"code": "x" * 5000}, Unreadable(), id="a huge code"),
        pytest.param(GOOD | {"client_id": "<b>"}, Unreadable(), id="a strange client"),
        pytest.param(
            {"code": "c", "referer": "acme.amocrm.ru"}, Unreadable(), id="nobody's integration"
        ),
    ],
)
def test_other_visitors(query: dict[str, str], expected: Callback) -> None:
    assert read_callback(query) == expected


@given(st.dictionaries(st.sampled_from([*GOOD, "error"]), st.text(max_size=50)))
def test_any_query_is_answered_and_leads_to_a_cloud_only(query: dict[str, str]) -> None:
    found = read_callback(GOOD | query)
    if isinstance(found, Consent):
        host = found.base_url.removeprefix("https://")
        assert host.endswith((".amocrm.ru", ".amocrm.com", ".kommo.com")) or host in {
            "localhost", "127.0.0.1", "[::1]",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("def502ab", "def502ab"),
        ("  def5\n02ab ", "def502ab"),
        ("https://our.example/cb?code=def502ab&referer=acme.amocrm.ru", "def502ab"),
        ("/oauth/amocrm?state=x&code=def502ab", "def502ab"),
        ("code=def502ab&referer=acme.amocrm.ru", "def502ab"),
        ("https://our.example/cb?code=", ""),
        ("", ""),
    ],
)
def test_the_code_in_what_was_pasted(pasted: str, code: str) -> None:
    assert code_in(pasted) == code
