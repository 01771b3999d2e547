"""A day of a real loan desk (BPI Challenge 2012) as a log that the emulator can replay.

The recorded file lies outside the repository and is never copied into it; tests skip without it.
`W_Nabellen*` is phone work and stands in for calls; resource 112 is a robot; rows without a
resource are nobody's.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "activity" / "bpic2012_events.csv.gz"
ROBOT = "112"
CALLS = "W_Nabellen"


def convert(day: date, target: Path) -> set[str]:
    """Write one day's rows to `target`; return the people who acted (without the robot)."""
    people: set[str] = set()
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["user", "at", "kind", "entity", "duration_s"])
        for resource, at, kind, case, duration in _rows(day):
            writer.writerow([resource, at.isoformat(), kind, case, duration])
            if resource:
                people.add(resource)
    return people


def _rows(day: date) -> Iterator[tuple[str, datetime, str, str, str]]:
    started: dict[tuple[str, str], datetime] = {}
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["timestamp"])
            if at.date() != day:
                continue
            resource = "" if row["resource"] == ROBOT else row["resource"]
            if row["activity"].startswith(CALLS):
                key = (row["case"], row["resource"])
                if row["transition"] == "START":
                    started[key] = at
                elif row["transition"] == "COMPLETE" and (begun := started.pop(key, None)):
                    seconds = str(round((at - begun).total_seconds()))
                    yield resource, begun, "call_out", row["case"], seconds
            elif row["transition"] == "COMPLETE":
                yield resource, at, _kind(row["activity"]), row["case"], ""


def _kind(activity: str) -> str:
    return {"A": "stage", "O": "field", "W": "task"}[activity[0]]
