"""The recorded loan desk (BPI Challenge 2012) as a log for the replay: an example of a converter.

`W_Nabellen*` is phone work: START to COMPLETE by one person becomes an outgoing call. Other work
of people becomes what leaves a like trace in amoCRM. Resource 112 is a robot.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

LOG = Path(__file__).parents[4] / "shared/data/activity/bpic2012_events.csv.gz"
ROBOT = "112"
_PHONE_WORK = "W_Nabellen"
_LONGEST_CALL_SECONDS = 4 * 3600
_KINDS = {"A": "lead_status_changed", "O": "custom_field_value_changed"}


def convert(day: str | None = None) -> Iterator[dict[str, str]]:
    """Yield the rows of a log, of one day or of all."""
    with gzip.open(LOG, "rt", encoding="utf-8", newline="") as file:
        begun: dict[tuple[str, str, str], datetime] = {}
        for row in csv.DictReader(file):
            if row["resource"] and (day is None or row["timestamp"].startswith(day)):
                yield from _converted(row, begun)


def _converted(
    row: dict[str, str], begun: dict[tuple[str, str, str], datetime]
) -> Iterator[dict[str, str]]:
    at = datetime.fromisoformat(row["timestamp"])
    user = "" if row["resource"] == ROBOT else row["resource"]
    work = (row["case"], row["resource"], row["activity"])
    kind, seconds = _KINDS.get(row["activity"][0], ""), ""
    if row["transition"] == "START":
        begun[work] = at
        return
    if row["transition"] == "SCHEDULE":
        kind = "task_added"
    elif row["activity"].startswith(_PHONE_WORK):
        start = begun.pop(work, at)
        length = (at - start).total_seconds()
        kind = "outgoing_call"
        if length > _LONGEST_CALL_SECONDS:
            start, length = at, 0.0
        at, seconds = start, str(length)
    elif not kind:
        kind = "task_completed"
    yield {
        "user": user,
        "at": at.isoformat(),
        "kind": kind,
        "entity": row["case"],
        "duration_s": seconds,
    }


def write(path: Path, day: str | None = None) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("user", "at", "kind", "entity", "duration_s"))
        writer.writeheader()
        writer.writerows(convert(day))
    return path
