"""What a language model may have written, held against made-up passages: which drafts hold, what is wrong with the
others, and what of the passages is quoted, worked out by hand. No model is asked."""

from collections.abc import Iterator, Mapping

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Watching
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.faults import FaultKind
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.drafts import Statement
from kb_service.domain.documents import Kind, Metadata, Passage, PassageInVersion, VersionState

_TEXTS = (
    "首次放飞免费。补办放飞证收费30元。线断三次的，补办放飞证收费80元。",
    "自受理之日起5个工作日内办结。夜间不得放飞，但持有夜航证的除外。",
    "申请放飞证，应当提交下列材料：\n（一）线轴照片；\n（二）身份证件；\n（三）监护人的同意书。",
)
_FEES, _RULES, _PAPERS = 0, 1, 2
# What each draft of one statement and one passage is reproached with; nothing where it holds.
_FAULT_OF: Mapping[tuple[str, int], FaultKind | None] = {
    ("首次放飞免费。", _FEES): None,
    ("补办放飞证收费30元。", _FEES): None,
    ("线断三次的，补办放飞证收费80元。", _FEES): None,
    ("自受理之日起5个工作日内办结。", _RULES): None,
    ("夜间不得放飞，但持有夜航证的除外。", _RULES): None,
    ("补办放飞证收费50元。", _FEES): FaultKind.FOREIGN_FIGURE,
    ("自受理之日起30个工作日内办结。", _RULES): FaultKind.FOREIGN_FIGURE,
    ("首次放飞不免费。", _FEES): FaultKind.CHANGED_MEANING,
    ("夜间可以放飞。", _RULES): FaultKind.CHANGED_MEANING,
    ("夜间不得放飞。", _RULES): FaultKind.DROPPED_EXCEPTION,
    ("补办放飞证收费80元。", _FEES): FaultKind.DROPPED_CONDITION,
    ("补办热气球证收费30元。", _FEES): FaultKind.FOREIGN_WORDS,
    ("申请放飞证，应当提交下列材料：\n（一）线轴照片；\n（二）身份证件。", _PAPERS): FaultKind.SHORTENED_LIST,
    ("首次放飞免费。首次放飞免费。", _FEES): FaultKind.REPEATED,
    ("首次放飞免费[1]。", _FEES): FaultKind.MARKUP,
    ("可以。", _FEES): FaultKind.SAYS_NOTHING,
    ("", _FEES): FaultKind.EMPTY,
    ("首次放飞免费。", 9): FaultKind.UNKNOWN_MARK,
}
# Statements of one draft, each with its passage, and what is quoted of each passage.
_QUOTED: tuple[tuple[tuple[tuple[str, int], ...], Mapping[int, str]], ...] = (
    ((("补办放飞证收费30元。", _FEES),), {_FEES: "补办放飞证收费30元。"}),
    (
        (("首次放飞免费。", _FEES), ("补办放飞证收费30元。", _FEES)),
        {_FEES: "首次放飞免费。补办放飞证收费30元。"},
    ),
    (
        (("补办放飞证收费30元。", _FEES), ("首次放飞免费。", _FEES)),
        {_FEES: "首次放飞免费。补办放飞证收费30元。"},
    ),
    (
        (("首次放飞免费。", _FEES), ("自受理之日起5个工作日内办结。", _RULES)),
        {_FEES: "首次放飞免费。", _RULES: "自受理之日起5个工作日内办结。"},
    ),
)


def of_checked(watching: Watching) -> Measured:
    words = load_checking_words(watching.service.settings.prompts_dir)
    checker = Checker(words, watching.converter)
    return Measured("checked.rules", tuple([*_of_faults(checker), *_of_quotes(checker)]))


def _of_faults(checker: Checker) -> Iterator[Case]:
    for (text, number), fault in _FAULT_OF.items():
        found = {each.kind for each in checker.check([Statement(text, (number,))], _PASSAGES).faults}
        is_right = fault in found if fault else not found
        yield Case(f"{number}:{text}", text, float(is_right), note="" if is_right else f"{sorted(found)}, not {fault}")


def _of_quotes(checker: Checker) -> Iterator[Case]:
    for said, quoted in _QUOTED:
        statements = [Statement(text, (number,)) for text, number in said]
        spans = checker.check(statements, _PASSAGES).span_of
        found = {number: _TEXTS[number][span.start : span.end] for number, span in spans.items()}
        words = "".join(text for text, _ in said)
        yield Case(f"quoted:{words}", words, float(found == quoted), note="" if found == quoted else f"{found}")


def _passage(number: int, text: str) -> PassageInVersion:
    passage = Passage(str(number), "v", number, text, 0, len(text), ())
    return PassageInVersion(passage, "kites", VersionState.APPROVED, Metadata("放飞办法", Kind.REGULATION))


_PASSAGES = [_passage(number, text) for number, text in enumerate(_TEXTS)]
