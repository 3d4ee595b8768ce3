"""A mistake in a file of words is told with its file and line."""

import re
from pathlib import Path

import pytest
import yaml

from kb_service.domain.errors import VocabularyFault
from kb_service.text.vocabulary import AnyOf, Words, any_of, load

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


class Sample(Words):
    greetings: tuple[str, ...]
    numbers: re.Pattern[str]
    farewells: AnyOf = any_of([])


def written(folder: Path, text: str) -> Path:
    (folder / "sample.yaml").write_text(text, encoding="utf-8")
    return folder


def fault_of(folder: Path) -> str:
    with pytest.raises(VocabularyFault) as caught:
        load(folder, "sample.yaml", Sample)
    return str(caught.value)


def test_a_file_that_fits_is_read_and_its_patterns_are_compiled(tmp_path: Path) -> None:
    sample = load(written(tmp_path, "greetings: [你好, 您好]\nnumbers: '\\d+'\n"), "sample.yaml", Sample)
    assert sample.greetings == ("你好", "您好")
    assert sample.numbers.findall("3天5天") == ["3", "5"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "sample.yaml is missing" in fault_of(tmp_path)


def test_a_pattern_that_does_not_compile_is_named_with_its_line(tmp_path: Path) -> None:
    assert "sample.yaml line 3: numbers:" in fault_of(written(tmp_path, "greetings: [你好]\n\nnumbers: '('\n"))


def test_a_wrong_entry_of_a_list_is_named_with_its_own_line(tmp_path: Path) -> None:
    text = "greetings:\n  - 你好\n  - {a: b}\nnumbers: '\\d'\n"
    assert "sample.yaml line 3: greetings.1:" in fault_of(written(tmp_path, text))


def test_of_a_list_of_patterns_the_wrong_one_is_named_with_its_own_line(tmp_path: Path) -> None:
    text = "greetings: [你好]\nnumbers: '\\d'\nfarewells:\n  - 再见\n  - '['\n"
    assert "sample.yaml line 5: farewells.1:" in fault_of(written(tmp_path, text))


def test_a_list_of_patterns_matches_where_any_of_them_does(tmp_path: Path) -> None:
    text = "greetings: [你好]\nnumbers: '\\d'\nfarewells: [再见, 拜拜]\n"
    assert load(written(tmp_path, text), "sample.yaml", Sample).farewells.findall("再见，拜拜") == ["再见", "拜拜"]


def test_a_misspelt_part_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    text = "greetings: [你好]\nnumbers: '\\d'\ngreeting: [您好]\n"
    assert "sample.yaml line 3: greeting: Extra inputs are not permitted" in fault_of(written(tmp_path, text))


def test_a_part_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    text = "greetings: [你好]\nnumbers: '\\d'\ngreetings: [您好]\n"
    assert "sample.yaml line 3: greetings stands there twice" in fault_of(written(tmp_path, text))


def test_what_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "sample.yaml line 2 is no YAML" in fault_of(written(tmp_path, "greetings: [你好]\nnumbers: : '\n"))


def test_no_pattern_at_all_matches_nothing() -> None:
    assert any_of([]).search("任何文字") is None


def test_of_a_misspelt_part_both_names_are_told(tmp_path: Path) -> None:
    fault = fault_of(written(tmp_path, "greeting: [你好]\nnumbers: '\\d'\n"))
    assert "greetings: Field required" in fault
    assert "line 1: greeting: Extra inputs are not permitted" in fault


@pytest.mark.parametrize("path", sorted(PROMPTS.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_file_of_words_says_the_same_to_either_loader_of_yaml(path: Path) -> None:
    """The one in Python, used where PyYAML was built without libyaml, takes no ? in an unquoted pattern of a list."""
    text = path.read_text(encoding="utf-8")
    assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader) is not None
