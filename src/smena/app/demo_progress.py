"""The first load on the terminal: what, how many, how long yet."""

import asyncio

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from smena.app.node import Parts
from smena.connectors.amocrm.reading import queries
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId

LOOK_SECONDS = 0.3


async def show_load(made: Parts, account: AccountId, console: Console) -> None:
    """Draw the first load until it is done."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(_("Загружаются прошлые дни"), total=1.0, rows="")
        while True:
            async with made.db.tenant(account) as tx:
                progress = await queries.progress(tx, made.clock.now())
            if progress is not None:
                rows = sum(stage.rows for stage in progress.stages)
                bar.update(task, completed=progress.share, rows=_("{n} записей").format(n=rows))
                if progress.is_done:
                    break
            await asyncio.sleep(LOOK_SECONDS)
    console.print(_("Прошлые дни загружены: {n} записей.").format(n=rows))
