"""What is to be done about the subscription to webhooks, and when it is to be looked at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SETTINGS = (
    *(f"{verb}_lead" for verb in ("add", "update", "delete", "restore", "status", "responsible")),
    "note_lead",
    *(f"{verb}_contact" for verb in ("add", "update", "delete", "restore", "responsible", "note")),
    *(f"{verb}_company" for verb in ("add", "update", "delete", "restore", "responsible", "note")),
    *(f"{verb}_task" for verb in ("add", "update", "delete", "responsible")),
    *(f"{verb}_talk" for verb in ("add", "update")),
    *("add_message", "add_outgoing_message"),
    *(f"{verb}_unsorted" for verb in ("add", "update", "delete")),
)
"""All that tells of a change at once; an account that lacks one of them says so by its name."""

SILENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WebhookSeen:
    """A subscription as amoCRM shows it."""

    destination: str
    is_off: bool
    settings: frozenset[str]


@dataclass(frozen=True, slots=True)
class WebhookPlan:
    """`is_alive`: nothing to mend. `strays` are addresses of ours with a key that is no more."""

    is_alive: bool
    strays: tuple[str, ...] = ()


def plan(seen: Sequence[WebhookSeen], destination: str, lacking: Collection[str]) -> WebhookPlan:
    """Compare what there is with what we want; `lacking` are settings this account refused."""
    wanted = set(SETTINGS) - set(lacking)
    ours = [webhook for webhook in seen if webhook.destination == destination]
    place = destination.rpartition("/")[0] + "/"
    return WebhookPlan(
        is_alive=any(not webhook.is_off and wanted <= webhook.settings for webhook in ours),
        strays=tuple(
            webhook.destination
            for webhook in seen
            if webhook.destination.startswith(place) and webhook.destination != destination
        ),
    )


def is_silent(
    webhook_at: datetime | None, news_at: datetime | None, since: datetime | None
) -> bool:
    """Tell whether polling brings changes of which no webhook has told for an hour.

    Counted from `since` at the earliest: the connecting, or the last look at the subscription.
    """
    if news_at is None or since is None:
        return False
    return news_at - (max(webhook_at, since) if webhook_at else since) > SILENCE
