"""What a person does to a task by hand."""

from collections.abc import Callable, Mapping

from amocrm_emulator.serving.page.forms.form_commands import FormCommand, delete

DAY = 86400


def complete(command: FormCommand) -> None:
    """Finish a task; the result is written by those who have something to say."""
    command.crm.tasks.complete(
        command.by, command.at, command.number, command.form.text("result") or _DONE
    )


def postpone(command: FormCommand) -> None:
    """Move a task's deadline a day on, from now when it is late."""
    till = (
        max(command.crm.records.existing("tasks", command.number)["complete_till"], command.at)
        + DAY
    )
    command.crm.tasks.change(command.by, command.at, command.number, complete_till=till)


_DONE = "Готово"
OF_TASKS: Mapping[str, Callable[[FormCommand], None]] = {
    "complete": complete,
    "postpone": postpone,
    "delete": delete,
}
