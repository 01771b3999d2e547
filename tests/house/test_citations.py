"""A section or a rule that the code cites stands in `docs/reference`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"

Known = Mapping[str, frozenset[str]]
"""For each file its sections ("2.7"), its rules ("R3") and rules within a section ("3/g")."""

HEADING = re.compile(r"#+ (\d+(?:\.\d+)*) ")
ROW = re.compile(r"\| ([A-Z]+-?\d+|[a-z]|\d+) \|")

# "amocrm.md sections 4.6, 7 to 10", "distribution.md section 3, rules b and g", "activity.md R3".
NUMBERS = r"[\d.]*\d(?:(?:, | and | to )[\d.]*\d)*"
FILE = re.compile(
    r"(?<![/\w.-])(?:docs/reference/)?(?P<file>[a-z]+)\.md"
    rf"(?: (?:sections? )?(?P<sections>{NUMBERS}))?"
    r"(?:, rules? (?P<rules>[a-z](?: and [a-z])*)\b)?"
)
PROMISES = "CORE|ACT|SCH|DIS|FIR|CTL|API|WRK|MET|ALR|REM|NTF|WGT|OPS"
RULE = rf"(?:[RFID][1-9]\d?|(?:{PROMISES})-\d+)\b"
RANGE = re.compile(rf"(?<![%\w])(?P<first>{RULE})(?:(?:-| to )(?P<last>{RULE}))?")
BARE = re.compile(r"(?<!\.md )\b(sections? \d[\d.]*)")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PROPERTY = re.compile(r"\bProperty (\d+) \(distribution\.md section 2\)")


def test_what_is_cited_is_there() -> None:
    known = known_rules()
    found = {
        f"{path.relative_to(ROOT)}: {lacking}"
        for path in citing_files()
        for lacking in lacking_in(path.read_text(encoding="utf-8"), known)
    }
    assert found == set()


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_citations_are_found_at_all() -> None:
    texts = [path.read_text(encoding="utf-8") for path in citing_files()]
    cited = {citation for text in texts for citation in citations(text)}
    assert {("amocrm", "2.7"), ("distribution", "3/g"), ("", "R3"), ("", "ACT-5")} <= cited
    assert len(cited) > 50


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("(amocrm.md section 2.7)", set()),
        ("(amocrm.md section 99)", {"amocrm.md 99"}),
        ("(amocrm.md sections 4.6,\n    7 to 10)", set()),
        ("(amocrm.md sections 10 to 12)", {"amocrm.md 12"}),
        ("(distribution.md section 3, rules b and g)", set()),
        ("(distribution.md section 3, rules b and x)", {"distribution.md 3/x"}),
        ("Property 12 (distribution.md section 2): counts", set()),
        ("Property 99 (distribution.md section 2): counts", {"distribution.md 2/99"}),
        ("(design.md)", {"design.md"}),
        ("docs/reference/amocrm.md section 99", {"amocrm.md 99"}),
        ("see docs/contributing.md", set()),
        ("of a day (R2, R6-R9, R14)", set()),
        ("(R14 to R16)", {"R16"}),
        ("(I99; F7)", {"I99"}),
        ("(ACT-1 to ACT-5, ACT-10)", set()),
        ("CORE-99", {"CORE-99"}),
        ("of which file? (section 4.5)", {"section 4.5"}),
        ("# noqa: F401", set()),
    ],
)
def test_a_citation_of_nothing_is_told(text: str, lacking: set[str]) -> None:
    assert set(lacking_in(text, known_rules())) == lacking


def known_rules() -> Known:
    return {path.stem: frozenset(rules_of(path)) for path in REFERENCE.glob("*.md")}


def rules_of(path: Path) -> Iterator[str]:
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            section = heading[1]
            yield section
        elif row := ROW.match(line):
            yield row[1]
            yield f"{section}/{row[1]}"


def citing_files() -> Iterator[Path]:
    for folder in ("src/smena", "tests", "bench"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if path != Path(__file__))
        yield from (ROOT / folder).rglob("README.md")
    yield ROOT / "ARCHITECTURE.md"
    yield from (ROOT / "docs" / "decisions").glob("*.md")


def lacking_in(text: str, known: Known) -> Iterator[str]:
    everything = frozenset[str]().union(*known.values())
    for file, rule in citations(text):
        if file and file not in known:
            yield f"{file}.md"
        elif rule and rule not in (known[file] if file else everything):
            yield f"{file}.md {rule}" if file else rule


def citations(text: str) -> Iterator[tuple[str, str]]:
    """Yield pairs (file or "", section or rule or "")."""
    line = re.sub(r"\s+(?:# )?", " ", text)
    for found in FILE.finditer(line):
        sections = list(spread(found["sections"] or ""))
        yield found["file"], ""
        yield from ((found["file"], section) for section in sections)
        for letter in re.findall(r"\b[a-z]\b", found["rules"] or ""):
            yield found["file"], f"{sections[-1]}/{letter}"
    yield from (("distribution", f"2/{found[1]}") for found in PROPERTY.finditer(line))
    yield from (("", found[1]) for found in BARE.finditer(line))
    for found in RANGE.finditer(line):
        yield "", found["first"]
        if found["last"]:
            yield from (("", between) for between in steps(found["first"], found["last"]))


def spread(numbers: str) -> Iterator[str]:
    """Turn "4.6, 7 to 9" into 4.6, 7, 8, 9."""
    for part in re.split(r", | and ", numbers):
        first, _, last = part.partition(" to ")
        yield from [first] if first else []
        yield from steps(first, last) if last else []


def steps(first: str, last: str) -> Iterator[str]:
    """Yield what comes after `first` up to `last`: R6, R9 gives R7, R8, R9."""
    name = re.sub(r"\d+$", "", first)
    begin, end = int(first[len(name) :]), int(re.sub(r"^\D+", "", last))
    yield from (f"{name}{number}" for number in range(begin + 1, end + 1))
