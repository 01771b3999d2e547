"""Which fault of a script a request meets. Pure but for its own counts and dice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random

from amocrm_emulator.serving.faults.core.model import ApiFault, FaultKind, SeenRequest


@dataclass(slots=True)
class ScriptLine:
    """A fault and its fate so far: requests that fitted, and those that were hit."""

    fault: ApiFault
    seen: int = 0
    struck: int = 0
    dice: Random = field(default_factory=Random, repr=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.fault.seed)  # noqa: S311 -- reproducible faults, not secrets

    def strikes(self, request: SeenRequest) -> bool:
        """Count a request and tell whether it is hit."""
        fault = self.fault
        if not fits(fault, request):
            return False
        self.seen += 1
        if self.seen < fault.nth or (fault.times is not None and self.struck >= fault.times):
            return False
        if self.dice.random() >= fault.share:
            return False
        self.struck += 1
        return True


class Script:
    """The faults in their order: the first one that strikes is the only one."""

    def __init__(self, faults: Sequence[ApiFault] = ()) -> None:
        self.lines = [ScriptLine(fault) for fault in faults]

    def next(self, request: SeenRequest) -> ApiFault | None:
        return next((line.fault for line in self.lines if line.strikes(request)), None)


def fits(fault: ApiFault, request: SeenRequest) -> bool:
    """Compare a request with what a fault is for; `*` in a path stands for anything."""
    if fault.method not in {"*", request.method} or not fnmatchcase(request.path, fault.path):
        return False
    return fault.kind is not FaultKind.LARGE_BATCH or request.items > fault.over
