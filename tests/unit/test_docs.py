"""The documentation says what the code does: generated passages are current, names and links exist."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from jixiao.findings import RuleId
from jixiao_cli.main import app
from scripts import generate_docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = generate_docs.generated()
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), ROOT / "samples" / "README.md"])
SOURCES = ("shared", "services", "cli")
PATH = re.compile(r"(?<![\w/.-])((?:shared|services|cli|docs|deploy|tests|samples|scripts)/[\w./-]*[\w/])(?![\w<*])")


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_files_are_current(path: Path) -> None:
    """Run ``.venv/bin/python -m scripts.generate_docs`` after a change to topics, events, metrics or settings."""
    assert path.read_text(encoding="utf-8") == GENERATED[path]


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    """docs/schemas holds today's events and nothing else."""
    assert set((DOCS / "schemas").iterdir()) == {path for path in GENERATED if path.parent.name == "schemas"}


def test_every_generated_passage_has_its_place() -> None:
    """Metrics, settings, topics and the table of handling each stand in one page."""
    places = [
        found[2] for page in generate_docs.PAGES for found in generate_docs.PASSAGE.finditer((ROOT / page).read_text())
    ]
    assert sorted(places) == ["metrics", "settings", "topics", "transitions"]


def test_every_variable_in_the_code_is_documented() -> None:
    """A JIXIAO_ name that the code reads stands in the table of settings."""
    table = generate_docs.settings_table()
    read = {name for source in sources() for name in re.findall(r"\bJIXIAO_[A-Z_]*[A-Z]\b", source)}
    assert {name for name in read if f"`{name}`" not in table} == set()


def test_every_command_is_documented() -> None:
    """Each subcommand stands in the operator's page, and none that does not exist."""
    page = (DOCS / "operations.md").read_text()
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"^\| `jixiao ([a-z-]+)` \|", page, re.M)) == commands


def test_every_rule_is_documented() -> None:
    """The catalogue has each rule id that the code can fire."""
    catalogue = (DOCS / "rules.md").read_text()
    assert {rule.value for rule in RuleId if rule.value not in catalogue} == set()


def test_names_in_the_glossary_exist() -> None:
    """Each name in backticks in the glossary's code column is one of the code."""
    rows = [line.split("|") for line in (DOCS / "glossary.md").read_text().splitlines() if line.startswith("| ")]
    names = {name for row in rows for name in re.findall(r"`([^`]+)`", row[3])}
    words = {word for source in sources() for word in re.findall(r"\w+", source)}
    assert names and names - words == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page leads to a file, each anchor to a heading of the page."""
    text = page.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w-]", "", head.strip().lower().replace(" ", "-")) for head in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        assert (page.parent / file).exists(), target
        assert file or anchor in anchors, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_named_exist(page: Path) -> None:
    """Whatever a page names as a file or folder of the checkout is one."""
    named = set(PATH.findall(page.read_text(encoding="utf-8")))
    assert {path for path in named if not (ROOT / path).exists()} == set()


def sources() -> list[str]:
    """The text of every module and SQL file of the product."""
    files = [path for folder in SOURCES for kind in ("*.py", "*.sql") for path in (ROOT / folder).rglob(kind)]
    return [path.read_text(encoding="utf-8") for path in files]
