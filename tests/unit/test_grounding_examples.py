"""Honest paraphrases pass and lies do not: examples written by hand, most before the rules knew their kind."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.faults import Fault
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.drafts import Statement
from kb_service.domain.documents import PassageInVersion
from tests.factories import passage_in_version

_FOLDER = Path(__file__).parents[1] / "grounding_examples"
_CHECKER = Checker(load_checking_words(Path("prompts")), OpenCCConverter())


@cache
def _files() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.yaml"))]


def _examples(kind: str) -> Iterator[Any]:
    for file in _files():
        for example in file[kind]:
            yield pytest.param(file["passages"], example, id=f"{example.get('kind', 'honest')}-{example['says'][:24]}")


def _faults(passages: dict[str, Any], example: dict[str, Any]) -> list[Fault]:
    cited = [_passage(passages[name], name) for name in example["cites"]]
    return list(_CHECKER.check([Statement(example["says"], tuple(range(len(cited))))], cited).faults)


def _passage(entry: dict[str, Any], name: str) -> PassageInVersion:
    headings = tuple(entry.get("headings", ()))
    return passage_in_version(
        entry["text"], headings=headings, passage_id=name, title=entry["title"], question=entry.get("question")
    )


@pytest.mark.parametrize(("passages", "example"), list(_examples("lies")))
def test_a_lie_does_not_pass(passages: dict[str, Any], example: dict[str, Any]) -> None:
    assert _faults(passages, example), f"{example['kind']}: {example['says']}"


@pytest.mark.parametrize(("passages", "example"), list(_examples("honest")))
def test_an_honest_paraphrase_passes_unless_it_is_known_to_be_too_free(
    passages: dict[str, Any], example: dict[str, Any]
) -> None:
    faults = _faults(passages, example)
    assert bool(faults) == example.get("too_strict", False), [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("passages", "name"),
    [
        pytest.param(file["passages"], name, id=name)
        for file in _files()
        for name in file["passages"]
        if " | " not in file["passages"][name]["text"]  # the rows of a table are no sentences: they are quoted
    ],
)
def test_a_whole_passage_in_its_own_words_passes(passages: dict[str, Any], name: str) -> None:
    assert _faults(passages, {"cites": [name], "says": passages[name]["text"]}) == []


# What is turned round, and into what; an empty word takes it out.
# What is turned round, and into what; an empty word takes it out.
_TURNED = (
    dict.fromkeys(("不", "免", "只", "最高", "除外"), "")
    | {"不得": "可以", "不予": "予以", "(?<!不)可以": "应当", "应当": "可以", "以上": "以下", "未满": "年满"}
    | {"或者": "和", "工作日": "日", "每月": "每年", "个人": "单位", "单位": "个人", "职工": "学生"}
)


def _mutants(text: str) -> Iterator[str]:
    yield from (re.sub(word, other, text, count=1) for word, other in _TURNED.items() if re.search(word, text))
    for match in re.finditer(r"\d+", text):
        yield text[: match.start()] + str(int(match[0]) + 1) + text[match.end() :]


@pytest.mark.parametrize(("passages", "example"), list(_examples("honest")))
def test_turning_a_word_or_a_figure_of_an_honest_draft_makes_it_a_lie(
    passages: dict[str, Any], example: dict[str, Any]
) -> None:
    sources = "".join(passages[name]["text"] for name in example["cites"])
    passed = [
        mutant
        for mutant in _mutants(example["says"])
        if mutant not in sources and not _faults(passages, example | {"says": mutant})
    ]
    assert passed == []


def test_there_are_enough_examples_to_believe_the_rates() -> None:
    lies = [example for file in _files() for example in file["lies"]]
    honest = [example for file in _files() for example in file["honest"]]
    assert len(lies) >= 120 and len({example["kind"] for example in lies}) >= 25
    assert len(honest) >= 60 and sum(len(file["passages"]) for file in _files()) >= 12
    assert sum(example.get("too_strict", False) for example in honest) <= len(honest) / 8
