"""What a person does to a task by hand."""

from collections.abc import Callable, Mapping

from amocrm_emulator.serving.page.forms.form_commands import Deed, delete

DAY = 86400


def complete(deed: Deed) -> None:
    """Finish a task; the result is written by those who have something to say."""
    deed.crm.complete_task(deed.by, deed.at, deed.number, deed.asked.text("result") or _DONE)


def postpone(deed: Deed) -> None:
    """Move a task's deadline a day on, from now when it is late."""
    till = max(deed.crm.existing("tasks", deed.number)["complete_till"], deed.at) + DAY
    deed.crm.change_task(deed.by, deed.at, deed.number, complete_till=till)


_DONE = "Готово"
OF_TASKS: Mapping[str, Callable[[Deed], None]] = {
    "complete": complete,
    "postpone": postpone,
    "delete": delete,
}
