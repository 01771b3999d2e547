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
class HookSeen:
    """A subscription as amoCRM shows it."""

    destination: str
    is_off: bool
    settings: frozenset[str]


@dataclass(frozen=True, slots=True)
class HookPlan:
    """`is_alive`: nothing to mend. `strays` are addresses of ours with a key that is no more."""

    is_alive: bool
    strays: tuple[str, ...] = ()


def plan(seen: Sequence[HookSeen], destination: str, lacking: Collection[str]) -> HookPlan:
    """Compare what there is with what we want; `lacking` are settings this account refused."""
    wanted = set(SETTINGS) - set(lacking)
    ours = [hook for hook in seen if hook.destination == destination]
    place = destination.rpartition("/")[0] + "/"
    return HookPlan(
        is_alive=any(not hook.is_off and wanted <= hook.settings for hook in ours),
        strays=tuple(
            hook.destination
            for hook in seen
            if hook.destination.startswith(place) and hook.destination != destination
        ),
    )


def is_silent(hook_at: datetime | None, news_at: datetime | None, since: datetime | None) -> bool:
    """Tell whether polling brings changes of which no webhook has told for an hour.

    Counted from `since` at the earliest: the connecting, or the last look at the subscription.
    """
    if news_at is None or since is None:
        return False
    return news_at - (max(hook_at, since) if hook_at else since) > SILENCE
