"""What stands on every page of an account: its name, and lines on what is missing or broken.

Whoever knows (access) puts them into the request before the page is made; the layout shows them.
Features give their sources to the application, see `app/wiring`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.types import Scope

_KEY = "smena_notices"
_ACCOUNT = "smena_account"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line; `action` is the text of the link to `href`, for those who may follow it."""

    text: str
    kind: str = "stale"
    action: str = ""
    href: str = ""


NoticeSource = Callable[[Request[Any, Any, Any]], Awaitable[Sequence[Notice]]]
"""What a feature has to say on every page to those who may mend it; asked at each page."""


def put(scope: Scope, *notices: Notice) -> None:
    scope.setdefault("state", {})[_KEY] = notices


def of(scope: Any) -> tuple[Notice, ...]:
    found: tuple[Notice, ...] = (scope.get("state") or {}).get(_KEY, ())
    return found


def name_account(scope: Scope, name: str) -> None:
    """Have the menu say which account is open, for who may open several."""
    scope.setdefault("state", {})[_ACCOUNT] = name


def account_of(scope: Any) -> str:
    return str((scope.get("state") or {}).get(_ACCOUNT, ""))
