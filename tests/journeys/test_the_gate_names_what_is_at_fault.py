"""A fault planted in a component turns the gate red, and the gate names that component."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.gate.articles import MadeUpLaws, made_up_laws
from eval.gate.component_measures import KIND_OF, Component, Measured
from eval.gate.expected import Baseline, Expected, with_scores
from eval.gate.margins import with_own_margins
from eval.gate.running import run_gate
from eval.gate.verdict import Verdict, judged
from eval.gate_command import gated_service
from kb_service import answer_wiring
from kb_service.adapters.script import OpenCCConverter
from kb_service.service import Service
from tests.factories import day
from tests.journeys.planted_faults import FAULTS, quotes_of_another_version

Gate = Callable[[Sequence[str]], tuple[Measured, ...]]
ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    "juzhuzheng-shenling.md", "shenfenzheng.md", "gongshang-rending.md", "gongjijin-tiqu.md", "yangquan-dengji.txt",
    "shiye-baoxianjin-2024.md", "shiye-baoxianjin-2025.md", "shiye-baoxianjin-2026.md", "zuidi-gongzi-2024.txt",
    "zuidi-gongzi-2025.txt", "yanshi-jiucuo-2026.txt", "yanshi-jiucuo-2027.txt",
]  # fmt: skip
MATTERS = {"juzhuzheng-shenling", "shenfenzheng", "gongshang-rending", "gongjijin-tiqu", "yangquan", "shiyejin"}
IDS = {
    "juzhuzheng-shenling", "shenfenzheng", "gongshang-rending", "gongjijin-tiqu", "yangquan-dengji",
    "shiye-baoxianjin-biaozhun", "zuidi-gongzi-biaozhun",
}  # fmt: skip
# What the chat page offers is not in a twelfth of the corpus.
WHOLE = tuple(name for name in KIND_OF if name != "examples.answered")
# Two thirds of a run are talks and switches. What a component before them has done is named without them: for one fault
# of each component that the rest of an answer hangs on they are asked all the same.
SHORT = tuple(name for name in WHOLE if not name.startswith(("talk.", "switches.", "signals.")))
ASKED_WHOLE = {
    Component.DAYS, Component.CITATIONS, Component.CONFIDENCE, Component.ROUTING, Component.DRAFTING,
    Component.FOLLOW_UPS, Component.WORDS,
}  # fmt: skip
# What has no part in any other measure: only these can turn.
ALONE = {
    Component.TAKING_IN: ("taken_in.",),
    Component.PUBLISHED: ("published.",),
    Component.CONTRADICTIONS: ("contradictions.",),
    Component.MASKING: ("masking.", "checked."),
    Component.READING: ("reading.",),
    Component.CHECKING: ("checked.",),
    Component.NOTICES: ("notices.", "script.", "articles.", "answers."),
    Component.SCRIPT: ("notices.", "script.", "articles.", "answers."),
    Component.SWITCHES: ("switches.", "signals.", "answers.", "confidence.", "drafting.", "routing."),
    Component.SIGNALS: ("switches.", "signals.", "talk.", "follow_ups.", "answers."),
    Component.TALK: ("switches.", "signals.", "talk.", "follow_ups.", "articles.", "answers."),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A twelfth of the demonstration corpus, with the questions about it."""
    root = tmp_path_factory.mktemp("gate")
    (root / "corpus" / "documents").mkdir(parents=True)
    for name in DOCUMENTS:
        shutil.copy(ROOT / "corpus" / "documents" / name, root / "corpus" / "documents" / name)
    shutil.copy(ROOT / "corpus" / "confidence_model.json", root / "corpus")
    shutil.copy(ROOT / "corpus" / "departments.yaml", root / "corpus")
    matters = yaml.safe_load((ROOT / "corpus" / "matters.yaml").read_text("utf-8"))
    kept = [each for each in matters if each["id"] in MATTERS | {"zuidi-gongzi"}]
    _write_yaml(root / "corpus" / "matters.yaml", kept)
    lines = _lines("answerable.jsonl", of=IDS)[::3] + _lines("as_of.jsonl", of=IDS)[::3]
    near = [each for each in _lines("near.jsonl") if each.get("matter") in MATTERS and each["expect"] == "decline"]
    _write(root / "questions.jsonl", [*lines, *near[::8], *_lines("out_of_scope.jsonl")[::4]])
    talks = [each for each in _lines("talk.jsonl") if _documents(each) and _documents(each) <= IDS]
    _write(root / "talks.jsonl", talks[:4])
    for name in ("terms.jsonl", "look_alikes.jsonl"):
        shutil.copy(ROOT / "corpus" / "gate" / name, root / name)
    return root


@pytest.fixture(scope="module")
def asked(world: Path) -> Expected:
    files = {Path("questions.jsonl"): 1}
    return Expected(
        day=day("2026-11-30"),
        terms=Path("terms.jsonl"),
        look_alikes=Path("look_alikes.jsonl"),
        questions=files,
        scripts={Path("talks.jsonl"): 1},
    )


@pytest.fixture(scope="module")
def service(world: Path, asked: Expected, models_dir: Path) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KB_EMBEDDING_MODEL", str(models_dir / "multilingual-e5-small"))
        environment.setenv("KB_DATA_DIR", str(models_dir.parent))  # what was learnt from examples there is not anew
        environment.setattr(answer_wiring, "_QUESTIONS_REMEMBERED", 100_000)  # forty runs ask the same
        with gated_service(asked, world / "corpus", here=False) as opened:
            yield opened


@pytest.fixture(scope="module")
def laws() -> Iterator[MadeUpLaws]:
    with made_up_laws() as opened:
        yield opened


@pytest.fixture(scope="module")
def gate(service: Service, asked: Expected, world: Path, laws: MadeUpLaws) -> Gate:
    def measured(measures: Sequence[str]) -> tuple[Measured, ...]:
        return run_gate(service, asked, root=world, converter=OpenCCConverter(), laws=laws, only=measures).measured

    return measured


@pytest.fixture(scope="module")
def sound(gate: Gate) -> tuple[Measured, ...]:
    return gate(WHOLE)


@pytest.fixture(scope="module")
def expected(sound: tuple[Measured, ...], asked: Expected) -> Expected:
    return with_own_margins(with_scores(asked, sound, margin=0.05), asked, sound)  # as when it is accepted


def test_without_a_fault_the_gate_is_green_and_says_so_again(
    gate: Gate, expected: Expected, sound: tuple[Measured, ...]
) -> None:
    again = gate(WHOLE)
    assert [(each.name, each.score) for each in again] == [(each.name, each.score) for each in sound]
    verdict = _verdict(again, expected, sound, WHOLE)
    assert verdict.faults == () and verdict.suspects == ()


PLANTED = [
    (component, plant, ALONE.get(component) or (WHOLE if plant is plants[0] and component in ASKED_WHOLE else SHORT))
    for component, plants in FAULTS.items()
    for plant in plants
]


@pytest.mark.parametrize(
    ("component", "plant", "measures"), PLANTED, ids=[f"{each[0]}-{each[1].__name__}" for each in PLANTED]
)
def test_a_planted_fault_turns_the_gate_red_and_is_named(
    component: Component,
    plant: Any,
    measures: Sequence[str],
    service: Service,
    gate: Gate,
    expected: Expected,
    sound: tuple[Measured, ...],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _plant(plant, patch, service)
        if component is Component.WORDS:
            service.asking = service.asking_anew()  # it remembers what it has normalised
        measured = gate(measures)
    verdict = _verdict(measured, expected, sound, measures)
    assert not verdict.passes
    assert verdict.suspects and verdict.suspects[0].component is component, [
        (each.component.value, [one.measured.name for one in each.fallen]) for each in verdict.suspects
    ]


def _plant(plant: Any, patch: pytest.MonkeyPatch, service: Service) -> None:
    if plant is quotes_of_another_version:
        plant(patch, service)
    else:
        plant(patch)


def _verdict(
    measured: Sequence[Measured], expected: Expected, sound: Sequence[Measured], measures: Sequence[str]
) -> Verdict:
    before = Baseline("before", {each.name: {case.id: case for case in each.cases} for each in sound})
    return judged(measured, expected, [before], only=measures)


def _lines(name: str, of: set[str] | None = None) -> list[dict[str, Any]]:
    text = (ROOT / "corpus" / "questions" / name).read_text("utf-8")
    found = [json.loads(line) for line in text.splitlines() if line]
    return found if of is None else [each for each in found if _documents(each) and _documents(each) <= of]


def _documents(line: dict[str, Any]) -> set[str]:
    asked = line.get("turns") or [line]
    return {one for each in asked for one in (each.get("document") or "").split("|") if one}


def _write_yaml(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")


def _write(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), "utf-8")
