"""Files for the browser: their addresses carry the hash of the content and never expire.

Every context has its own `static/` folder, served under its own name. The kit's style is written
one file per thing on the screen and served as one sheet, `web/kit.css`.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.web.contexts import folders

KIT_CSS = "web/kit.css"
KIT_CSS_PARTS = (
    "layers",
    "tokens",
    "reset",
    "font",
    "base",
    "layout",
    "rail",
    "head",
    "button",
    "field",
    "menu",
    "calendar",
    "chip",
    "table",
    "drawer",
    "notice",
    "state",
    "dialog",
    "card",
    "tabs",
    "plain",
    "utilities",
    "print",
    "forced-colors",
)

_FOREVER = "public, max-age=31536000, immutable"
_SOON = "public, max-age=300"
_URL = re.compile(r'url\("(?!data:)([^"?#]+)"\)')
_MEDIA_TYPES = {
    "css": "text/css",
    "ico": "image/x-icon",
    "js": "text/javascript",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "woff2": "font/woff2",
}
_PACKED_TYPES = ("text/", "application/json", "image/svg+xml")
_NAME = re.compile(r"[\w-]+(\.[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it leaves the server."""

    body: bytes
    packed: bytes | None
    media_type: str
    digest: str


def static(path: str) -> str:
    """Return the address of a file, named `context/path/inside/static`."""
    return f"/static/{path}?v={asset(path).digest}"


@lru_cache(maxsize=1000)
def asset(path: str) -> Asset:
    """Read a file once; a file that does not exist is a defect of the template."""
    body = _kit_css() if path == KIT_CSS else _file(path).read_bytes()
    media_type = _MEDIA_TYPES.get(path.rsplit(".", 1)[-1], "application/octet-stream")
    if media_type == "text/css":
        body = _URL.sub(lambda found: _rewritten(path, found), body.decode()).encode()
    return Asset(
        body=body,
        packed=gzip.compress(body, 9, mtime=0) if media_type.startswith(_PACKED_TYPES) else None,
        media_type=media_type,
        digest=hashlib.sha256(body).hexdigest()[:16],
    )


def _file(path: str) -> Traversable:
    parts = path.split("/")
    if len(parts) < 2 or not all(_NAME.fullmatch(part) for part in parts):  # noqa: PLR2004 -- context and file
        raise FileNotFoundError(path)
    folder = folders("static").get(parts[0])
    if folder is None or not (found := folder.joinpath(*parts[1:])).is_file():
        raise FileNotFoundError(path)
    return found


def _kit_css() -> bytes:
    return b"\n".join(_file(f"web/css/{part}.css").read_bytes() for part in KIT_CSS_PARTS)


def _rewritten(sheet: str, found: re.Match[str]) -> str:
    """Give a file that a style refers to its lasting address."""
    address = found[1]
    path = (
        address.removeprefix("/static/")
        if address.startswith("/static/")
        else f"{sheet.rsplit('/', 1)[0]}/{address}"
    )
    return f'url("{static(path)}")'


@get("/static/{path:path}", include_in_schema=False, opt={"open": True}, sync_to_thread=False)
def serve(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """Send one file; only an address with the right hash may be kept for ever."""
    try:
        found = asset(path.lstrip("/"))
    except FileNotFoundError as error:
        raise NotFoundException from error
    headers = {
        "Cache-Control": _FOREVER if request.query_params.get("v") == found.digest else _SOON,
        "ETag": f'"{found.digest}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    body = found.body
    if found.packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = found.packed
            headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=found.media_type, headers=headers)
