"""The documentation says what the code does: generated passages are current, names and links exist."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.main import get_command

from jixiao.findings import RuleId
from jixiao_cli.main import app
from jixiao_gateway.api import router
from scripts import generate_docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = generate_docs.generated()
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), ROOT / "samples" / "README.md"])
TWINS = [page for page in PAGES if page.name.endswith(".en.md")]
SOURCES = ("shared", "services", "cli")
BESIDE_THE_API = ("/api/v1", "/healthz", "/readyz", "/metrics", "/login", "/api/v1/openapi.json")
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
    twins = {path.with_name(path.name.replace(".md", ".en.md")) for path in GENERATED} & set(TWINS)
    assert twins == {ROOT / page for page in generate_docs.TWINS}


@pytest.mark.parametrize("twin", TWINS, ids=lambda page: page.name)
def test_a_twin_says_what_its_chinese_page_says(twin: Path) -> None:
    """As many headings and rows of tables, and every name in code that is no Chinese."""
    page, other = original(twin).read_text(encoding="utf-8"), twin.read_text(encoding="utf-8")
    for outline in (r"^#+(?= )", r"^\|(?= [^-])", r"^```\w*$"):
        assert re.findall(outline, other, re.M) == re.findall(outline, page, re.M), outline
    assert {code for code in codes(page) if code.isascii()} - codes(other) == set()


@pytest.mark.parametrize("twin", TWINS, ids=lambda page: page.name)
def test_twins_lead_to_each_other(twin: Path) -> None:
    """At the top of each page stands the way to the other."""
    page = original(twin)
    assert f"[English]({twin.name})" in page.read_text(encoding="utf-8").splitlines()[:3]
    assert f"[中文]({page.name})" in twin.read_text(encoding="utf-8").splitlines()[:3]


@pytest.mark.parametrize("page", ["api.md", "api.en.md"])
def test_every_route_is_documented(page: str) -> None:
    """Each path of the API stands in its page, with its method where it does not read; and none that does not exist."""
    named = set()
    for code in codes((DOCS / page).read_text(encoding="utf-8")):
        if found := re.fullmatch(r"(?:([A-Z]+) )?(/[\w/{}-]+)", code):
            named.add((found[1] or "GET", nameless(found[2])))
    served = FastAPI()
    served.include_router(router)
    paths = {
        (method.upper(), nameless(path.removeprefix(router.prefix)))
        for path, methods in served.openapi()["paths"].items()
        for method in methods
    }
    assert named - {("GET", path) for path in BESIDE_THE_API} == paths


def test_every_variable_in_the_code_is_documented() -> None:
    """A JIXIAO_ name that the code reads stands in the table of settings."""
    table = generate_docs.settings_table()
    read = {name for source in sources() for name in re.findall(r"\bJIXIAO_[A-Z_]*[A-Z]\b", source)}
    assert {name for name in read if f"`{name}`" not in table} == set()


def test_every_command_is_documented() -> None:
    """Each subcommand stands in the operator's page, and none that does not exist."""
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    for page in ("operations.md", "operations.en.md"):
        assert set(re.findall(r"^\| `jixiao ([a-z-]+)` \|", (DOCS / page).read_text(), re.M)) == commands


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


def original(twin: Path) -> Path:
    """The Chinese page of an English one."""
    return twin.with_name(twin.name.replace(".en.md", ".md"))


def codes(page: str) -> set[str]:
    """What stands in backticks within a page's lines, blanks as one."""
    text = re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S)
    return {" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)}


def nameless(path: str) -> str:
    """A path with its parameters without their names."""
    return re.sub(r"\{\w+\}", "{}", path)


def sources() -> list[str]:
    """The text of every module and SQL file of the product."""
    files = [path for folder in SOURCES for kind in ("*.py", "*.sql") for path in (ROOT / folder).rglob(kind)]
    return [path.read_text(encoding="utf-8") for path in files]
