"""The sections about people's work: leads, people, tasks, events."""

from litestar import get

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import Http
from amocrm_emulator.serving.page import telling
from amocrm_emulator.serving.page.form_fields import FormFields
from amocrm_emulator.serving.page.render import FormFailure, Html, page
from amocrm_emulator.serving.page.sections import rows
from amocrm_emulator.serving.page.words import _
from amocrm_emulator.team.phrases import SOURCES

TASK_STATES = {rows.OPEN: _("Открытые"), rows.LATE: _("Просроченные"), rows.DONE: _("Сделанные")}
CLOSED_COLOURS = {WON: "#7bc95c", LOST: "#b9bfc6"}


@get("/")
async def leads(request: Http) -> Html:
    return leads_page(request)


def leads_page(request: Http, *, failure: FormFailure | None = None) -> Html:
    """Show leads; after a form that failed, with what was wrong and what was written."""
    crm, form = crm_and_form(request)
    pipeline = _pipeline(crm, form)
    narrowed = FormFields(dict(form.fields) | {"pipeline": str(pipeline["id"])})
    return page(
        request,
        "leads.html",
        failure=failure,
        form=form,
        pipeline=pipeline,
        stages=stages_of(pipeline),
        counts=rows.stage_counts(crm.store, pipeline["id"]),
        listed=rows.leads(crm.store, narrowed),
        people=people_of(crm),
        sources=SOURCES,
        telling=telling,
    )


@get("/people")
async def people(request: Http) -> Html:
    crm, _form = crm_and_form(request)
    of_leads, of_tasks = rows.open_counts(crm.store)
    groups = {group["id"]: group["name"] for group in crm.people.groups}
    return page(
        request,
        "people.html",
        people=list(crm.people.users.values()),
        groups=groups,
        last=rows.last_events(crm.store),
        of_leads=of_leads,
        of_tasks=of_tasks,
        telling=telling,
    )


@get("/tasks")
async def tasks(request: Http) -> Html:
    return tasks_page(request)


def tasks_page(request: Http, *, failure: FormFailure | None = None) -> Html:
    crm, form = crm_and_form(request)
    return page(
        request,
        "tasks.html",
        failure=failure,
        form=form,
        state=form.text("state") or rows.OPEN,
        states=TASK_STATES,
        listed=rows.tasks(crm.store, form, crm.clock.now()),
        task_types=dict(crm.account.doc["task_types"]),
        people=people_of(crm),
    )


@get("/events")
async def events(request: Http) -> Html:
    crm, form = crm_and_form(request)
    return page(
        request,
        "events.html",
        form=form,
        listed=rows.events(crm.store, form),
        types=rows.event_types(crm.store),
        people=people_of(crm),
        telling=telling,
    )


def crm_and_form(request: Http) -> tuple[Crm, FormFields]:
    crm: Crm = request.app.state.crm
    return crm, FormFields(dict(request.query_params))


def people_of(crm: Crm) -> list[Doc]:
    """Return those who work here, by name."""
    active = (user for user in crm.people.users.values() if user["is_active"])
    return sorted(active, key=lambda user: str(user["name"]))


def stages_of(pipeline: Doc) -> list[tuple[int, str]]:
    """Return the stages of a pipeline with their colours, the two closing ones last."""
    stages = [(one["id"], one["color"]) for one in pipeline["statuses"]]
    return [*stages, *((n, c) for n, c in CLOSED_COLOURS.items() if n not in dict(stages))]


def _pipeline(crm: Crm, form: FormFields) -> Doc:
    wanted = form.number("pipeline")
    return next((p for p in crm.pipelines.all if p["id"] == wanted), crm.pipelines.main())
