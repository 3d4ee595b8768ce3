"""How the console cuts and marks a version's text."""

from kb_service.console.marked_text import pieces, runs, visible
from kb_service.domain.documents import Passage


def test_characters_that_cannot_be_seen_are_shown_with_their_code() -> None:
    assert str(visible("甲\u202e乙")) == (
        '甲<span class="unseen" data-code="U+202E" title="RIGHT-TO-LEFT OVERRIDE">\u202e</span>乙'
    )
    assert str(visible("<b>")) == "&lt;b&gt;"


def passage(number: int, start: int, end: int) -> Passage:
    return Passage(f"p{number}", "v", number, "", start, end)


def test_every_character_of_a_text_is_in_one_run() -> None:
    text = "总则\n甲乙丙\n\n附则\n丁戊\n"
    cut = runs(text, [passage(2, 11, 13), passage(1, 3, 6)])
    assert [(run.text, run.number) for run in cut] == [
        ("总则", 0), ("\n", 0), ("甲乙丙", 1), ("\n\n", 0), ("附则", 0), ("\n", 0), ("丁戊", 2), ("\n", 0),
    ]  # fmt: skip


def test_passages_that_overlap_show_no_character_twice() -> None:
    cut = runs("甲乙丙丁", [passage(1, 0, 3), passage(2, 2, 4)])
    assert [run.text for run in cut] == ["甲乙丙", "丁"]
    assert [run.text for run in runs("甲", [])] == ["甲"]


def test_the_figures_of_a_suspicion_are_marked_in_their_sentence() -> None:
    cut = list(pieces("前言。收费20元。后语。", (3, 9), [(5, 8)]))
    assert [(each.text, each.is_in_sentence, each.is_figure) for each in cut] == [
        ("前言。", False, False),
        ("收费", True, False),
        ("20元", True, True),
        ("。", True, False),
        ("后语。", False, False),
    ]
