"""What is found wrong with a connection, and that every finding has its words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smena.accounts.model import AccountState
from smena.connectors.amocrm.api.core.request_counts import Rates
from smena.connectors.amocrm.health.core.findings import (
    Finding,
    HookVitals,
    JobTrouble,
    Level,
    PollVitals,
    Queue,
    Sign,
    TokenVitals,
    Vitals,
    examine,
)
from smena.connectors.amocrm.health.view import health_view
from smena.connectors.amocrm.health.words import finding_text
from smena.connectors.amocrm.model import HookState
from smena.connectors.amocrm.reconciliation.core.plan import CheckId, Part
from smena.connectors.amocrm.reconciliation.model import AskedBy, Check, CheckOutcome, Report
from smena.kernel.i18n import use

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


HOOK = HookVitals(
    HookState.ALIVE, "", connected_at=ago(days=9), checked_at=ago(hours=8),
    heard_at=ago(minutes=1), lag=timedelta(seconds=1), spoiled=0,
)  # fmt: skip
POLL = PollVitals(
    at=ago(seconds=4), pages=1, took=timedelta(seconds=0.2), period=timedelta(seconds=5),
    news_at=ago(minutes=1), until=ago(seconds=4), is_loading=False,
)  # fmt: skip
TOKEN = TokenVitals(ago(days=9), NOW + timedelta(days=300), is_renewed=False, trouble="")
CHECKED = Report(
    Check(CheckId(1), AskedBy.NIGHT, ago(hours=9), ago(hours=9), ago(hours=8), CheckOutcome.DONE),
    (Part(0, "leads", missing=2, healed=2),),
)
WELL = Vitals(
    AccountState.CONNECTED, "", HOOK, POLL, TOKEN, Queue(), Queue(), Queue(), Rates(),
    report=CHECKED,
)  # fmt: skip


def hook(**changes: object) -> Vitals:
    return replace(WELL, hook=replace(HOOK, **changes))  # type: ignore[arg-type]


def poll(**changes: object) -> Vitals:
    return replace(WELL, poll=replace(POLL, **changes))  # type: ignore[arg-type]


def token(**changes: object) -> Vitals:
    return replace(WELL, token=replace(TOKEN, **changes))  # type: ignore[arg-type]


def check(**changes: object) -> Vitals:
    return replace(WELL, report=replace(CHECKED, check=replace(CHECKED.check, **changes)))  # type: ignore[arg-type]


LATE = Queue(3, ago(minutes=6))
BAD, WAIT = Level.BAD, Level.WAIT


@pytest.mark.parametrize(
    ("vitals", "sign", "level"),
    [
        (replace(WELL, state=AccountState.DISCONNECTED), Sign.DISCONNECTED, BAD),
        (replace(WELL, state=AccountState.SIGN_IN_AGAIN), Sign.SIGN_IN_AGAIN, BAD),
        (token(expires_at=ago(hours=1)), Sign.TOKEN_ENDED, BAD),
        (token(expires_at=NOW + timedelta(days=13)), Sign.TOKEN_ENDS, WAIT),
        (token(trouble="amoCRM молчит"), Sign.TOKEN_TROUBLE, WAIT),
        (poll(until=ago(minutes=3)), Sign.DATA_LATE, WAIT),
        (poll(until=ago(minutes=16)), Sign.DATA_LATE, BAD),
        (poll(until=None), Sign.DATA_LATE, BAD),
        (poll(until=None, is_loading=True), Sign.LOADING, WAIT),
        (poll(is_loading=True), Sign.LOADING, WAIT),
        (hook(state=HookState.REFUSED, detail="402"), Sign.HOOK_REFUSED, BAD),
        (hook(state=HookState.NO_ADDRESS), Sign.HOOK_NO_ADDRESS, WAIT),
        (hook(state=HookState.UNKNOWN), Sign.HOOK_UNSURE, WAIT),
        (hook(heard_at=ago(hours=2)), Sign.HOOK_SILENT, BAD),
        (hook(heard_at=None), Sign.HOOK_SILENT, BAD),
        (hook(spoiled=4), Sign.BODIES_SPOILED, WAIT),
        (replace(WELL, bodies=LATE), Sign.BODIES_WAIT, BAD),
        (replace(WELL, unread=LATE), Sign.UNREAD_WAITS, BAD),
        (replace(WELL, wishes=LATE), Sign.WISHES_WAIT, BAD),
        (replace(WELL, rates=Rates(too_fast=11)), Sign.TOO_FAST, WAIT),
        (
            replace(WELL, troubles=(JobTrouble("amocrm.poll", False, "нет прав", 3, NOW),)),
            Sign.JOB_GAVE_UP, BAD,
        ),
        (
            replace(WELL, troubles=(JobTrouble("amocrm.poll", True, "KeyError", 3, NOW),)),
            Sign.JOB_DEFECT, BAD,
        ),
        (check(finished_at=ago(days=3)), Sign.CHECK_LATE, WAIT),
        (check(outcome=CheckOutcome.UNHEALED), Sign.CHECK_UNHEALED, BAD),
        (replace(WELL, trouble="no answer"), Sign.TROUBLE, WAIT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_trouble_is_one_finding(vitals: Vitals, sign: Sign, level: Level) -> None:
    assert [(one.sign, one.level) for one in examine(vitals, NOW)] == [(sign, level)]
    shown = health_view(vitals, MOSCOW, NOW)
    assert shown.needs_hand is (level is BAD)
    assert not shown.is_well


@pytest.mark.parametrize(
    "vitals",
    [
        pytest.param(WELL, id="all is well"),
        pytest.param(token(expires_at=ago(hours=1), is_renewed=True), id="renewed by itself"),
        pytest.param(token(expires_at=None), id="a token without an end"),
        pytest.param(replace(WELL, token=None), id="a token of the old kind"),
        pytest.param(poll(until=ago(minutes=4), period=timedelta(minutes=2)), id="asked rarely"),
        pytest.param(hook(heard_at=ago(days=2)).__class__ and replace(
            hook(heard_at=ago(days=2)), poll=replace(POLL, news_at=ago(days=2))
        ), id="a quiet weekend"),
        pytest.param(hook(heard_at=None, connected_at=ago(minutes=9)), id="just connected"),
        pytest.param(replace(WELL, bodies=Queue(900, ago(seconds=9))), id="a burst"),
        pytest.param(replace(WELL, rates=Rates(too_fast=10)), id="a few 429"),
        pytest.param(replace(WELL, report=None), id="never checked"),
    ],
)  # fmt: skip
def test_this_is_no_trouble(vitals: Vitals) -> None:
    assert examine(vitals, NOW) == ()
    assert health_view(vitals, MOSCOW, NOW).is_well


def test_the_worst_comes_first_and_a_lost_access_once() -> None:
    both = replace(hook(spoiled=1), bodies=LATE)
    assert [one.level for one in examine(both, NOW)] == [BAD, WAIT]
    shut = replace(
        WELL, state=AccountState.SIGN_IN_AGAIN, poll=replace(POLL, until=ago(days=1)),
        troubles=(JobTrouble("amocrm.poll", False, "amoCRM answers 401", 9, NOW),),
    )  # fmt: skip
    assert [one.sign for one in examine(shut, NOW)] == [Sign.SIGN_IN_AGAIN]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("sign", list(Sign))
def test_every_finding_says_what_to_do(sign: Sign, language: str) -> None:
    finding = Finding(sign, BAD, 3, NOW, "amocrm.poll: причина")
    with use(language):
        what, todo = finding_text(finding, MOSCOW)
    assert what.endswith((".", "а"))
    assert todo.endswith(".")
    assert "{" not in what + todo
