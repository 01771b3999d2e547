import hashlib
import re

import httpx2
import pytest

from smena.web.contexts import folders
from smena.web.static import KIT_CSS, KIT_CSS_PARTS, asset, static


@pytest.mark.anyio
async def test_a_file_lives_for_ever_under_the_hash_of_its_content(
    browser: httpx2.AsyncClient,
) -> None:
    answer = await browser.get(static("web/icon.svg"))
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    digest = hashlib.sha256(answer.content).hexdigest()[:16]
    assert static("web/icon.svg") == f"/static/web/icon.svg?v={digest}"


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["", "?v=0123456789abcdef"])
async def test_without_the_right_hash_it_is_asked_for_again(
    browser: httpx2.AsyncClient, query: str
) -> None:
    answer = await browser.get(f"/static/web/icon.svg{query}")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["cache-control"]
    headers = {"if-none-match": answer.headers["etag"]}
    assert (await browser.get("/static/web/icon.svg", headers=headers)).status_code == 304


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    ["web/none.css", "web/../page.py", "web/css/../../page.py", "kernel/db.py", "web", "web/css"],
)
async def test_only_files_of_static_folders_are_sent(
    browser: httpx2.AsyncClient, path: str
) -> None:
    answer = await browser.get(f"/static/{path}".replace("..", "%2e%2e"))
    assert answer.status_code == 404


def test_the_kit_is_one_sheet_of_all_its_parts() -> None:
    present = {
        file.name.removesuffix(".css") for file in (folders("static")["web"] / "css").iterdir()
    }
    assert present == set(KIT_CSS_PARTS)
    assert asset(KIT_CSS).body.decode().lstrip().startswith("@layer reset, tokens, base, layout")


def test_files_that_a_sheet_names_have_lasting_addresses() -> None:
    addresses = re.findall(r'url\("([^"]+)"\)', asset(KIT_CSS).body.decode())
    assert addresses == [
        static("web/vendor/inter-cyrillic.woff2"),
        static("web/vendor/inter-latin.woff2"),
    ]


def test_every_rule_is_in_a_layer() -> None:
    """A rule outside the layers would win over all of them."""
    for name in set(KIT_CSS_PARTS) - {"layers", "font"}:
        text = (folders("static")["web"] / "css" / f"{name}.css").read_text()
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).strip()
        assert re.match(r"@layer |@media [^{]*\{\s*@layer ", bare), name
