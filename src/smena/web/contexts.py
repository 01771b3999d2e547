"""Where the contexts keep their templates and files, in a checkout and in an installed wheel."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def folders(kind: str) -> dict[str, Traversable]:
    """Return each context's own folder named `kind`, by the context's name.

    A connector is a context of its own: `smena/connectors/amocrm/templates` belongs to `amocrm`.
    """
    root = files("smena")
    places = [*root.iterdir(), *(root / "connectors").iterdir()]
    return {place.name: place / kind for place in places if (place / kind).is_dir()}
