"""Where something stands on a page, once it is there."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the screen, CSS pixels."""

    x: float
    y: float
    width: float
    height: float


def box(locator: Locator) -> Box:
    """Return where a visible element stands; waits for it, as a reader does."""
    expect(locator).to_be_visible()
    found = locator.bounding_box()
    assert found is not None
    return Box(**found)
