"""What features are called on screen: each gives its names where it registers, nobody lists them.

The composition root gathers them in `Labels` and gives that to the pages that need it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Label = Callable[[], str]
"""Says a name in the reader's language."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of background work and of causes; what has no name is shown as it is."""

    jobs: Mapping[str, Label] = field(default_factory=dict)
    causes: Mapping[str, Label] = field(default_factory=dict)
    """By the part of a cause before its colon: `distribution` of `distribution:17`."""

    def job(self, name: str) -> str:
        """Name a piece of background work."""
        return self.jobs[name]() if name in self.jobs else name

    def cause(self, value: str) -> str:
        """Name who asked for a command."""
        feature = value.partition(":")[0]
        return self.causes[feature]() if feature in self.causes else value
