"""The guard of handlers: a page names what it asks for, the policy answers."""

from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from smena.access import queries
from smena.access.core.policy import may
from smena.access.model import Ability
from smena.accounts.model import Module

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def needs(ability: Ability) -> Guard:
    """Let only those in who have the ability.

    The guard raises NotAuthorizedException for strangers, PermissionDeniedException for others.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        viewer = queries.viewer_or_none(connection)
        if viewer is None:
            raise NotAuthorizedException
        if not may(viewer, ability):
            raise PermissionDeniedException

    return guard


def shown_to(ability: Ability) -> Callable[[Request[Any, Any, Any]], bool]:
    """Show an entry of the rail only to those who may open it."""

    def shown(request: Request[Any, Any, Any]) -> bool:
        viewer = queries.viewer_or_none(request)
        return viewer is not None and may(viewer, ability)

    return shown


def shown_in_account(ability: Ability) -> Callable[[Request[Any, Any, Any]], bool]:
    """Show an entry that is empty without an account only to those who look at one."""

    def shown(request: Request[Any, Any, Any]) -> bool:
        viewer = queries.viewer_or_none(request)
        return viewer is not None and viewer.account is not None and may(viewer, ability)

    return shown


def shown_with(
    module: Module, ability: Ability | None = None
) -> Callable[[Request[Any, Any, Any]], bool]:
    """Show a section only where its module is on, and to those who may open it."""

    def shown(request: Request[Any, Any, Any]) -> bool:
        viewer = queries.viewer_or_none(request)
        is_on = module not in queries.modules_off(request)
        return is_on and viewer is not None and (ability is None or may(viewer, ability))

    return shown
