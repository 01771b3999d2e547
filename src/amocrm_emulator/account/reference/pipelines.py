"""Pipelines and their stages as administrators arrange them."""

from collections.abc import Mapping, Sequence
from typing import Any

from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc, Store

SYSTEM_NAMES = {WON: "Успешно реализовано", LOST: "Закрыто и не реализовано"}
_FIRST_PIPELINE, _FIRST_STATUS = 10_000, 20_000_000
_COLOR = "#fffeb2"


class Pipelines:
    """What administrators do with pipelines; the callers have checked the rules."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        self.all: list[Doc] = self._store.meta("pipelines")

    def main(self) -> Doc:
        return next((p for p in self.all if p["is_main"]), self.all[0])

    def first_status(self, pipeline: int) -> int:
        found = next(p for p in self.all if p["id"] == pipeline)
        return int(found["statuses"][0]["id"])

    def unsorted_stage(self, pipeline: int) -> int:
        """Return the stage where unsorted leads of a pipeline stand."""
        return pipeline * 100

    def is_unsorted(self, lead: Mapping[str, Any]) -> bool:
        """Tell whether a lead stands in Unsorted."""
        return bool(lead["status_id"] == self.unsorted_stage(lead["pipeline_id"]))

    def takes(self, pipeline: int, status: int) -> bool:
        """Tell whether a lead can be put there: nothing is put into Unsorted by its number."""
        return self.has_status(pipeline, status) and status != self.unsorted_stage(pipeline)

    def has_status(self, pipeline: int, status: int) -> bool:
        found = self.find(pipeline)
        if found is None:
            return False
        of_system = {WON, LOST, self.unsorted_stage(pipeline)}
        return status in of_system | {stage["id"] for stage in found["statuses"]}

    def find(self, number: object) -> Doc | None:
        return next((found for found in self.all if found["id"] == number), None)

    def stage(self, pipeline: Mapping[str, Any], number: object) -> Doc | None:
        """Return a stage of a pipeline's own, not one of the system's."""
        return next((stage for stage in pipeline["statuses"] if stage["id"] == number), None)

    def add(self, item: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> Doc:
        highest = max(found["id"] for found in self.all)
        number = self._store.next_id("pipeline", max(_FIRST_PIPELINE, highest))
        pipeline: Doc = {
            "id": number,
            "name": item["name"],
            "sort": item["sort"],
            "is_main": False,
            "is_unsorted_on": bool(item["is_unsorted_on"]),
            "statuses": [],
            "names": {},
        }
        self.all.append(pipeline)
        for stage in stages:
            if stage.get("id") in SYSTEM_NAMES:
                pipeline["names"][str(stage["id"])] = stage["name"]
            else:
                self._put_stage(pipeline, stage)
        if item["is_main"]:
            self._make_main(pipeline)
        self._save()
        return pipeline

    def change(self, pipeline: Doc, item: Mapping[str, Any]) -> None:
        names = ("name", "sort", "is_unsorted_on")
        pipeline |= {name: item[name] for name in names if item.get(name) is not None}
        if item.get("is_main"):
            self._make_main(pipeline)
        self._save()

    def remove(self, pipeline: Doc) -> None:
        self.all.remove(pipeline)
        if pipeline["is_main"]:
            self.all[0]["is_main"] = True
        self._save()

    def archive(self, number: int, *, is_archive: bool) -> bool:
        """Put a pipeline away, with whatever leads stand in it, or take it back."""
        pipeline = self.find(number)
        if pipeline is None:
            return False
        pipeline["is_archive"] = is_archive
        self._save()
        return True

    def holds_leads(self, pipeline: int) -> bool:
        found = self._store.row(
            "SELECT 1 FROM entity WHERE kind = 'leads' AND pipeline = ? AND deleted = 0 LIMIT 1",
            pipeline,
        )
        return found is not None

    def add_stage(self, pipeline: Doc, item: Mapping[str, Any]) -> Doc:
        stage = self._put_stage(pipeline, item)
        self._save()
        return stage

    def change_stage(self, pipeline: Doc, number: int, item: Mapping[str, Any]) -> None:
        """Change a stage; of those of the system only the name."""
        if number in SYSTEM_NAMES:
            pipeline.setdefault("names", {})[str(number)] = item["name"]
        elif (stage := self.stage(pipeline, number)) is not None:
            names = ("name", "sort", "color", "descriptions")
            stage |= {name: item[name] for name in names if item.get(name) is not None}
            _arrange(pipeline)
        self._save()

    def remove_stage(self, pipeline: Doc, number: int) -> None:
        """Remove a stage that no lead stands in any more, or whose leads are moved at once."""
        pipeline["statuses"] = [s for s in pipeline["statuses"] if s["id"] != number]
        self._save()

    def _put_stage(self, pipeline: Doc, item: Mapping[str, Any]) -> Doc:
        highest = max((s["id"] for found in self.all for s in found["statuses"]), default=0)
        stage: Doc = {
            "id": self._store.next_id("status", max(_FIRST_STATUS, highest)),
            "name": item["name"],
            "color": item.get("color") or _COLOR,
            "sort": item.get("sort") or 10 * (len(pipeline["statuses"]) + 2),
            "descriptions": item.get("descriptions") or [],
        }
        pipeline["statuses"] = [*pipeline["statuses"], stage]
        _arrange(pipeline)
        return stage

    def _make_main(self, pipeline: Doc) -> None:
        for found in self.all:
            found["is_main"] = found is pipeline

    def _save(self) -> None:
        self._store.set_meta("pipelines", self.all)


def _arrange(pipeline: Doc) -> None:
    """Keep the stages in the order of their places."""
    stages = list(enumerate(pipeline["statuses"]))
    stages.sort(key=lambda pair: (sort_of(pair[1], pair[0]), pair[0]))
    pipeline["statuses"] = [stage for _, stage in stages]


def sort_of(stage: Mapping[str, Any], place: int) -> int:
    """Return a stage's place; those of the account's beginning stand ten apart."""
    return int(stage.get("sort") or 20 + 10 * place)
