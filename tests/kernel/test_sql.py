"""Named parameters become numbered ones, and nothing else of a statement changes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kernel.database.sql import bound, bound_many, numbered

UNTOUCHED = [
    pytest.param("SELECT now()::timestamptz", id="a cast"),
    pytest.param("SELECT '10:30', ':name', 'it''s :name'", id="a text"),
    pytest.param(r"SELECT E'it\'s :name', e'\\', E':name'", id="a text with escapes"),
    pytest.param('SELECT ":name", "a "":name"" b"', id="an identifier"),
    pytest.param("SELECT 1 -- by :name\n", id="a comment to the end of the line"),
    pytest.param("SELECT 1 -- by :name", id="a comment to the end of the statement"),
    pytest.param("SELECT /* :name /* :deeper */ :name */ 1", id="comments in comments"),
    pytest.param("SELECT 1 /* :name", id="a comment without an end"),
    pytest.param("DO $$ BEGIN x := :name; END $$", id="a body"),
    pytest.param("DO $do$ BEGIN $$:name$$; END $do$", id="a body with a name"),
    pytest.param("x := 1", id="an assignment"),
    pytest.param("x :=y", id="an assignment without a space"),
    pytest.param("SELECT ids[1:many], ids[few:many]", id="a slice"),
    pytest.param("SELECT $1, $2", id="numbers"),
    pytest.param("SELECT :1", id="no name"),
]


@pytest.mark.parametrize("sql", UNTOUCHED)
def test_what_is_no_parameter_stays(sql: str) -> None:
    assert numbered(sql) == (sql, ())


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("SELECT :a", "SELECT $1", ("a",)),
        ("SELECT :b, :a", "SELECT $1, $2", ("b", "a")),
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT :a::text, x::int", "SELECT $1::text, x::int", ("a",)),
        ("(:a)", "($1)", ("a",)),
        ("x=:a_1;", "x=$1;", ("a_1",)),
        ("CAST(:имя AS text)", "CAST($1 AS text)", ("имя",)),
        ("'x':a'y'", "'x'$1'y'", ("a",)),
        ("/* :a */:b--:c\n:d", "/* :a */$1--:c\n$2", ("b", "d")),
        ("SELECT type':a' || :b", "SELECT type':a' || $1", ("b",)),
        (r"SELECT type'\' || :b", r"SELECT type'\' || $1", ("b",)),
        ("SELECT a$b$, :c, d$b$", "SELECT a$b$, $1, d$b$", ("c",)),
    ],
)
def test_a_parameter_is_numbered(sql: str, text: str, names: tuple[str, ...]) -> None:
    assert numbered(sql) == (text, names)


def test_names_and_numbers_do_not_mix() -> None:
    with pytest.raises(ValueError, match="by name and by number"):
        numbered("SELECT :a, $1")


def test_values_stand_in_the_order_of_the_numbers() -> None:
    assert bound("SELECT :b, :a, :b", {"a": 1, "b": None}) == ("SELECT $1, $2, $1", [None, 1])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"a": 1}, "no value for: b -- SELECT :a, :b"),
        ({"a": 1, "b": 2, "c": 3}, "not in the statement: c -- SELECT :a, :b"),
        ({"a": 1, "c": 2}, "no value for: b; not in the statement: c -- SELECT :a, :b"),
        ({}, "no value for: a, b -- SELECT :a, :b"),
    ],
)
def test_other_names_than_the_statement_has_are_told(given: dict[str, int], told: str) -> None:
    with pytest.raises(TypeError, match=re.escape(told)):
        bound("SELECT :a,\n  :b", given)
    with pytest.raises(TypeError, match=re.escape(told)):
        bound_many("SELECT :a,\n  :b", [{"a": 1, "b": 1}, given])


def test_many_runs_of_one_statement() -> None:
    runs = [{"a": 1, "b": 2}, {"b": 4, "a": 3}]
    assert bound_many("VALUES (:b, :a)", runs) == ("VALUES ($1, $2)", [[2, 1], [4, 3]])


QUIET = st.sampled_from(
    [
        "SELECT ",
        ", ",
        " x::int ",
        "':q'",
        '":q"',
        "--:q\n",
        "/*:q*/",
        "$$:q$$",
        " a[1:q] ",
        "E'\\':q'",
    ]
)
NAMES = st.sampled_from(["a", "b", "name_1"])


@given(st.lists(st.tuples(QUIET, NAMES), max_size=12), QUIET)
def test_pieces_in_any_order(pairs: list[tuple[str, str]], last: str) -> None:
    """Each piece is safe by itself, so it is safe beside any other."""
    order = list(dict.fromkeys(name for _piece, name in pairs))
    sql = "".join(f"{piece} :{name} " for piece, name in pairs) + last
    text = "".join(f"{piece} ${order.index(name) + 1} " for piece, name in pairs) + last
    assert numbered(sql) == (text, tuple(order))


@given(st.text(alphabet=":'\"$-/*\\= aE1\n", max_size=60))
def test_any_text_ends_and_loses_nothing(sql: str) -> None:
    """Whatever is written, only names are replaced."""
    try:
        text, names = numbered(sql)
    except ValueError:
        return
    if not names:
        assert text == sql
    assert len(text) <= len(sql) + len(re.findall(":", sql))
