import pytest

from smena.connectors.amocrm.api.core.address import OWN_MACHINE, normalise
from smena.connectors.amocrm.model import ConnectRefusal, NotConnected


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("acme.amocrm.ru", "https://acme.amocrm.ru"),
        ("  https://ACME.amocrm.ru/leads/list/?x=1 ", "https://acme.amocrm.ru"),
        ("http://acme.amocrm.ru", "https://acme.amocrm.ru"),
        ("acme.kommo.com", "https://acme.kommo.com"),
        ("acme.amocrm.com.", "https://acme.amocrm.com"),
    ],
)
def test_accepted(typed: str, address: str) -> None:
    assert normalise(typed) == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://127.0.0.1:9000", "https://127.0.0.1:9000"),
        ("http://localhost:9000/api", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_this_machine_is_asked_only_where_that_is_allowed(typed: str, address: str) -> None:
    assert normalise(typed, OWN_MACHINE) == address
    refused = normalise(typed)
    assert isinstance(refused, NotConnected)
    assert refused.refusal is ConnectRefusal.OWN_MACHINE


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", ConnectRefusal.BAD_ADDRESS),
        ("ftp://acme.amocrm.ru", ConnectRefusal.BAD_ADDRESS),
        ("https://user:pass@acme.amocrm.ru", ConnectRefusal.BAD_ADDRESS),
        ("https://acme.amocrm.ru:8443", ConnectRefusal.BAD_ADDRESS),
        ("https://[", ConnectRefusal.BAD_ADDRESS),
        ("https://acme.amocrm.ru:99999", ConnectRefusal.BAD_ADDRESS),
        ("x" * 300, ConnectRefusal.BAD_ADDRESS),
        ("https://www.amocrm.ru", ConnectRefusal.FOREIGN_HOST),
        ("https://evil.com/acme.amocrm.ru", ConnectRefusal.FOREIGN_HOST),
        ("https://acme.amocrm.ru.evil.com", ConnectRefusal.FOREIGN_HOST),
        ("https://a.b.amocrm.ru", ConnectRefusal.FOREIGN_HOST),
        ("https://evilamocrm.ru", ConnectRefusal.FOREIGN_HOST),
        ("http://10.0.0.1", ConnectRefusal.FOREIGN_HOST),
        ("http://127.0.0.2:5432", ConnectRefusal.OWN_MACHINE),
        ("http://169.254.169.254/latest", ConnectRefusal.FOREIGN_HOST),
        ("http://2130706433/", ConnectRefusal.FOREIGN_HOST),
        ("http://[::ffff:10.0.0.1]/", ConnectRefusal.FOREIGN_HOST),
        ("http://localhost.evil.com", ConnectRefusal.FOREIGN_HOST),
        ("https://аcme.amocrm.ru", ConnectRefusal.FOREIGN_HOST),
    ],
)
def test_refused(typed: str, refusal: ConnectRefusal) -> None:
    found = normalise(typed)
    assert isinstance(found, NotConnected)
    assert found.refusal is refusal


def test_operator_allows_a_host() -> None:
    assert normalise("http://crm.test:80", frozenset({"crm.test"})) == "http://crm.test:80"
