"""Documents that name things of the code name all of them, and nothing that is gone."""

import re
from pathlib import Path

import pytest

from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.documents import Kind
from kb_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_told(field: str) -> None:
    assert f"| `KB_{field.upper()}` |" in _text("settings.md")


def test_no_setting_is_told_that_is_gone() -> None:
    of_the_service = _text("settings.md").partition("## Read by commands")[0]
    listed = re.findall(r"^\| `KB_([A-Z_]+)` \|", of_the_service, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("word", [*Outcome, *Reason, *Kind])
def test_the_glossary_has_every_word_of_the_closed_lists(word: str) -> None:
    assert re.search(rf"\b{word}\b", _text("glossary.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_documents_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_make_command_in_the_documents_exists() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named - known == set()
    assert named, "no page tells a make command: the pattern above has to be mended"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers, "there are no decisions"
