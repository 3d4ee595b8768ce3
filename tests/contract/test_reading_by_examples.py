"""Messages are told apart by the product's own examples and model: how often, on messages that are no examples."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from eval.reading import Labelled, ReadRow, open_reader, read_labelled, read_messages
from kb_service.asking.reading.examples import ExampleReader, Fitted, MessageClass, fit, load_examples
from kb_service.asking.reading.linear_layer import Floats, LinearLayer
from kb_service.domain.errors import VocabularyFault
from kb_service.settings import Settings
from tests.factories import NOON

ROOT = Path(__file__).parents[2]
# Twenty messages a class: one of them may be missed.
_MOSTLY = 0.9


@pytest.fixture(scope="module")
def rows(models_dir: Path) -> list[ReadRow]:
    labelled = read_labelled(ROOT / "corpus" / "reading")
    examples = {text for texts in load_examples(ROOT / "prompts").values() for text in texts}
    unseen = [each for each in labelled if each.text not in examples]
    return read_messages(unseen, open_reader(Settings(data_dir=models_dir.parent)), at=NOON)


def taken_for(rows: Sequence[ReadRow], labelled: MessageClass) -> list[MessageClass]:
    of_class = [row for row in rows if row.labelled is labelled]
    return [MessageClass.DISTRESS if row.may_be_distress else row.sure for row in of_class]


@pytest.mark.parametrize(
    "labelled",
    [
        MessageClass.DISTRESS,
        MessageClass.ABUSE,
        MessageClass.ORDERS,
        MessageClass.NEEDS_PERSONAL_DATA,
        MessageClass.PLATFORM_FAULT,
        MessageClass.USER_REQUEST,
    ],
)
def test_messages_of_a_class_are_recognised(rows: list[ReadRow], labelled: MessageClass) -> None:
    found = taken_for(rows, labelled)
    assert found and sum(each is labelled for each in found) >= _MOSTLY * len(found)


def test_questions_that_look_like_something_else_are_seldom_turned_away(rows: list[ReadRow]) -> None:
    found = taken_for(rows, MessageClass.KNOWLEDGE)
    assert sum(each is MessageClass.KNOWLEDGE for each in found) >= 0.85 * len(found)


def test_what_was_learnt_is_kept_for_the_next_start(models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "multilingual-e5-small").symlink_to(models_dir / "multilingual-e5-small")
    (tmp_path / "prompts" / "examples").mkdir(parents=True)
    for file in (ROOT / "prompts").iterdir():
        if file.is_file():
            (tmp_path / "prompts" / file.name).write_bytes(file.read_bytes())
    for each in MessageClass:
        lines = (ROOT / "prompts" / "examples" / f"{each}.yaml").read_text(encoding="utf-8").splitlines()
        (tmp_path / "prompts" / "examples" / f"{each}.yaml").write_text("\n".join(lines[:8]), encoding="utf-8")
    settings = Settings(data_dir=tmp_path, prompts_dir=tmp_path / "prompts")
    messages = [Labelled.model_validate({"text": "活着没有盼头", "class": "distress"})]
    first = read_messages(messages, open_reader(settings), at=NOON)
    (kept,) = (tmp_path / "models").glob("examples-*.npz")
    assert read_messages(messages, open_reader(settings), at=NOON) == first
    kept.write_bytes(b"cut off")
    assert read_messages(messages, open_reader(settings), at=NOON) == first


def test_no_more_questions_than_accepted_are_above_the_threshold() -> None:
    examples = {
        MessageClass.KNOWLEDGE: tuple(f"{matter}怎么办" for matter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"),
        MessageClass.DISTRESS: tuple(f"{who}不想活" for who in "你我他她它咱俺谁某人"),
    }

    def without_meaning(texts: Sequence[str]) -> Floats:
        return np.zeros((len(texts), 4), np.float32)

    strict = fit(examples, read=str, embed_all=without_meaning, accepted_false_alarms={})
    lenient = fit(examples, read=str, embed_all=without_meaning, accepted_false_alarms=dict.fromkeys(MessageClass, 0.5))
    distress = list(MessageClass).index(MessageClass.DISTRESS)
    shares = strict.layer.probabilities(["甲怎么办", "我不想活"], without_meaning(["", ""]))[:, distress]
    assert shares[0] < 0.5 < shares[1]
    assert lenient.thresholds[distress] < strict.thresholds[distress] < shares[1]


@pytest.mark.parametrize(
    ("of_distress", "of_knowledge", "sure", "may_be_distress"),
    [
        (0.6, 0.3, MessageClass.DISTRESS, False),
        (0.45, 0.5, MessageClass.KNOWLEDGE, True),
        (0.48, 0.4, MessageClass.KNOWLEDGE, True),
        (0.25, 0.6, MessageClass.KNOWLEDGE, False),  # not half as likely as a question
        (0.15, 0.2, MessageClass.KNOWLEDGE, False),  # less than more questions have than are accepted
    ],
)
def test_what_may_be_distress_is_taken_for_what_else_it_is(
    of_distress: float, of_knowledge: float, sure: MessageClass, may_be_distress: bool
) -> None:
    shares = np.zeros((1, len(MessageClass)), np.float32)
    shares[0, list(MessageClass).index(MessageClass.DISTRESS)] = of_distress
    shares[0, list(MessageClass).index(MessageClass.KNOWLEDGE)] = of_knowledge
    layer = SimpleNamespace(probabilities=lambda _texts, _vectors: shares)
    thresholds = np.full(len(MessageClass), 0.2, np.float32)
    reader = ExampleReader(Fitted(cast(LinearLayer, layer), thresholds), lambda _text: np.zeros(4, np.float32))
    found = reader.likeness("把猫送人了")
    assert (found.sure, found.may_be_distress) == (sure, may_be_distress)


def test_a_missing_file_of_examples_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyFault, match=r"knowledge\.yaml is missing"):
        load_examples(tmp_path)
