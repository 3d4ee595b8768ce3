"""The files of words by which texts are checked and compared: what is missing or wrong is named with its line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.model_brief import load_prompts
from kb_service.domain.errors import VocabularyFault
from kb_service.publishing.contrasts import load_contrasts

PROMPTS = Path("prompts")


@pytest.mark.parametrize(
    ("name", "load", "right", "wrong", "complaint"),
    [
        ("checking.yaml", load_checking_words, "  all: [", "  every: [", "every"),
        ("checking.yaml", load_checking_words, "  hedge: [原则上,", "  hedge: ['(原则上',", "hedge"),
        ("contrasts.yaml", load_contrasts, "marked: [student]", "marked: [pupil]", "pupil"),
        ("contrasts.yaml", load_contrasts, "kinds: [duration]", "kinds: [length]", "kinds"),
        ("faults.yaml", load_prompts, "off_topic:", "other_topic:", "other_topic"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, name: str, load: Callable[[Path], object], right: str, wrong: str, complaint: str
) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS, folder)
    load(folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(VocabularyFault, match=rf"{name} line \d+: .*{complaint}"):
        load(folder)
