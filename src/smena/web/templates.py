"""The one Jinja environment: autoescape, translations, addresses of files, the kit's macros."""

from datetime import date, timedelta
from functools import cache
from importlib.resources.abc import Traversable

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from smena.kernel import i18n
from smena.kernel.i18n import gettext, ngettext
from smena.web.contexts import folders
from smena.web.static import static


class ContextLoader(BaseLoader):
    """Finds `activity/panel.html` in the templates folder of the context `activity`."""

    def get_source(self, _environment: Environment, template: str) -> tuple[str, str, None]:
        found = _find(template)
        if found is None:
            raise TemplateNotFound(template)
        return found.read_text(encoding="utf-8"), str(found), None

    def list_templates(self) -> list[str]:
        return sorted(
            f"{name}/{file.name}"
            for name, folder in folders("templates").items()
            for file in (folder / name).iterdir()
            if file.name.endswith(".html")
        )


@cache
def environment() -> Environment:
    """Make the environment once; compiled templates live in it."""
    made = Environment(
        loader=ContextLoader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]  # added by the extension
    made.globals |= {"_": _text, "n_": _counted, "static": static, "csrf_input": _csrf_input}
    made.filters |= {
        "clock": i18n.clock,
        "clock_seconds": i18n.clock_seconds,
        "day": i18n.day,
        "duration": i18n.duration_words,
        "initials": _initials,
        "month": i18n.month,
        "number": i18n.number,
        "plus_days": _plus_days,
        "weekday_day": i18n.weekday_day,
    }
    # Macros as a global: a block rendered alone (see page.fragment) does not run a template's
    # own imports.
    made.globals["kit"] = made.get_template("web/kit.html").module
    return made


def _text(text: str, **values: object) -> str:
    """Translate; values are put in place of `{name}` or `%(name)s` and escaped."""
    translated = gettext(text)
    return _filled(translated, values) if values else translated


def _counted(one: str, many: str, n: int, **values: object) -> str:
    """Translate by number: `n_("{n} звонок", "{n} звонка|{n} звонков", 5)`."""
    return _filled(ngettext(one, many, n), {"n": n} | values)


def _filled(text: str, values: dict[str, object]) -> Markup:
    safe = escape(text)
    return safe % values if "%(" in text else safe.format(**values)


@pass_context
def _csrf_input(context: Context) -> Markup:
    """Return the hidden field that every form with an unsafe method carries."""
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(context["csrf"])


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def _plus_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _find(template: str) -> Traversable | None:
    name = template.split("/", 1)[0]
    folder = folders("templates").get(name)
    if folder is None or ".." in template:
        return None
    found = folder.joinpath(*template.split("/"))
    return found if found.is_file() else None
