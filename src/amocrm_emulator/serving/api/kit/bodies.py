"""Bodies of writes: arrays of 1 to 250 objects, checked before anything is written."""

from collections.abc import Callable, Iterable
from typing import Any, TypeGuard

import msgspec

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http, invalid
from amocrm_emulator.serving.api.kit.switches import switches

BATCH_MAX = 250
Trouble = tuple[str, str, str]
"""Code, path inside the item, detail."""


async def read_items(request: Http, most: int = BATCH_MAX) -> list[Doc]:
    """Return the items of a batch; each has a `request_id`, its place when it named none."""
    given = await read_any(request)
    if not isinstance(given, list) or not given or not all(isinstance(i, dict) for i in given):
        raise ApiRefusal(400, "An array of objects is expected", [])
    if len(given) > most:
        raise ApiRefusal(400, f"At most {most} items in a request", [])
    return [item | {"request_id": _request_id(item, place)} for place, item in enumerate(given)]


async def read_object(request: Http) -> Doc:
    """Return the only object of a body; an array with one object will do."""
    given = await read_any(request)
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, dict):
        raise ApiRefusal(400, "An object is expected", [])
    return given


async def read_any(request: Http) -> Any:
    """Return a decoded body of any shape."""
    try:
        return msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, RecursionError) as error:
        raise ApiRefusal(400, "The body is not JSON", []) from error


def _request_id(item: Doc, place: int) -> str:
    given = item.get("request_id")
    return str(place) if given is None else str(given)


def sift(
    request: Http, items: list[Doc], check: Callable[[Doc], Iterable[Trouble]]
) -> tuple[list[Doc], list[Doc]]:
    """Return the items that are right, and the refusals of the others.

    The whole batch is refused when one item is wrong; some accounts refuse that item alone.
    """
    if not switches(request).refuses_items:
        check_items(items, check)
        return items, []
    good: list[Doc] = []
    refused: list[Doc] = []
    for item in items:
        try:
            check_items([item], check)
            good.append(item)
        except ApiRefusal as refusal:
            refused += refusal.errors or ()
    if not good:
        raise ApiRefusal(400, "Request validation failed", refused)
    return good, refused


def check_items(items: Iterable[Doc], check: Callable[[Doc], Iterable[Trouble]]) -> None:
    """Refuse the whole batch when one item is wrong."""
    errors = [
        (str(item["request_id"]), code, path, detail)
        for item in items
        for code, path, detail in check(item)
    ]
    if errors:
        raise invalid(errors)


def inside(path: str, troubles: Iterable[Trouble]) -> Iterable[Trouble]:
    """Name the troubles of a nested object by their place in the item."""
    return [(code, f"{path}.{inner}", detail) for code, inner, detail in troubles]


def missing(item: Doc, names: Iterable[str]) -> Iterable[Trouble]:
    for name in names:
        if item.get(name) is None or item[name] == "":
            yield ("FieldMissing", name, "This field is missing.")


def wrong_types(item: Doc, whole: Iterable[str], texts: Iterable[str] = ()) -> Iterable[Trouble]:
    """Name the fields that are neither null nor of their type."""
    for name in whole:
        value = item.get(name)
        if value is not None and not is_whole(value):
            yield ("InvalidType", name, "This value should be of type int.")
    for name in texts:
        if item.get(name) is not None and not isinstance(item[name], str):
            yield ("InvalidType", name, "This value should be of type string.")


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def not_a_choice(path: str) -> Trouble:
    return ("NotSupportedChoice", path, "The value you selected is not a valid choice.")
