"""The form parser: tables of what senders do, and properties over everything else."""

import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smena.connectors.amocrm.api.core import form
from smena.connectors.amocrm.api.core.form import BadForm, Tree

RECORDED = Path(os.environ.get("SMENA_SHARED_DATA", "../shared/data")) / "amocrm-webhooks"


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        pytest.param(b"", {}, id="nothing"),
        pytest.param(b"a=1", {"a": "1"}, id="a pair"),
        pytest.param(b"a", {"a": ""}, id="no equals sign"),
        pytest.param(b"a%5Bb%5D%5B0%5D=x+y", {"a": {"b": {"0": "x y"}}}, id="encoded brackets"),
        pytest.param(b"a[b][0]=1&a[b][7]=2", {"a": {"b": {"0": "1", "7": "2"}}}, id="indexes"),
        pytest.param(
            b"linked[20290986][ID]=20290986", {"linked": {"20290986": {"ID": "20290986"}}}, id="ids"
        ),
        pytest.param(b"a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}, id="pushed"),
        pytest.param(b"a=1&a[b]=2", {"a": {"": "1", "b": "2"}}, id="text, then a branch"),
        pytest.param(b"a[b]=2&a=1", {"a": {"b": "2", "": "1"}}, id="branch, then a text"),
        pytest.param(b"a=1&a=2", {"a": "2"}, id="the last one counts"),
        pytest.param(b"a[b=1", {"a[b": "1"}, id="bracket left open"),
        pytest.param(b"[a]=1", {"[a]": "1"}, id="no root"),
        pytest.param(b"=1", {"0": "1"}, id="no name"),
        pytest.param(b"a=%ZZ%4&b=%D0", {"a": "%ZZ%4", "b": "�"}, id="bad percent-encoding"),
        pytest.param(b"a=x%00y", {"a": "xy"}, id="NUL is dropped"),
        pytest.param("a=Тула".encode(), {"a": "Тула"}, id="bare UTF-8"),
        pytest.param(b"&&a=1&&", {"a": "1"}, id="empty pairs"),
    ],
)
def test_parse(body: bytes, tree: Tree) -> None:
    assert form.parse(body) == tree


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"a" * (form.SIZE_MAX_BYTES + 1), "bytes", id="too long"),
        pytest.param(b"a&" * (form.PAIRS_MAX + 1), "pairs", id="too many"),
        pytest.param(b"a" + b"[b]" * form.DEPTH_MAX + b"=1", "levels", id="too deep"),
    ],
)
def test_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadForm, match=reason):
        form.parse(body)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert isinstance(form.parse(body), dict)


@given(st.text(alphabet="a[]=&%0+\0é", max_size=80))
def test_any_brackets_are_read_or_refused(text: str) -> None:
    try:
        tree = form.parse(text.encode())
    except BadForm as refusal:
        assert str(refusal)  # noqa: PT017 -- a refusal is one of the two good ends
    else:
        assert all("\0" not in leaf for leaf in _leaves(tree))


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="[]\0"), min_size=1)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(NAMES, TEXTS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, TEXTS | inner, min_size=1, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_round_trip(tree: Tree) -> None:
    assume(_depth(tree) <= form.DEPTH_MAX)
    assert form.parse(form.encode(tree)) == tree


def test_recorded_bodies() -> None:
    if not RECORDED.is_dir():
        pytest.skip("the recorded webhook bodies are not on this machine")
    for path in RECORDED.glob("*.body"):
        body = path.read_bytes()
        tree = form.parse(body)
        assert form.leaf(form.branch(tree, "account"), "subdomain")
        assert form.parse(form.encode(tree)) == tree


def _leaves(tree: Tree) -> list[str]:
    return [
        leaf
        for value in tree.values()
        for leaf in (_leaves(value) if isinstance(value, dict) else [value])
    ]


def _depth(tree: Tree | str) -> int:
    if isinstance(tree, str):
        return 0
    return 1 + max((_depth(value) for value in tree.values()), default=0)
