"""What is found wrong with a connection, and that every finding has its words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smena.accounts.model import AccountState
from smena.connectors.amocrm.api.core.request_counts import Rates
from smena.connectors.amocrm.health.core.findings import (
    Finding,
    FindingKind,
    HealthFacts,
    JobTrouble,
    PollFacts,
    TokenFacts,
    WaitingQueue,
    WebhookFacts,
    examine,
)
from smena.connectors.amocrm.health.view import health_view
from smena.connectors.amocrm.health.words import finding_text
from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationId, ReconciliationPart
from smena.connectors.amocrm.reconciliation.model import (
    AskedBy,
    Reconciliation,
    ReconciliationOutcome,
    Report,
)
from smena.connectors.kit.core.findings import Level
from smena.kernel.i18n import use
from smena.kernel.labels import Labels

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


WEBHOOK = WebhookFacts(
    WebhookState.ALIVE,
    "",
    connected_at=ago(days=9),
    checked_at=ago(hours=8),
    heard_at=ago(minutes=1),
    lag=timedelta(seconds=1),
    dead_letters=0,
)
POLL = PollFacts(
    at=ago(seconds=4),
    pages=1,
    took=timedelta(seconds=0.2),
    period=timedelta(seconds=5),
    news_at=ago(minutes=1),
    until=ago(seconds=4),
    is_loading=False,
)
TOKEN = TokenFacts(ago(days=9), NOW + timedelta(days=300), is_renewed=False, trouble="")
CHECKED = Report(
    Reconciliation(
        ReconciliationId(1),
        AskedBy.NIGHT,
        ago(hours=9),
        ago(hours=9),
        ago(hours=8),
        ReconciliationOutcome.DONE,
    ),
    (ReconciliationPart(0, "leads", missing=2, healed=2),),
)
WELL = HealthFacts(
    AccountState.CONNECTED,
    "",
    WEBHOOK,
    POLL,
    TOKEN,
    WaitingQueue(),
    WaitingQueue(),
    WaitingQueue(),
    Rates(),
    report=CHECKED,
)


def webhook(**changes: object) -> HealthFacts:
    return replace(WELL, webhook=replace(WEBHOOK, **changes))  # type: ignore[arg-type]


def poll(**changes: object) -> HealthFacts:
    return replace(WELL, poll=replace(POLL, **changes))  # type: ignore[arg-type]


def token(**changes: object) -> HealthFacts:
    return replace(WELL, token=replace(TOKEN, **changes))  # type: ignore[arg-type]


def check(**changes: object) -> HealthFacts:
    ended = replace(CHECKED.reconciliation, **changes)  # type: ignore[arg-type]
    return replace(WELL, report=replace(CHECKED, reconciliation=ended))


LATE = WaitingQueue(3, ago(minutes=6))
BAD, WAIT = Level.BAD, Level.WAIT


@pytest.mark.parametrize(
    ("health", "kind", "level"),
    [
        (replace(WELL, state=AccountState.DISCONNECTED), FindingKind.DISCONNECTED, BAD),
        (replace(WELL, state=AccountState.SIGN_IN_AGAIN), FindingKind.SIGN_IN_AGAIN, BAD),
        (token(expires_at=ago(hours=1)), FindingKind.TOKEN_ENDED, BAD),
        (token(expires_at=NOW + timedelta(days=13)), FindingKind.TOKEN_ENDS, WAIT),
        (token(trouble="amoCRM молчит"), FindingKind.TOKEN_TROUBLE, WAIT),
        (poll(until=ago(minutes=3)), FindingKind.DATA_LATE, WAIT),
        (poll(until=ago(minutes=16)), FindingKind.DATA_LATE, BAD),
        (poll(until=None), FindingKind.DATA_LATE, BAD),
        (poll(until=None, is_loading=True), FindingKind.LOADING, WAIT),
        (poll(is_loading=True), FindingKind.LOADING, WAIT),
        (webhook(state=WebhookState.REFUSED, detail="402"), FindingKind.WEBHOOK_REFUSED, BAD),
        (webhook(state=WebhookState.NO_ADDRESS), FindingKind.WEBHOOK_NO_ADDRESS, WAIT),
        (webhook(state=WebhookState.UNKNOWN), FindingKind.WEBHOOK_UNSURE, WAIT),
        (webhook(heard_at=ago(hours=2)), FindingKind.WEBHOOK_SILENT, BAD),
        (webhook(heard_at=None), FindingKind.WEBHOOK_SILENT, BAD),
        (webhook(dead_letters=4), FindingKind.DEAD_LETTERS, WAIT),
        (replace(WELL, bodies=LATE), FindingKind.BODIES_WAIT, BAD),
        (replace(WELL, unread=LATE), FindingKind.UNREAD_WAITS, BAD),
        (replace(WELL, commands=LATE), FindingKind.COMMANDS_WAIT, BAD),
        (replace(WELL, rates=Rates(too_fast=11)), FindingKind.TOO_FAST, WAIT),
        (
            replace(WELL, troubles=(JobTrouble("amocrm.poll", False, "нет прав", 3, NOW),)),
            FindingKind.JOB_GAVE_UP,
            BAD,
        ),
        (
            replace(WELL, troubles=(JobTrouble("amocrm.poll", True, "KeyError", 3, NOW),)),
            FindingKind.JOB_DEFECT,
            BAD,
        ),
        (check(finished_at=ago(days=3)), FindingKind.CHECK_LATE, WAIT),
        (check(outcome=ReconciliationOutcome.UNHEALED), FindingKind.CHECK_UNHEALED, BAD),
        (replace(WELL, trouble="no answer"), FindingKind.TROUBLE, WAIT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_is_one_finding(health: HealthFacts, kind: FindingKind, level: Level) -> None:
    assert [(one.kind, one.level) for one in examine(health, NOW)] == [(kind, level)]
    shown = health_view(health, MOSCOW, NOW, Labels())
    assert shown.needs_hand is (level is BAD)
    assert not shown.is_well


@pytest.mark.parametrize(
    "health",
    [
        pytest.param(WELL, id="all is well"),
        pytest.param(token(expires_at=ago(hours=1), is_renewed=True), id="renewed by itself"),
        pytest.param(token(expires_at=None), id="a token without an end"),
        pytest.param(replace(WELL, token=None), id="a token of the old kind"),
        pytest.param(poll(until=ago(minutes=4), period=timedelta(minutes=2)), id="asked rarely"),
        pytest.param(
            webhook(heard_at=ago(days=2)).__class__
            and replace(webhook(heard_at=ago(days=2)), poll=replace(POLL, news_at=ago(days=2))),
            id="a quiet weekend",
        ),
        pytest.param(webhook(heard_at=None, connected_at=ago(minutes=9)), id="just connected"),
        pytest.param(replace(WELL, bodies=WaitingQueue(900, ago(seconds=9))), id="a burst"),
        pytest.param(replace(WELL, rates=Rates(too_fast=10)), id="a few 429"),
        pytest.param(replace(WELL, report=None), id="never checked"),
    ],
)
def test_this_is_no_trouble(health: HealthFacts) -> None:
    assert examine(health, NOW) == ()
    assert health_view(health, MOSCOW, NOW, Labels()).is_well


def test_the_worst_comes_first_and_a_lost_access_once() -> None:
    both = replace(webhook(dead_letters=1), bodies=LATE)
    assert [one.level for one in examine(both, NOW)] == [BAD, WAIT]
    shut = replace(
        WELL,
        state=AccountState.SIGN_IN_AGAIN,
        poll=replace(POLL, until=ago(days=1)),
        troubles=(JobTrouble("amocrm.poll", False, "amoCRM answers 401", 9, NOW),),
    )
    assert [one.kind for one in examine(shut, NOW)] == [FindingKind.SIGN_IN_AGAIN]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_finding_says_what_to_do(kind: FindingKind, language: str) -> None:
    finding = Finding(kind, BAD, 3, NOW, "amocrm.poll: причина")
    with use(language):
        what, todo = finding_text(finding, MOSCOW, Labels())
    assert what.endswith((".", "а"))
    assert todo.endswith(".")
    assert "{" not in what + todo
