"""What an operator reads in the logs, and what never stands there."""

import json
import subprocess
import sys
from typing import Any

import pytest

from smena.kernel.logs import HIDDEN, hide_secrets

SAID = """
import logging, stamina, structlog
from smena.kernel import logs

logs.configure("json", {level!r})
logging.getLogger("alembic.runtime.migration").info("Context impl PostgresqlImpl.")
logging.getLogger("uvicorn.error").info("Started server process [1]")
structlog.get_logger("smena").warning("account_lost", account=7, token="abc")
tries = 0
for attempt in stamina.retry_context(on=OSError, attempts=2, wait_initial=0, wait_jitter=0):
    with attempt:
        tries += 1
        if tries == 1:
            raise OSError("no answer")
"""


def said(level: str) -> list[dict[str, Any]]:
    """Return what a program of ours writes at a level, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SAID.format(level=level)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_retry_is_everyday_life_and_libraries_are_quiet() -> None:
    assert [(one["event"], one["level"]) for one in said("info")] == [
        ("account_lost", "warning"),
        ("retried", "info"),
    ]
    assert [one["event"] for one in said("warning")] == ["account_lost"]


def test_a_secret_by_its_name_is_hidden_in_what_is_written() -> None:
    (line,) = said("warning")
    assert line["token"] == HIDDEN
    assert line["account"] == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "qwerty"),
        ("Authorization", "Bearer eyJ0"),
        ("refresh_token", b"eyJ0"),
        ("set-cookie", "session=1"),
        ("secret_key", "k"),
    ],
)
def test_telling_names(name: str, value: object) -> None:
    assert hide_secrets(None, "info", {name: value})[name] == HIDDEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer eyJ0eXAi.abc-_", f"Authorization: Bearer {HIDDEN}"),
        ("POST /hooks/amocrm/31000001/0a1b2c 200", f"POST /hooks/amocrm/31000001/{HIDDEN} 200"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_inside_texts(text: str, shown: str) -> None:
    event = {"event": text, "headers": {"x": [text]}}
    assert hide_secrets(None, "info", event) == {"event": shown, "headers": {"x": [shown]}}


def test_nested_names() -> None:
    event = {"request": {"headers": {"cookie": "session=1", "host": "a"}}}
    hidden = hide_secrets(None, "info", event)
    assert hidden == {"request": {"headers": {"cookie": HIDDEN, "host": "a"}}}
