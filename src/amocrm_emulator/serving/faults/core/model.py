"""The words of a script of faults: what happens, to which requests, how often."""

from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Method = Literal["GET", "POST", "PATCH", "DELETE", "*"]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class FaultKind(Enum):
    """What happens. Those that mutate an answer leave its status and its effect as they are."""

    STATUS = "status"
    BAN = "ban"
    LARGE_BATCH = "large_batch"
    EXPIRE = "expire"
    HTML = "html"
    EMPTY = "empty"
    NOTHING = "nothing"
    CUT = "cut"
    SLOW = "slow"
    DELAY = "delay"
    RESET = "reset"
    BLACK_HOLE = "black_hole"
    SHIFT = "shift"
    NULLS = "nulls"
    TEXT_IDS = "text_ids"
    WRONG_TYPES = "wrong_types"
    HUGE = "huge"
    RENAMED = "renamed"


MUTATIONS = frozenset(
    {
        FaultKind.SHIFT,
        FaultKind.NULLS,
        FaultKind.TEXT_IDS,
        FaultKind.WRONG_TYPES,
        FaultKind.HUGE,
        FaultKind.RENAMED,
    }
)


class FaultMoment(Enum):
    """Before the request has any effect, after it had, or in the middle of the answer."""

    BEFORE = "before"
    AFTER = "after"
    MIDDLE = "middle"


class FaultLook(Enum):
    """The body of a refusal."""

    PROBLEM = "problem"
    HTML = "html"
    EMPTY = "empty"


class ApiFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a script.

    The first `nth - 1` requests that fit are spared, and after `times` it is over. `share` is the
    part of the rest that is hit, by dice of `seed`. `over`: items of a batch that are too many.
    """

    kind: FaultKind
    method: Method = "*"
    path: str = "*"
    nth: Count = 1
    times: Count | None = None
    share: Annotated[float, Meta(ge=0, le=1)] = 1.0
    seed: int = 0
    when: FaultMoment = FaultMoment.BEFORE
    status: Annotated[int, Meta(ge=200, le=599)] = 500
    look: FaultLook = FaultLook.PROBLEM
    over: Annotated[int, Meta(ge=0)] = 50
    seconds: Seconds = 1.0


class SeenRequest(msgspec.Struct, frozen=True):
    """What a script sees of a request; `items` is the length of a batch, 0 for none."""

    method: str
    path: str
    items: int = 0
