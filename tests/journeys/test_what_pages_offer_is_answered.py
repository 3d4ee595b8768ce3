"""What the welcome page and the README offer as examples is answered from the demonstration corpus."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from eval.scratch import scratch_service
from kb_service.console.words import screen_words
from kb_service.domain.answers import Outcome
from kb_service.service import Service

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"kb ask (\S+)(?: --as-of (\S+))?")


@pytest.fixture(scope="module")
def demonstration(models_dir: Path) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KB_EMBEDDING_MODEL", str(models_dir / "multilingual-e5-small"))
        with scratch_service(ROOT / "corpus") as service:
            yield service


def outcome(service: Service, question: str, as_of: str | None = None) -> Outcome:
    asked = service.asking.question(question, as_of=date.fromisoformat(as_of) if as_of else None)
    return service.asking.answer(asked).outcome


@pytest.mark.parametrize("question", screen_words(ROOT / "prompts").examples)
def test_an_example_of_the_welcome_page_is_answered(demonstration: Service, question: str) -> None:
    assert outcome(demonstration, question) is Outcome.ANSWERED


@pytest.mark.parametrize(("question", "as_of"), COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8")))
def test_a_question_in_the_readme_is_answered(demonstration: Service, question: str, as_of: str) -> None:
    assert outcome(demonstration, question, as_of or None) is Outcome.ANSWERED
