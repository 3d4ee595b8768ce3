"""A version against the one it replaces: which article is which, what is said of each, and that nothing is lost."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.domain.documents import Passage
from kb_service.publishing.article_alignment import Article, articles, longest_increasing
from kb_service.publishing.difference import ArticleChange, ArticleRow, Difference, Op, difference, overlay

WORDS = {
    "甲": "申请人应当向区社会保障部门提交身份证明。",
    "乙": "窗口收到材料以后，当场核对并且出具凭证。",
    "丙": "对决定不服，可以依法提起行政复议或者诉讼。",
    "丁": "本办法由市人民政府负责解释，自公布之日施行。",
    "戊": "弄虚作假骗取补贴，责令退还已经领走的款项。",
    "己": "任何单位不得伪造、涂改、转借居住证件。",
}


def passage(text: str, start: int, path: tuple[str, ...], ordinal: int = 0) -> Passage:
    return Passage(f"p{ordinal}", "v1", ordinal, text[start:], start, len(text), path)


def law(*written: str, chapter: str = "第一章 总则") -> list[Article]:
    """Articles of one chapter from texts like "第一条 甲": a name of ``WORDS`` stands for its words."""
    found = []
    for text in written:
        label, _, words = text.partition(" ")
        whole = f"{label} {WORDS.get(words, words)}"
        found.append(Article(label, (chapter, label), whole, 0, len(whole), ("p",)))
    return found


def section(label: str, text: str) -> Article:
    return Article(label, (label,) if label else (), text, 0, len(text), ("p",))


def changes(found: Difference) -> list[str]:
    """Each row as "change old label>new label", with "!" where it moved."""
    return [
        f"{row.change}{'!' if row.is_moved else ''} "
        f"{row.before.label if row.before else ''}>{row.after.label if row.after else ''}"
        for row in found.rows
    ]


def marked(row: ArticleRow) -> str:
    """[-went-] {+came+}, with * for a figure."""
    sign = {Op.EQUAL: "{}", Op.DELETE: "[-{}-]", Op.INSERT: "{{+{}+}}"}
    return "".join(sign[each.op].format(("*" if each.is_figure else "") + each.text) for each in row.segments)


def only(before: str, after: str) -> ArticleRow:
    (row,) = difference(law(f"第一条 {before}"), law(f"第一条 {after}")).rows
    return row


class TestArticles:
    def test_the_passages_of_one_article_are_one_again(self) -> None:
        text = "第一条 有下列情形：\n（一）甲；\n（二）乙。\n第二条 丙。"
        second, third = text.index("（二）"), text.index("第二条")
        path = ("第一章 总则", "第一条")
        passages = [
            Passage("a", "v", 0, text[: second - 1], 0, second - 1, path),
            Passage("b", "v", 1, text[second : third - 1], second, third - 1, path),
            Passage("c", "v", 2, text[third:], third, len(text), ("第一章 总则", "第二条")),
        ]
        one, two = articles(passages, text)
        assert (one.label, one.text, one.passage_ids) == ("第一条", text[: third - 1], ("a", "b"))
        assert (two.label, two.text, two.division) == ("第二条", "第二条 丙。", ("第一章 总则",))

    def test_a_long_table_is_one_with_the_parts_that_carry_its_header(self) -> None:
        text = "项目 | 金额\n工本费 | 10元\n补办 | 20元"
        border = text.index("补办")
        passages = [
            Passage("a", "v", 0, text[: border - 1], 0, border - 1, ("收费",)),
            Passage("b", "v", 1, text[border:], border, len(text), ("收费", "项目 | 金额")),
        ]
        (whole,) = articles(passages, text)
        assert (whole.label, whole.text, whole.passage_ids) == ("收费", text, ("a", "b"))

    def test_a_text_without_headings_is_taken_by_paragraphs(self) -> None:
        text = "签注免费。\n\n  当场办结。\n可以代办。"
        border = text.index("可以")
        passages = [
            Passage("a", "v", 0, text[: border - 1], 0, border - 1),
            Passage("b", "v", 1, text[border:], border, len(text)),
        ]
        found = articles(passages, text)
        assert [(each.text, each.passage_ids) for each in found] == [
            ("签注免费。", ("a",)),
            ("当场办结。", ("a",)),
            ("可以代办。", ("b",)),
        ]
        assert all(text[each.start : each.end] == each.text for each in found)

    def test_a_line_cut_into_two_passages_belongs_to_both(self) -> None:
        text = "甲甲。乙乙。"
        found = articles([Passage("a", "v", 0, text[:3], 0, 3), Passage("b", "v", 1, text[3:], 3, 6)], text)
        assert [(each.text, each.passage_ids) for each in found] == [(text, ("a", "b"))]


class TestWhichIsWhich:
    def test_nothing_changed(self) -> None:
        found = difference(law("第一条 甲", "第二条 乙"), law("第一条 甲", "第二条 乙"))
        assert changes(found) == ["unchanged 第一条>第一条", "unchanged 第二条>第二条"]
        assert found.changed_rows == ()

    def test_an_inserted_article_renumbers_those_after_it_and_moves_none(self) -> None:
        before = law("第一条 甲", "第二条 乙", "第三条 丙")
        after = law("第一条 甲", "第二条 戊", "第三条 乙", "第四条 丙")
        found = difference(before, after)
        assert changes(found) == [
            "unchanged 第一条>第一条",
            "added >第二条",
            "renumbered 第二条>第三条",
            "renumbered 第三条>第四条",
        ]

    def test_an_article_that_changed_and_was_renumbered_is_found_again(self) -> None:
        changed = WORDS["乙"].replace("当场", "三日内")
        before = law("第一条 甲", "第二条 乙", "第三条 丙")
        after = law("第一条 甲", "第二条 戊", f"第三条 {changed}", "第四条 丙")
        assert changes(difference(before, after))[1:3] == ["added >第二条", "changed 第二条>第三条"]

    def test_a_removed_article_is_shown_after_its_old_neighbour(self) -> None:
        before = law("第一条 甲", "第二条 乙", "第三条 丙")
        after = law("第一条 甲", "第二条 丙")
        assert changes(difference(before, after)) == [
            "unchanged 第一条>第一条",
            "removed 第二条>",
            "renumbered 第三条>第二条",
        ]

    def test_a_first_article_that_was_removed_is_shown_first(self) -> None:
        assert changes(difference(law("第一条 甲", "第二条 乙"), law("第一条 乙")))[0] == "removed 第一条>"

    def test_one_article_put_elsewhere_moves_alone(self) -> None:
        before = law("第一条 甲", "第二条 乙", "第三条 丙", "第四条 丁")
        after = law("第一条 乙", "第二条 丙", "第三条 丁", "第四条 甲")
        assert changes(difference(before, after)) == [
            "renumbered 第二条>第一条",
            "renumbered 第三条>第二条",
            "renumbered 第四条>第三条",
            "moved! 第一条>第四条",
        ]

    def test_an_article_may_be_moved_and_changed(self) -> None:
        changed = WORDS["甲"].replace("区", "市")
        before = law("第一条 甲", "第二条 乙", "第三条 丙")
        after = law("第一条 乙", "第二条 丙", f"第三条 {changed}")
        assert changes(difference(before, after))[-1] == "changed! 第一条>第三条"

    def test_an_article_in_another_chapter_is_moved_though_the_order_is_the_same(self) -> None:
        before = law("第一条 甲", "第二条 乙", "第三条 丙") + law("第四条 丁", "第五条 戊", chapter="第二章 罚则")
        after = law("第一条 甲", "第二条 乙") + law("第三条 丙", "第四条 丁", "第五条 戊", chapter="第二章 罚则")
        assert [row.label for row in difference(before, after).rows if row.is_moved] == ["第三条"]

    def test_a_renamed_chapter_and_a_divided_one_move_nothing(self) -> None:
        before = law("第一条 甲", "第二条 乙", chapter="第一章 总则") + law(
            "第三条 丙", "第四条 丁", chapter="第二章 办理"
        )
        after = (
            law("第一条 甲", "第二条 乙", chapter="第一章 一般规定")
            + law("第三条 丙", chapter="第二章 申请")
            + law("第四条 丁", chapter="第三章 决定")
        )
        assert Counter(row.change for row in difference(before, after).rows) == {ArticleChange.UNCHANGED: 4}

    def test_unlike_articles_are_not_paired_for_their_number(self) -> None:
        assert changes(difference(law("第一条 甲"), law("第一条 丁"))) == ["removed 第一条>", "added >第一条"]

    def test_space_and_line_ends_change_nothing(self) -> None:
        found = difference(law("第一条 甲乙丙，丁戊。"), law("第一条 甲乙丙，\n\u3000丁戊。"))
        assert changes(found) == ["unchanged 第一条>第一条"]

    def test_a_section_under_another_name_has_changed_and_under_another_number_has_not(self) -> None:
        text = "身份证；户口簿。"
        renumbered = difference([section("一、申请材料", text)], [section("二、申请材料", text)])
        renamed = difference([section("申请材料", text)], [section("办理材料", text)])
        assert [row.change for row in (*renumbered.rows, *renamed.rows)] == [
            ArticleChange.RENUMBERED,
            ArticleChange.CHANGED,
        ]

    def test_paragraphs_without_a_heading_are_found_by_their_words(self) -> None:
        old = [section("", WORDS[name]) for name in "甲乙丙"]
        new = [section("", WORDS["甲"]), section("", WORDS["乙"].replace("当场", "三日内")), section("", WORDS["丁"])]
        changes = [row.change for row in difference(old, new).rows]
        assert changes == [ArticleChange.UNCHANGED, ArticleChange.CHANGED, ArticleChange.REMOVED, ArticleChange.ADDED]

    def test_equal_articles_are_told_apart_by_their_number(self) -> None:
        before = law("第一条 （删去）", "第二条 甲", "第三条 （删去）")
        assert changes(difference(before, law("第二条 甲", "第三条 （删去）"))) == [
            "removed 第一条>",
            "unchanged 第二条>第二条",
            "unchanged 第三条>第三条",
        ]

    def test_every_change_is_counted_and_those_that_are_not_there_as_nought(self) -> None:
        found = difference(law("第一条 甲", "第二条 乙"), law("第一条 甲", "第二条 丁"))
        assert found.counts == {
            ArticleChange.UNCHANGED: 1,
            ArticleChange.MOVED: 0,
            ArticleChange.RENUMBERED: 0,
            ArticleChange.CHANGED: 0,
            ArticleChange.ADDED: 1,
            ArticleChange.REMOVED: 1,
        }

    def test_a_version_of_nothing(self) -> None:
        assert difference([], []).rows == ()
        assert changes(difference([], law("第一条 甲"))) == ["added >第一条"]
        assert changes(difference(law("第一条 甲"), [])) == ["removed 第一条>"]


class TestWhatIsMarked:
    def test_a_changed_figure_is_marked_whole(self) -> None:
        row = only("受理之日起20个工作日内办结。", "受理之日起30个工作日内办结。")
        assert marked(row) == "第一条 受理之日起[-*20个工作日-]{+*30个工作日+}内办结。"
        assert [each.text for each in row.removed_figures] == ["20个工作日"]
        assert [each.text for each in row.added_figures] == ["30个工作日"]
        assert row.has_changed_figures

    def test_both_ends_of_a_fine_are_marked_though_one_amount_is_in_both_texts(self) -> None:
        row = only("处五百元以上一千元以下罚款。", "处一千元以上二千元以下罚款。")
        assert marked(row) == "第一条 处[-*五百元-]{+*一千元+}以上[-*一千元-]{+*二千元+}以下罚款。"

    def test_the_same_figure_in_other_words_is_no_changed_figure(self) -> None:
        row = only("处五千元罚款。", "处0.5万元罚款。")
        assert marked(row) == "第一条 处[-五千元-]{+0.5万元+}罚款。"
        assert (row.change, row.has_changed_figures) == (ArticleChange.CHANGED, False)

    def test_days_that_become_working_days_are_a_changed_figure(self) -> None:
        assert marked(only("五日内答复申请人。", "五个工作日内答复申请人。")) == (
            "第一条 [-*五日-]{+*五个工作日+}内答复申请人。"
        )

    def test_a_number_that_stayed_but_counts_something_else_now_has_changed(self) -> None:
        row = only("期限为3至5日，可以延长。", "期限为3至5年，可以延长。")
        assert [each.text for each in row.removed_figures] == ["3", "5日"]
        assert [each.text for each in row.added_figures] == ["3", "5年"]

    def test_the_figures_of_an_added_article_are_all_new(self) -> None:
        (row,) = difference([], law("第一条 年满十八周岁，可以在3日内申请。")).rows
        assert [each.text for each in row.added_figures] == ["十八周岁", "3日"]

    def test_an_added_clause_begins_after_a_comma(self) -> None:
        row = only("可以代办，可以邮寄。", "可以代办，可以自取，可以邮寄。")
        assert marked(row) == "第一条 可以代办，{+可以自取，+}可以邮寄。"

    def test_characters_shared_by_chance_do_not_break_a_replacement(self) -> None:
        row = only("向市人民政府主管部门提出申请。", "向区行政服务中心窗口提出申请。")
        assert marked(row) == "第一条 向[-市人民政府主管部门-]{+区行政服务中心窗口+}提出申请。"

    def test_words_that_stayed_between_two_replacements_are_not_marked(self) -> None:
        row = only("向市人民政府提出书面申请，由主管部门审查。", "向区行政中心提出书面申请，由窗口审查。")
        assert marked(row) == "第一条 向[-市人民政府-]{+区行政中心+}提出书面申请，由[-主管部门-]{+窗口+}审查。"

    def test_a_new_ordinal_is_marked_whole(self) -> None:
        (row,) = difference(law("第十一条 甲"), law("第二十一条 甲")).rows
        assert marked(row) == f"[-第十一条-]{{+第二十一条+}} {WORDS['甲']}"


PIECES = st.sampled_from(
    ["申请人", "主管部门", "应当", "，", "。", "；\n", "（一）", "五日内", "5日内", "20个工作日", "处五千元", "0.5万元",
     "以上", "一万元", "第三条", "的", "3至5年", "2026年7月1日", " ", "abc", "12345", "百分之五"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)
ARTICLES = st.lists(
    st.tuples(
        st.sampled_from(["第一章 总则", "第二章 罚则"]), st.sampled_from(["第一条", "第二条", "第九条", ""]), TEXTS
    ),
    max_size=8,
)


def built(parts: list[tuple[str, str, str]]) -> list[Article]:
    return [
        Article(label, (chapter, label) if label else (), f"{label} {text}", 0, 0, (str(at),))
        for at, (chapter, label, text) in enumerate(parts)
    ]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_segments(before: str, after: str) -> None:
    shown = overlay(before, after)
    assert "".join(each.text for each in shown.segments if each.op is not Op.INSERT) == before
    assert "".join(each.text for each in shown.segments if each.op is not Op.DELETE) == after
    for op, stated, text in ((Op.DELETE, shown.removed_figures, before), (Op.INSERT, shown.added_figures, after)):
        assert [each.text for each in shown.segments if each.op is op and each.is_figure] == [f.text for f in stated]
        assert all(text[each.figure.start : each.figure.end] == each.text for each in stated)


@settings(max_examples=300, deadline=None)
@given(ARTICLES, ARTICLES)
def test_every_article_of_both_sides_is_in_one_row_and_the_new_ones_in_order(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]]
) -> None:
    before, after = built(old), built(new)
    rows = difference(before, after).rows
    assert [row.after for row in rows if row.after] == after
    assert sorted(row.before.passage_ids for row in rows if row.before) == sorted(each.passage_ids for each in before)


@settings(max_examples=100, deadline=None)
@given(ARTICLES)
def test_a_text_does_not_differ_from_itself(parts: list[tuple[str, str, str]]) -> None:
    assert difference(built(parts), built(parts)).changed_rows == ()


@given(st.permutations(range(7)))
def test_what_stays_in_place_is_a_longest_run_in_order(order: list[int]) -> None:
    chosen = longest_increasing(list(enumerate(order)))
    run = [order[at] for at in sorted(chosen)]
    assert run == sorted(run)
    subsets = ([value for at, value in enumerate(order) if mask >> at & 1] for mask in range(1 << len(order)))
    assert len(run) == max(len(subset) for subset in subsets if subset == sorted(subset))


@pytest.mark.parametrize("changed", ["", "另有规定的除外。"])
def test_two_laws_of_three_hundred_articles_are_compared_quickly(changed: str) -> None:
    names = "".join(WORDS.values())
    texts = [f"第{at}项：" + names[at % 40 :] + names[: at % 60] + str(at * 7919) for at in range(300)]
    before = law(*(f"第{at}条 {text}" for at, text in enumerate(texts)))
    after = law(*(f"第{at + 1}条 {text}{changed}" for at, text in enumerate(texts)))
    started = time.perf_counter()
    found = difference(before, after)
    assert time.perf_counter() - started < 5  # one second on an idle machine
    assert found.counts[ArticleChange.CHANGED if changed else ArticleChange.RENUMBERED] == 300
