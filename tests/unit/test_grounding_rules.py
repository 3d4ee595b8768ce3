"""What is wrong with a draft is named, so that the model can be told."""

from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.faults import FaultKind
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.drafts import Statement
from kb_service.text.clauses import Span
from tests.factories import passage_in_version

CHECKER = Checker(load_checking_words(Path("prompts")), OpenCCConverter())
FEES = passage_in_version("首次签注免费。补办证件收费30元。", title="风筝证", passage_id="fees")
TIMES = passage_in_version("自受理之日起5个工作日内办结。", title="风筝证", headings=("办理时限",), passage_id="times")


def kinds(*statements: Statement) -> set[FaultKind]:
    return {fault.kind for fault in list(CHECKER.check(statements, [FEES, TIMES]).faults)}


def test_a_draft_in_the_words_of_its_sources_holds() -> None:
    assert kinds(Statement("首次签注免费。", (0,)), Statement("自受理之日起5个工作日内办结。", (1,))) == set()


def test_a_text_of_one_script_is_held_against_a_source_of_the_other() -> None:
    source = passage_in_version("首次簽註免費。補辦證件收費30元。", title="風箏證")
    assert list(CHECKER.check([Statement("补办证件收费30元。", (0,))], [source]).faults) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (Statement("", (0,)), FaultKind.EMPTY),
        (Statement("首次签注免费。", ()), FaultKind.NO_MARK),
        (Statement("首次签注免费。", (98,)), FaultKind.UNKNOWN_MARK),
        (Statement("首次签注免费。", (0, 1)), FaultKind.UNUSED_CITATION),
        (Statement("首次签注免费[1]。", (0,)), FaultKind.MARKUP),
        (Statement("首次签注免费⟦L7⟧。", (0,)), FaultKind.MARKUP),
        (Statement("可以。", (0,)), FaultKind.SAYS_NOTHING),
        (Statement("补办证件收费50元。", (0,)), FaultKind.FOREIGN_FIGURE),
        (Statement("首次签注收费30元。", (0,)), FaultKind.FIGURE_OF_ANOTHER),
        (Statement("补办护照收费30元。", (0,)), FaultKind.FOREIGN_WORDS),
        (Statement("首次签注不免费。", (0,)), FaultKind.CHANGED_MEANING),
        (Statement("首次签注免费。首次签注免费。", (0,)), FaultKind.REPEATED),
    ],
)
def test_each_fault_has_its_name(statement: Statement, kind: FaultKind) -> None:
    assert kind in kinds(statement)


def test_a_time_limit_may_be_said_to_be_one_only_where_the_source_speaks_of_one() -> None:
    limit = passage_in_version("办理时限：5个工作日。", title="风筝证")
    stay = passage_in_version("场地可以使用5个工作日。", title="风筝证")
    statements = [Statement("5个工作日内办结。", (0,))]
    assert list(CHECKER.check(statements, [limit]).faults) == []
    assert list(CHECKER.check(statements, [stay]).faults) != []


def test_only_the_sentences_that_are_restated_are_quoted() -> None:
    checked = CHECKER.check([Statement("补办证件收费30元。", (0,))], [FEES])
    span = checked.span_of[0]
    assert (span, FEES.passage.text[span.start : span.end]) == (Span(7, 17), "补办证件收费30元。")


def test_the_rules_take_no_longer_on_a_hostile_text() -> None:
    """Quadratic is all right, exponential is not: the time limit of the test run would end it."""
    source = passage_in_version("不" * 3000 + "的，" * 500 + "1元、" * 300)
    assert list(CHECKER.check([Statement("不" * 500 + "，但" * 100 + "。", (0,))], [source]).faults) != []
