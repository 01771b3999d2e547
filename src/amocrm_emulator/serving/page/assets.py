"""The page's own styles, script and picture, read once from the package."""

from functools import cache
from importlib.resources import files

from litestar import Response, get
from litestar.params import FromPath

from amocrm_emulator.serving.api.kit.answers import ApiRefusal
from amocrm_emulator.serving.page.words import _

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@get("/page/static/{name:str}")
async def asset(name: FromPath[str]) -> Response[bytes]:
    body = files_of_the_page().get(name)
    if body is None:
        raise ApiRefusal(404, _("Такого файла нет."))
    kind = TYPES[name.rpartition(".")[2]]
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=kind, headers=headers)


@cache
def files_of_the_page() -> dict[str, bytes]:
    folder = files(__package__).joinpath("static")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
